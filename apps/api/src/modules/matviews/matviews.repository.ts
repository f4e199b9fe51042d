import { keptRefreshes, type Matview } from '@cmp/shared/matviews';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

export interface MatviewState extends Omit<Matview, 'rows' | 'lastMs' | 'everySeconds'> {
  /** How old what it says is; null where it says nothing. */
  ageSeconds: number | null;
  lastFailure: string | null;
  /** The highest numbers that a refresh served, and that one failed to serve. */
  served: number;
  failed: number;
}

/** What is there now, as the catalogue says, and how its refreshes stand. */
export async function readMatview(db: Db): Promise<MatviewState> {
  // One that is marked as under way and holds no lock was killed.
  const { rows } = await sql<MatviewState>`
    select name, view.oid is not null as exists,
      coalesce(has_matview_key(view.oid), false) as unique_index,
      coalesce(view.relispopulated and has_matview_key(view.oid), false) as concurrent_supported,
      refreshing,
      waiting, waiting > 0 as pending,
      case when view.relispopulated then last_success end as last_success,
      case when view.relispopulated then extract(epoch from now() - last_success)::float8 end as age_seconds,
      case when view.relispopulated then refreshes else '[]' end as refreshes,
      last_failure, served, failed
    from matview_states
    cross join lateral (select running_since is not null and exists (
      select from pg_locks
      where locktype = 'advisory' and granted and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32 | objid::bigint) = hashtext(name)
    ) as refreshing) run
    cross join lateral (select asked - case when refreshing then serving else served end as waiting) queue
    left join pg_class view on view.oid = to_regclass('public.' || name) and view.relkind = 'm'
    where name = 'user_status_matview'`.execute(db);
  const [state] = rows;
  if (!state) throw new Error('The state of the status view is not there.');
  return state;
}

/** Notes that somebody wants a refresh that begins after this; gives their number. */
export async function askForRefresh(db: Db): Promise<number> {
  const { asked } = await db
    .updateTable('matviewStates')
    .set((eb) => ({ asked: eb('asked', '+', 1) }))
    .returning('asked')
    .executeTakeFirstOrThrow();
  return asked;
}

/** Whether nobody else makes, drops or refreshes it, until the end of the transaction. */
export async function tryMatviewLock(trx: Trx): Promise<boolean> {
  const { rows } = await sql<{ isFree: boolean }>`select try_matview_lock() as is_free`.execute(
    trx,
  );
  return rows[0]?.isFree === true;
}

export async function takeMatviewLock(trx: Trx): Promise<void> {
  await sql`call take_matview_lock()`.execute(trx);
}

/** Notes that a refresh begins; gives the highest number that it serves. */
export async function noteBegin(db: Db): Promise<number> {
  const { serving } = await db
    .updateTable('matviewStates')
    .set((eb) => ({ serving: eb.ref('asked'), runningSince: sql`now()` }))
    .returning('serving')
    .executeTakeFirstOrThrow();
  return serving;
}

/** Beside readers where it can be, and noted with it. What it reads is not older than its transaction. */
export async function refreshMatview(trx: Trx, serving: number): Promise<void> {
  const call = sql<{ ms: number; counted: number }>`call refresh_user_status_matview(null, null)`;
  const [done] = (await call.execute(trx)).rows;
  if (!done) throw new Error('The refresh did not say how it went.');
  await trx
    .updateTable('matviewStates')
    .set({
      ...{ served: serving, lastSuccess: sql`now()`, runningSince: null, failure: null },
      refreshes: sql`jsonb_path_query_array(refreshes || jsonb_build_object(
        'at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'ms', ${done.ms}::float8, 'rows', ${done.counted}::int
      ), ${`$[last - ${keptRefreshes - 1} to last]`}::jsonpath)`,
    })
    .execute();
}

export async function noteFailure(db: Db, serving: number, failure: string): Promise<void> {
  await db
    .updateTable('matviewStates')
    .set({
      ...{ failed: serving, failure: failure.slice(0, 500) },
      ...{ lastFailure: sql`now()`, runningSince: null },
    })
    .execute();
}

/** Within a change: the database refuses it elsewhere. */
export async function makeMatview(trx: Trx): Promise<void> {
  await sql`call make_user_status_matview()`.execute(trx);
  await trx
    .updateTable('matviewStates')
    .set((eb) => ({
      served: eb.ref('asked'),
      // Somebody else's, made while this one waited, is older than this transaction.
      lastSuccess: sql`coalesce(last_success, now())`,
    }))
    .execute();
}

/** Within a change. Nobody waits for a refresh of what is gone. */
export async function dropMatview(trx: Trx): Promise<void> {
  await sql`call drop_user_status_matview()`.execute(trx);
  await trx
    .updateTable('matviewStates')
    .set((eb) => ({
      ...{ served: eb.ref('asked'), runningSince: null },
      ...{ lastSuccess: null, lastFailure: null, failure: null, refreshes: sql`'[]'` },
    }))
    .execute();
}
