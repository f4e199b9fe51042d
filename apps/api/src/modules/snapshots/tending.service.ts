import { rm } from 'node:fs/promises';
import type { Db } from '#database/client.ts';
import { inChange, noteChange } from '#modules/changes/changes.service.ts';
import { startJob } from '#modules/jobs/jobs.service.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import { systemActor } from '#plugins/access.ts';
import { removeCopies, sendCopies } from './copies.service.ts';
import { snapshotName, sweepParts } from './create-snapshot.service.ts';
import { expiredOf } from './retention.ts';
import { dueDay, mayTry } from './schedule.ts';
import { isReachable, pathOfSnapshot, readStorage, type SnapshotPlace } from './snapshot-place.ts';
import {
  deleteSnapshot,
  listSnapshots,
  lockSchedule,
  readScheduled,
} from './snapshots.repository.ts';

const actor = systemActor('system');
const minuteMs = 60_000;

/** Sees to the snapshots now and every minute, until it is stopped. A failure is told and tried again. */
export function tendSnapshots(
  db: Db,
  place: SnapshotPlace,
  queue: JobQueue,
  tell: (failure: unknown) => void,
): () => void {
  const stopping = new AbortController();
  let isTending = false;
  const tend = async () => {
    if (isTending) return;
    isTending = true;
    const tasks = [
      () => sweepParts(db, place),
      () => askForDue(db, queue, place, new Date()),
      () => removeExpired(db, place, new Date(), stopping.signal),
      () => sendCopies(db, place, new Date(), stopping.signal),
    ];
    // One that fails keeps none of the others from their turn.
    for (const task of tasks)
      if (!stopping.signal.aborted)
        await task().catch((error) => stopping.signal.aborted || tell(error));
    isTending = false;
  };
  void tend();
  const timer = setInterval(tend, minuteMs);
  return () => {
    clearInterval(timer);
    stopping.abort();
  };
}

/** Asks for the snapshot of a day that is due: once, whichever instance notices. */
export async function askForDue(
  db: Db,
  queue: JobQueue,
  { keys }: SnapshotPlace,
  now: Date,
): Promise<void> {
  const { values } = await readStorage(db, keys.settings);
  const { timeZone } = await readGeneral(db);
  const isAsked = await db.transaction().execute(async (trx) => {
    await lockSchedule(trx);
    const { since, tries } = await readScheduled(trx);
    const day = dueDay(values, now, Date.parse(since), timeZone);
    if (day === undefined) return false;
    const ofDay = tries.filter((one) => one.day === day);
    if (!mayTry(ofDay, now.getTime())) return false;
    const name = snapshotName('database', now);
    const subject = { kind: 'database', reason: 'scheduled', name, day };
    const which = ofDay.length === 0 ? '' : `, try ${ofDay.length + 1}`;
    await noteChange(trx, actor, 'snapshots:create', `${name}: scheduled for ${day}${which}`);
    await startJob(trx, queue, actor, { kind: 'snapshot:create', subject });
    return true;
  });
  if (isAsked) queue.wake('snapshot:create');
}

/** Removes snapshots that have had their time, their copies first: a file of which nothing is known stays for ever. So does one whose folder cannot be reached now. */
export async function removeExpired(
  db: Db,
  place: SnapshotPlace,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const { values } = await readStorage(db, place.keys.settings);
  const { timeZone } = await readGeneral(db);
  for (const snapshot of expiredOf(await listSnapshots(db), values, now, timeZone)) {
    if (!(await isReachable(place, snapshot))) continue;
    const left = await removeCopies(db, place, snapshot, signal);
    const path = pathOfSnapshot(place, snapshot);
    const copies = left.map((where) => `; its copy stays at ${where}`).join('');
    const reason = `${snapshot.fileName}: had its time${copies}`.slice(0, 500);
    await inChange(db, actor, 'snapshots:delete', reason, (trx) =>
      deleteSnapshot(trx, snapshot.id),
    );
    await rm(path, { force: true });
  }
}
