import type { PlanCounts } from '@cmp/shared/changes';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

/** Says by which job a plan is being worked on. */
export async function saveJobOfPlan(trx: Trx, planId: number, jobId: string): Promise<void> {
  await trx.updateTable('plans').set({ jobId }).where('id', '=', planId).execute();
}

/** Keeps what opens the plan's file, encrypted. */
export async function saveSealed(trx: Trx, planId: number, sealed: string): Promise<void> {
  await trx.updateTable('plans').set({ sealed }).where('id', '=', planId).execute();
}

export async function findSealed(db: Db, planId: number): Promise<string | null> {
  const row = await db
    .selectFrom('plans')
    .select('sealed')
    .where('id', '=', planId)
    .executeTakeFirst();
  return row?.sealed ?? null;
}

/** A plan that has been worked out, with counts of rows that it does not hold. Whether it still waited for them. */
export async function openPlan(
  trx: Trx,
  planId: number,
  subject: object,
  counts: Partial<PlanCounts>,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('plans')
    .set({ state: 'ready', subject: JSON.stringify(subject), counts: JSON.stringify(counts) })
    .where('id', '=', planId)
    .where('state', '=', 'parsing')
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Makes those who begin a restore take turns; whether another one is being made real. */
export async function isRestoring(trx: Trx, planId: number): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext('restore begins'))`.execute(trx);
  const { rows } = await sql`
    select from plans p join jobs j on j.id::text = p.job_id and j.state in ('waiting', 'running')
    where p.action = 'snapshots:restore' and p.state = 'committing' and p.id <> ${planId} limit 1`.execute(
    trx,
  );
  return rows.length > 0;
}

/** Held by a connection as long as a restore writes: it dies with it. */
export async function tryRestoreLock(connection: Db): Promise<boolean> {
  const { rows } = await sql<{ isFree: boolean }>`
    select pg_try_advisory_lock(hashtext('restore')) as is_free`.execute(connection);
  return rows[0]?.isFree ?? false;
}

export async function leaveRestoreLock(connection: Db): Promise<void> {
  await sql`select pg_advisory_unlock(hashtext('restore'))`.execute(connection);
}

/** Plans whose file is still needed. */
export async function listPlansWithFile(db: Db): Promise<number[]> {
  const rows = await db
    .selectFrom('plans')
    .select('id')
    .where('state', 'in', ['parsing', 'ready', 'committing'])
    .where(sql<boolean>`expires_at > now()`)
    .execute();
  return rows.map(({ id }) => id);
}

/** What an earlier run put into a plan that it did not finish. */
export async function clearEntries(db: Db, planId: number): Promise<void> {
  await db.deleteFrom('planEntries').where('planId', '=', planId).execute();
}

/** What opened a file is not kept longer than the plan is good for. */
export async function forgetSealed(db: Db): Promise<void> {
  await sql`
    update plans set sealed = null
    where sealed is not null and (expires_at <= now() or state in ('failed', 'committed'))`.execute(
    db,
  );
}

export async function findNameKey(db: Db, accountId: number | null): Promise<string | null> {
  if (accountId === null) return null;
  const row = await db
    .selectFrom('accounts')
    .select('nameKey')
    .where('id', '=', accountId)
    .executeTakeFirst();
  return row?.nameKey ?? null;
}
