import { randomUUID } from 'node:crypto';
import type { PlanFailure } from '@cmp/shared/changes';
import type { Job, JobKind } from '@cmp/shared/jobs';
import type { Db, Trx } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { actorOfAccount } from '#modules/auth/sessions.service.ts';
import { tell } from '#modules/notifications/events.service.ts';
import { type Actor, systemActor } from '#plugins/access.ts';
import {
  beginRun,
  type EndedJob,
  endJob,
  findJob,
  finishRun,
  insertJob,
  listLostJobs,
  type Owner,
  type Progress,
  type Run,
  saveProgress,
} from './jobs.repository.ts';
import type { JobQueue } from './queue.ts';

export type { EndedJob } from './jobs.repository.ts';

/** A job while it runs. */
export interface RunningTask {
  /** What a job without a plan is about. */
  subject: Record<string, unknown>;
  /** Whom it acts for, with the rights of this moment. */
  actor: Actor;
  /** Aborted when it is stopped, or given to another process. */
  signal: AbortSignal;
  /** Says how far it is. Throws where it was stopped, or given to another process. */
  progress: (progress: Partial<Progress>) => void;
  /** Ends it in the transaction that holds its result, or refuses where it was stopped meanwhile. */
  finish: (trx: Trx, made: 'change' | 'plan' | 'task') => Promise<void>;
}

/** The same of a job that makes a plan, or makes one real. */
export interface RunningJob extends RunningTask {
  planId: number;
}

/** What a kind of job does, and how its plan is left where it comes to nothing. */
export interface PlanWork {
  run: (db: Db, job: RunningJob) => Promise<void>;
  abandon: (trx: Trx, planId: number, failure: PlanFailure) => Promise<void>;
  /** When it has ended, well or not. */
  clear: (planId: number) => Promise<void>;
}

/** Work without a plan: it leaves nothing to be set right, but may have it told that it came to nothing. */
export interface TaskWork {
  runTask: (db: Db, task: RunningTask) => Promise<void>;
  tellFailure?: (trx: Trx, job: EndedJob, failure: PlanFailure) => Promise<void>;
}
export type JobWork = PlanWork | TaskWork;
export type JobWorks = Readonly<Partial<Record<JobKind, JobWork>>>;

/** Whose jobs an actor sees: their own; an admin everybody's. */
export function ownerFor({ accountId, role }: Actor): Owner {
  return { accountId: role === 'admin' ? 'anyone' : (accountId ?? -1) };
}

export async function getJob(db: Db, actor: Actor, jobId: string): Promise<Job> {
  const job = await findJob(db, ownerFor(actor), jobId);
  if (!job) throw notFound();
  return job;
}

/** Puts a job in line within a transaction; gives its id. Wake the queue once the transaction is there. */
export async function startJob(
  trx: Trx,
  queue: JobQueue,
  { accountId, username, ip, requestId }: Actor,
  {
    kind,
    planId = null,
    subject = {},
  }: { kind: JobKind; planId?: number | null; subject?: Record<string, unknown> },
): Promise<string> {
  const id = randomUUID();
  const by = { accountId, accountName: username, ip, requestId };
  await insertJob(trx, { id, kind, ...by, planId, subject: JSON.stringify(subject) });
  await queue.send(trx, kind, id);
  return id;
}

/** Stops a job that has not ended: nothing of it will be there. */
export async function stopJob(db: Db, works: JobWorks, actor: Actor, jobId: string): Promise<Job> {
  await getJob(db, actor, jobId);
  const failure = { code: 'stopped', message: `Stopped by ${actor.username}.` };
  if (!(await abandon(db, works, jobId, 'stopped', failure)))
    throw new AppError('job_ended', 'This had already come to its end.');
  return getJob(db, actor, jobId);
}

