import { rm } from 'node:fs/promises';
import type { PlanFailure } from '@cmp/shared/changes';
import type { NotificationEvent } from '@cmp/shared/notifications';
import { SnapshotKind, SnapshotReason } from '@cmp/shared/snapshots';
import * as z from 'zod';
import type { Db, Trx } from '#database/client.ts';
import { noteChange } from '#modules/changes/changes.service.ts';
import type { EndedJob, JobWorks, RunningTask } from '#modules/jobs/jobs.service.ts';
import { tell } from '#modules/notifications/events.service.ts';
import { type WritingPlace, writeSnapshot } from './create-snapshot.service.ts';
import { pathOfSnapshot, type SnapshotPlace } from './snapshot-place.ts';
import { insertSnapshot, saveVerdict } from './snapshots.repository.ts';
import { getSnapshot, judgeSnapshot } from './snapshots.service.ts';

export function snapshotWorks(place: WritingPlace): JobWorks {
  return {
    'snapshot:create': {
      runTask: (db, task) => create(db, place, task),
      tellFailure,
    },
    'snapshot:verify': { runTask: (db, task) => verify(db, place, task) },
  };
}

const Wish = z.object({ kind: SnapshotKind, reason: SnapshotReason, name: z.string() });

/** Writes a snapshot, reads it back, and lists it with the end of the job. */
async function create(db: Db, place: WritingPlace, task: RunningTask): Promise<void> {
  const { signal, progress, finish } = task;
  const wish = Wish.parse(task.subject);
  const seen = (done: number) => progress({ phase: 'writing', done });
  const written = await writeSnapshot(db, place, task.actor, { ...wish, signal, seen });
  try {
    progress({ phase: 'verifying' });
    const verifyFailure = await judgeSnapshot(db, place, written, signal);
    const verifiedAt = new Date().toISOString();
    await db.transaction().execute(async (trx) => {
      await insertSnapshot(trx, { ...written, verifiedAt, verifyFailure });
      await tellVerdict(trx, 'snapshot_made', written.fileName, verifyFailure);
      await finish(trx, 'task');
    });
  } catch (error) {
    // Stopped. Whatever else it was, the next try writes the same file again.
    if (signal.aborted) await rm(pathOfSnapshot(place, written), { force: true });
    throw error;
  }
}

/** The log says that it was begun, and so what became of it; those who look after the portal hear of it. */
async function tellFailure(trx: Trx, job: EndedJob, { code, message }: PlanFailure): Promise<void> {
  const { accountId, accountName: username, ip, requestId } = job;
  const via = accountId === null ? 'system' : 'panel';
  const { name: fileName } = Wish.parse(job.subject);
  if (code !== 'stopped')
    await tell(trx, { event: 'snapshot_failed', facts: { fileName, failure: message } });
  await noteChange(
    trx,
    { accountId, username, via, ip, requestId },
    'snapshots:create',
    `${fileName}: not made. ${message}`,
  );
}

const Subject = z.object({ snapshotId: z.int() });

async function verify(db: Db, place: SnapshotPlace, task: RunningTask): Promise<void> {
  const { snapshotId } = Subject.parse(task.subject);
  task.progress({ phase: 'verifying' });
  const snapshot = await getSnapshot(db, snapshotId);
  const failure = await judgeSnapshot(db, place, snapshot, task.signal);
  await db.transaction().execute(async (trx) => {
    await saveVerdict(trx, snapshotId, failure);
    await tellVerdict(trx, undefined, snapshot.fileName, failure);
    await task.finish(trx, 'task');
  });
}

/** Tells that one did not prove good, or else what good there is to tell. */
async function tellVerdict(
  trx: Trx,
  good: NotificationEvent | undefined,
  fileName: string,
  failure: string | null,
): Promise<void> {
  const event = failure === null ? good : 'snapshot_unverified';
  if (event) await tell(trx, { event, facts: { fileName, failure } });
}
