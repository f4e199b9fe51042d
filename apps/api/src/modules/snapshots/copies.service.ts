import { RemoteServerSettings } from '@cmp/shared/settings/remote-server';
import type { StorageSettings } from '@cmp/shared/settings/storage';
import type { Snapshot, SnapshotCopy } from '@cmp/shared/snapshots';
import type { Db } from '#database/client.ts';
import { readEffective } from '#modules/settings/settings.service.ts';
import { copyByS3, removeByS3 } from '#modules/targets/s3.service.ts';
import { copyBySftp, removeBySftp, type Through } from '#modules/targets/sftp.service.ts';
import { pathOfSnapshot, readStorage, type SnapshotPlace } from './snapshot-place.ts';
import { claimCopy, listSnapshots, saveCopy } from './snapshots.repository.ts';

type TargetName = SnapshotCopy['target'];

/** A place where copies are put. */
interface Target {
  name: TargetName;
  place: string;
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
      if (isDue(snapshot, target.name, now) && (await claim(db, snapshot, target, now)))
        await send(db, place, snapshot, target, signal);
}

/**
 * Removes a snapshot's copies; throws where one cannot be reached, so that it is tried again. Gives the places that the
 * settings name no more, where copies stay.
 */
export async function removeCopies(
  db: Db,
  place: SnapshotPlace,
  { fileName, copies }: Snapshot,
  signal: AbortSignal,
): Promise<string[]> {
  const there = copies.filter(({ failure }) => failure === null).map(({ place: at }) => at);
  const through = { signal: AbortSignal.any([signal, AbortSignal.timeout(minuteMs)]) };
  const targets = await listTargets(db, place);
  for (const target of targets)
    if (there.includes(target.place)) await target.remove(fileName, through);
  return there.filter((at) => !targets.some((target) => target.place === at));
}

async function listTargets(db: Db, { keys }: SnapshotPlace): Promise<Target[]> {
  const storage = await readStorage(db, keys.settings);
  const remote = await readEffective(
    db,
    { key: keys.settings, overrides: {} },
    'remote-server',
    RemoteServerSettings,
  );
  const sftp: Target = {
    name: 'sftp',
    place: sftpPlace(remote.values),
    put: (path, name, through) => copyBySftp(remote.values, remote.secrets, path, name, through),
    remove: (name, through) => removeBySftp(remote.values, remote.secrets, name, through),
  };
  const s3: Target = {
    name: 's3',
    place: s3Place(storage.values),
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

function claim(
  db: Db,
  { id, copies }: Snapshot,
  { name: target, place }: Target,
  now: Date,
): Promise<boolean> {
  const before = copies.find((copy) => copy.target === target);
  return claimCopy(db, id, before, { target, place, at: now.toISOString(), failure: underWay });
}

function sftpPlace({ host, port, folder }: RemoteServerSettings): string {
  return `sftp://${host ?? ''}:${port}/${folder.replace(/^\//, '')}`;
}

function s3Place({ s3Endpoint, s3Bucket, s3Prefix }: StorageSettings): string {
  const server = s3Endpoint === null ? '' : ` on ${s3Endpoint}`;
  return `s3://${s3Bucket ?? ''}/${s3Prefix}${server}`;
}

async function send(
  db: Db,
  place: SnapshotPlace,
  snapshot: Snapshot,
  { name, place: at, put }: Target,
  stopping: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(leaseMs - 10 * minuteMs)]);
  const path = pathOfSnapshot(place, snapshot);
  const failure = await put(path, snapshot.fileName, { signal }).then(
    () => null,
    (error) => (error instanceof Error ? error.message : String(error)),
  );
  const copy = { target: name, place: at, at: new Date().toISOString(), failure };
  await saveCopy(db, snapshot.id, copy);
}