/** Runs a job that a queue handed over. Throws what is worth another try. */
export async function runJob(
  db: Db,
  works: JobWorks,
  jobId: string,
  queueSignal: AbortSignal,
): Promise<void> {
  const run = await beginRun(db, jobId);
  const work = run && works[run.kind];
  if (!run || !work) return;
  const watch = watchRun(db, run, queueSignal);
  try {
    const actor = await actorOf(db, run);
    const task = { actor, subject: run.subject, ...watch };
    if ('runTask' in work) await work.runTask(db, task);
    else if (run.planId !== null) await work.run(db, { ...task, planId: run.planId });
  } catch (error) {
    if (watch.signal.aborted) return;
    // What the maker can act on is an end; all else is tried again.
    if (!(error instanceof AppError)) throw error;
    const { code, message, details } = error;
    const failure = { code, message, ...(details && { details }) };
    await abandon(db, works, jobId, 'failed', failure, run.attempt);
  } finally {
    watch.stop();
  }
  if ('clear' in work && run.planId !== null) await work.clear(run.planId);
}

/** The portal itself where no account asked: a schedule. */
async function actorOf(db: Db, { accountId, ip, requestId }: Run): Promise<Actor> {
  if (accountId === null) return systemActor('system');
  return actorOfAccount(db, accountId, { ip, requestId });
}

/** Says of a job whose workers died, one after another, that it came to nothing. */
export async function buryJob(db: Db, works: JobWorks, jobId: string): Promise<void> {
  await abandon(db, works, jobId, 'failed', {
    code: 'interrupted',
    message: 'The portal was interrupted at this. Nothing was changed; try again.',
  });
}

/** Buries what no queue knows any more: nothing is left that would end it. */
export async function buryLostJobs(db: Db, works: JobWorks): Promise<void> {
  for (const jobId of await listLostJobs(db)) await buryJob(db, works, jobId);
}

async function abandon(
  db: Db,
  works: JobWorks,
  jobId: string,
  state: 'failed' | 'stopped',
  failure: PlanFailure,
  attempt?: number,
): Promise<boolean> {
  const ended = await db.transaction().execute(async (trx) => {
    const job = await endJob(trx, jobId, { state, failure }, attempt);
    const work = job && works[job.kind];
    if (job?.planId && work && 'abandon' in work) await work.abandon(trx, job.planId, failure);
    if (job && failure.code === 'interrupted')
      await tell(trx, {
        event: 'job_dead',
        accountId: job.accountId,
        facts: { kind: job.kind, jobId },
      });
    if (job && work && 'tellFailure' in work) await work.tellFailure?.(trx, job, failure);
    return job;
  });
  const work = ended && works[ended.kind];
  if (ended?.planId && work && 'clear' in work) await work.clear(ended.planId);
  return ended !== undefined;
}

const tickMs = 200;

/** Tells how far a run is, on a connection of its own, and hears whether it still counts. */
function watchRun(db: Db, run: Run, queueSignal: AbortSignal) {
  const given = new AbortController();
  const signal = AbortSignal.any([given.signal, queueSignal]);
  const state: Progress = { phase: 'starting', done: 0, total: null };
  let isSaving = false;
  const tick = setInterval(() => {
    // A replacement keeps everybody from the table: waiting ticks would take every connection, the heartbeats' too.
    if (isSaving) return;
    isSaving = true;
    saveProgress(db, run, state)
      .then(
        (counts) => counts || given.abort(),
        () => {}, // The database is away for a moment: the run itself finds out.
      )
      .finally(() => {
        isSaving = false;
      });
  }, tickMs);

  return {
    signal,
    progress: (progress: Partial<Progress>) => {
      // Between two steps, so that what was stopped lets go of its rows now and not at its end.
      signal.throwIfAborted();
      Object.assign(state, progress);
    },
    finish: async (trx: Trx, made: 'change' | 'plan' | 'task') => {
      if (await finishRun(trx, run, made, state)) return;
      given.abort();
      throw new Error('This run was stopped, or given to another process.');
    },
    stop: () => clearInterval(tick),
  };
}
