import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Snapshot, SnapshotKind, SnapshotList } from '@cmp/shared/snapshots';
import type { Db } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { inChange, once } from '#modules/changes/changes.service.ts';
import { startJob } from '#modules/jobs/jobs.service.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import type { Actor } from '#plugins/access.ts';
import { openSnapshot } from './archive-reader.ts';
import { requireRoom, snapshotName } from './create-snapshot.service.ts';
import { nextTryAt } from './schedule.ts';
import {
  type FolderPlace,
  isReachable,
  missingFile,
  pathOfSnapshot,
  readStorage,
  type SnapshotPlace,
} from './snapshot-place.ts';
import {
  deleteSnapshot,
  findLastFailure,
  findSnapshot,
  listSnapshots,
  readScheduled,
} from './snapshots.repository.ts';

export async function readSnapshots(db: Db): Promise<SnapshotList> {
  const items = await listSnapshots(db);
  return { items, total: items.length, lastFailure: await readLastFailure(db) };
}

/** A day of the schedule that failed says how often it was tried, and when it is again. */
async function readLastFailure(db: Db): Promise<SnapshotList['lastFailure']> {
  const failure = await findLastFailure(db);
  if (!failure) return null;
  const { tries } = await readScheduled(db);
  const ofDay = tries.filter(({ day }) => day === failure.day);
  const next = failure.day === null ? null : nextTryAt(ofDay);
  const again = next === null ? null : new Date(next).toISOString();
  return { ...failure, tries: Math.max(1, ofDay.length), nextTryAt: again };
}

/** Puts the making of a snapshot in line. Where it cannot be made for want of room, that is said at once. */
export async function askForSnapshot(
  db: Db,
  queue: JobQueue,
  place: SnapshotPlace,
  actor: Actor,
  kind: SnapshotKind,
): Promise<{ jobId: string }> {
  await requireRoom(db, place, kind);
  const begun = await inChange(db, actor, 'snapshots:create', null, async (trx) => {
    const subject = { kind, reason: 'asked', name: snapshotName(kind, new Date()) };
    return { jobId: await startJob(trx, queue, actor, { kind: 'snapshot:create', subject }) };
  });
  queue.wake('snapshot:create');
  return begun;
}

/** Puts the check of a snapshot in line. */
export async function askForVerdict(
  db: Db,
  queue: JobQueue,
  actor: Actor,
  snapshotId: number,
): Promise<{ jobId: string }> {
  const begun = await once(db, actor, async (trx) => {
    await getSnapshot(trx, snapshotId);
    return {
      jobId: await startJob(trx, queue, actor, {
        kind: 'snapshot:verify',
        subject: { snapshotId },
      }),
    };
  });
  queue.wake('snapshot:verify');
  return begun;
}

export async function getSnapshot(db: Db, id: number): Promise<Snapshot> {
  const snapshot = await findSnapshot(db, id);
  if (!snapshot) throw notFound();
  return snapshot;
}

/** A snapshot's file, to be sent. */
export async function readSnapshotFile(
  db: Db,
  place: FolderPlace,
  id: number,
): Promise<{ fileName: string; bytes: number; stream: Readable }> {
  const snapshot = await getSnapshot(db, id);
  const file = await open(pathOfSnapshot(place, snapshot), 'r').catch(() => {
    throw missingFile(place, snapshot);
  });
  const { size } = await file.stat();
  return { fileName: snapshot.fileName, bytes: size, stream: file.createReadStream() };
}

/** Removes a snapshot here. Copies in other places stay: they are there for what goes wrong here. */
export async function removeSnapshot(
  db: Db,
  place: FolderPlace,
  actor: Actor,
  id: number,
): Promise<void> {
  const snapshot = await getSnapshot(db, id);
  const path = pathOfSnapshot(place, snapshot);
  const isGone = !(await isReachable(place, snapshot));
  const reason = isGone ? `${path}: its folder could not be reached` : snapshot.fileName;
  await inChange(db, actor, 'snapshots:delete', reason.slice(-500), (trx) =>
    deleteSnapshot(trx, id),
  );
  await rm(path, { force: true });
}

/** What is wrong with a listed snapshot's file; null where it is as it was written. */
export async function judgeSnapshot(
  db: Db,
  place: SnapshotPlace,
  snapshot: Pick<Snapshot, 'fileName' | 'folder' | 'sha256' | 'isEncrypted'>,
  signal?: AbortSignal,
): Promise<string | null> {
  const path = pathOfSnapshot(place, snapshot);
  try {
    if ((await digestOf(path, signal)) !== snapshot.sha256)
      return 'The file is not the one that was written: its checksum is another.';
    const { secrets } = await readStorage(db, place.keys.settings);
    const file = await openSnapshot(path, { ...place, passphrase: secrets.passphrase });
    await file.verifyAll().finally(file.close);
    return null;
  } catch (error) {
    if (isMissing(error)) return `The file is not where it was written: ${path}.`;
    if (!(error instanceof AppError)) throw error;
    // Only who holds the identity can look inside; the checksum of the whole was right.
    const isSealed = ['snapshot_locked', 'snapshot_unlock_failed'].includes(error.code);
    return isSealed ? null : error.message;
  }
}

async function digestOf(path: string, signal?: AbortSignal): Promise<string> {
  const digest = createHash('sha256');
  const stream = createReadStream(path, { highWaterMark: 1 << 18, ...(signal && { signal }) });
  for await (const chunk of stream) digest.update(chunk);
  return digest.digest('hex');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
