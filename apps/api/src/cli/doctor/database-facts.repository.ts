import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

export interface ServerFacts {
  version: string;
  /** As 150004 for 15.4. */
  versionNumber: number;
  encoding: string;
}

export async function readServerFacts(db: Db): Promise<ServerFacts> {
  const { rows } = await sql<ServerFacts>`
    select split_part(current_setting('server_version'), ' ', 1) as version,
      current_setting('server_version_num')::int as version_number,
      current_setting('server_encoding') as encoding`.execute(db);
  const [facts] = rows;
  if (!facts) throw new Error('The server said nothing of itself.');
  return facts;
}

export async function readClock(db: Db): Promise<Date> {
  const { rows } = await sql<{ at: string }>`select clock_timestamp() as at`.execute(db);
  return new Date(rows[0]?.at ?? Number.NaN);
}

/** The triggers that fire, as `table.trigger`: those that were disabled are not among them. */
export async function listFiringTriggers(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname || '.' || tgname as name
    from pg_trigger join pg_class on pg_class.oid = tgrelid
    where relnamespace = 'public'::regnamespace and tgenabled in ('O', 'A')`.execute(db);
  return rows.map(({ name }) => name);
}

export async function listLogPartitions(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name
    from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'public.entries'::regclass
    order by relname`.execute(db);
  return rows.map(({ name }) => name);
}

/** The names of this month's partition and the next three, by the database's clock. */
export async function listExpectedPartitions(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select 'entries' || to_char(month, '_YYYY_MM') as name
    from generate_series(date_trunc('month', now()), now() + interval '3 months', '1 month') month
    order by month`.execute(db);
  return rows.map(({ name }) => name);
}

/** Whether entries arrived for which no month was there. */
export async function hasStrayEntries(db: Db): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select exists (select from entries_default) as has`.execute(db);
  return rows[0]?.has === true;
}

export async function isZoneKnown(db: Db, timeZone: string): Promise<boolean> {
  const { rows } = await sql`
    select from pg_timezone_names where name = ${timeZone}`.execute(db);
  return rows.length > 0;
}
