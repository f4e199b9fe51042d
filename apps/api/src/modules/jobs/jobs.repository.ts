import type { PlanFailure } from '@cmp/shared/changes';
import type { Job, JobKind, JobQuery, JobState } from '@cmp/shared/jobs';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

/** Whose jobs: one account's, or everybody's. */
export interface Owner {
  accountId: number | 'anyone';
}

export interface NewJob {
  id: string;
  kind: JobKind;
  accountId: number | null;
  accountName: string;
  ip: string | null;
  requestId: string | null;
  planId: number | null;
  /** As JSON. */
  subject: string;
}

export async function insertJob(trx: Trx, job: NewJob): Promise<void> {
  await trx.insertInto('jobs').values(job).execute();
}

export async function listJobs(
  db: Db,
  owner: Owner,
  { state, limit }: JobQuery,
): Promise<{ items: Job[]; total: number }> {
  const items = await jobsOf(db, owner)
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? ''))
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return { items, total: items.length };
}

export function findJob(db: Db, owner: Owner, jobId: string): Promise<Job | undefined> {
  return jobsOf(db, owner).where('id', '=', jobId).executeTakeFirst();
}

function jobsOf(db: Db, { accountId }: Owner) {
  return db
    .selectFrom('jobs')
    .select(['id', 'phase', 'done', 'total', 'planId', 'changeId', 'accountId', 'accountName'])
    .select(['createdAt', 'startedAt', 'endedAt'])
    .select((eb) => [
      eb.ref('kind').$castTo<JobKind>().as('kind'),
      eb.ref('state').$castTo<JobState>().as('state'),
      eb.ref('failure').$castTo<PlanFailure | null>().as('failure'),
      eb.ref('subject').$castTo<Job['subject']>().as('subject'),
    ])
    .where(accountId === 'anyone' ? sql<boolean>`true` : sql<boolean>`account_id = ${accountId}`);
}

export interface Run {
  id: string;
  kind: JobKind;
  attempt: number;
  accountId: number | null;
  ip: string | null;
  requestId: string | null;
  planId: number | null;
  subject: Job['subject'];
}

/** Begins a run of a job that has not ended: any earlier run can finish nothing from here on. */
export async function beginRun(db: Db, jobId: string): Promise<Run | undefined> {
  return db
    .updateTable('jobs')
    .set((eb) => ({
      state: 'running',
      attempt: eb('attempt', '+', 1),
      startedAt: sql`coalesce(started_at, now())`,
      done: 0,
      total: null,
    }))
    .where('id', '=', jobId)
    .where('state', 'in', ['waiting', 'running'])
    .returning((eb) => [
      'id',
      eb.ref('kind').$castTo<JobKind>().as('kind'),
      eb.ref('subject').$castTo<Job['subject']>().as('subject'),
      ...(['attempt', 'accountId', 'ip', 'requestId', 'planId'] as const),
    ])
    .executeTakeFirst();
}

export interface Progress {
  phase: string;
  done: number;
  total: number | null;
}

/** Says how far a run is; gives whether it still counts. */
export async function saveProgress(
  db: Db,
  { id, attempt }: Run,
  progress: Progress,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('jobs')
    .set(progress)
    .where('id', '=', id)
    .where('attempt', '=', attempt)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Ends a run well, with the change that this transaction makes where there is one; gives whether it still counted. */
export async function finishRun(
  trx: Trx,
  { id, attempt }: Run,
  made: 'change' | 'plan' | 'task',
  { done, total }: Pick<Progress, 'done' | 'total'>,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('jobs')
    .set({
      state: 'done',
      ...{ phase: 'done', done, total },
      endedAt: sql`clock_timestamp()`,
      ...(made === 'change' && { changeId: sql`current_setting('cmp.change_id')::bigint` }),
    })
    .where('id', '=', id)
    .where('attempt', '=', attempt)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** A job that came to nothing, and who had asked for it. */
export interface EndedJob {
  kind: JobKind;
  planId: number | null;
  subject: Record<string, unknown>;
  accountId: number | null;
  accountName: string;
  ip: string | null;
  requestId: string | null;
}

/** Ends a job that has not ended. Gives what is to be set right for it. */
export async function endJob(
  trx: Trx,
  jobId: string,
  end: { state: 'failed' | 'stopped'; failure: PlanFailure },
  attempt?: number,
): Promise<EndedJob | undefined> {
  return trx
    .updateTable('jobs')
    .set({
      state: end.state,
      failure: JSON.stringify(end.failure),
      endedAt: sql`clock_timestamp()`,
    })
    .where('id', '=', jobId)
    .where('state', 'in', ['waiting', 'running'])
    .$if(attempt !== undefined, (query) => query.where('attempt', '=', attempt ?? 0))
    .returning(['planId', 'accountId', 'accountName', 'ip', 'requestId'])
    .returning((eb) => [
      eb.ref('kind').$castTo<JobKind>().as('kind'),
      eb.ref('subject').$castTo<Record<string, unknown>>().as('subject'),
    ])
    .executeTakeFirst();
}

/** Jobs that have not ended, but that the queue will never hand to anybody again. */
export async function listLostJobs(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from jobs
    where state in ('waiting', 'running') and created_at < now() - interval '30 seconds'
      and not exists (select from pgboss.job q
        where q.id = jobs.id and q.state in ('created', 'retry', 'active'))`.execute(db);
  return rows.map(({ id }) => id);
}
