import { RemoteServerSettings } from '@cmp/shared/settings/remote-server';
import type { Snapshot, SnapshotCopy } from '@cmp/shared/snapshots';
import type { Db } from '#database/client.ts';
import { readEffective } from '#modules/settings/settings.service.ts';
import { copyByS3, removeByS3 } from '#modules/targets/s3.service.ts';
import { copyBySftp, removeBySftp, type Through } from '#modules/targets/sftp.service.ts';
import { readStorage, type SnapshotPlace } from './snapshot-place.ts';
import { claimCopy, listSnapshots, saveCopy } from './snapshots.repository.ts';
import { pathOfSnapshot } from './snapshots.service.ts';

type TargetName = SnapshotCopy['target'];

/** A place where copies are put. */
interface Target {
  name: TargetName;
  put: (path: string, fileName: string, through: Through) => Promise<void>;
  remove: (fileName: string, through: Through) => Promise<void>;
}

const minuteMs = 60_000;
/** A failed copy is tried again this often, for a week. */
const againMs = 15 * minuteMs;
const weekMs = 7 * 24 * 60 * minuteMs;
/** Whoever copies has this long; then it is another's. */
const leaseMs = 4 * 60 * minuteMs;
const underWay = 'The copy is under way.';

/** Puts every snapshot that has no copy where the settings want one. Of several instances one copies each. */
export async function sendCopies(
  db: Db,
  place: SnapshotPlace,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const targets = await listTargets(db, place);
  if (targets.length === 0) return;
  for (const snapshot of await listSnapshots(db))
    for (const target of targets)
      if (isDue(snapshot, target.name, now) && (await claim(db, snapshot, target.name, now)))
        await send(db, place, snapshot, target, signal);
}

/** Removes a snapshot's copies; throws where one cannot be reached, so that it is tried again. */
export async function removeCopies(
  db: Db,
  place: SnapshotPlace,
  { fileName, copies }: Snapshot,
  signal: AbortSignal,
): Promise<void> {
  const there = copies.filter(({ failure }) => failure === null).map(({ target }) => target);
  const through = { signal: AbortSignal.any([signal, AbortSignal.timeout(minuteMs)]) };
  for (const { name, remove } of await listTargets(db, place))
    if (there.includes(name)) await remove(fileName, through);
}

async function listTargets(db: Db, { keys }: SnapshotPlace): Promise<Target[]> {
  const storage = await readStorage(db, keys.settings);
  const remote = await readEffective(
    ...([
      db,
      { key: keys.settings, overrides: {} },
      'remote-server',
      RemoteServerSettings,
    ] as const),
  );
  const sftp: Target = {
    name: 'sftp',
    put: (path, name, through) => copyBySftp(remote.values, remote.secrets, path, name, through),
    remove: (name, through) => removeBySftp(remote.values, remote.secrets, name, through),
  };
  const s3: Target = {
    name: 's3',
    put: (path, name, through) => copyByS3(storage.values, storage.secrets, path, name, through),
    remove: (name, through) => removeByS3(storage.values, storage.secrets, name, through),
  };
  return [...(remote.values.enabled ? [sftp] : []), ...(storage.values.s3Enabled ? [s3] : [])];
}

function isDue(
  { reason, createdAt, copies, verifyFailure }: Snapshot,
  name: TargetName,
  now: Date,
): boolean {
  // What is made before a restore is for the minutes after it; what is damaged is for nobody.
  if (reason === 'safety' || verifyFailure !== null) return false;
  if (now.getTime() - Date.parse(createdAt) > weekMs) return false;
  const copy = copies.find(({ target }) => target === name);
  if (!copy) return true;
  const waitMs = copy.failure === underWay ? leaseMs : againMs;
  return copy.failure !== null && now.getTime() - Date.parse(copy.at) > waitMs;
}

function claim(db: Db, { id, copies }: Snapshot, target: TargetName, now: Date): Promise<boolean> {
  const before = copies.find((copy) => copy.target === target);
  return claimCopy(db, id, before, { target, at: now.toISOString(), failure: underWay });
}

async function send(
  db: Db,
  place: SnapshotPlace,
  snapshot: Snapshot,
  { name, put }: Target,
  stopping: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(leaseMs - 10 * minuteMs)]);
  const path = await pathOfSnapshot(db, place, snapshot);
  const failure = await put(path, snapshot.fileName, { signal }).then(
    () => null,
    (error) => (error instanceof Error ? error.message : String(error)),
  );
  await saveCopy(db, snapshot.id, { target: name, at: new Date().toISOString(), failure });
}
