import { sql } from 'kysely';
import pg from 'pg';
import { type Db, sessionSettings } from '#database/client.ts';

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

/** What the server does for safety and order, by the names of its settings. */
export async function readServerSettings(db: Db): Promise<Map<string, string>> {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name in
      ('fsync', 'full_page_writes', 'synchronous_commit', 'autovacuum', 'track_counts')`.execute(
    db,
  );
  return new Map(rows.map(({ name, setting }) => [name, setting]));
}

export interface Connections {
  /** That others than superusers may have. */
  most: number;
  used: number;
  /** Processes of the portal that said within a minute that they work. */
  processes: number;
}

export async function readConnections(db: Db): Promise<Connections> {
  const { rows } = await sql<Connections>`
    select
      (select sum(case name when 'max_connections' then setting::int else -setting::int end) from pg_settings
        where name in ('max_connections', 'superuser_reserved_connections', 'reserved_connections')) as most,
      (select sum(numbackends) from pg_stat_database) as used,
      (select count(*) from worker_beats where at > now() - interval '1 minute') as processes`.execute(
    db,
  );
  const [connections] = rows;
  if (!connections) throw new Error('The server said nothing of its connections.');
  return connections;
}

/** What is behind an address: a pooler greets with a number that is not the process that works. */
export async function readSession(
  url: string,
): Promise<{ isPooled: boolean; settings: Map<string, string> }> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; setting: string; pid: number }>(
      'select name, setting, pg_backend_pid() as pid from pg_settings where name = any($1)',
      [Object.keys(sessionSettings)],
    );
    return {
      isPooled: rows[0]?.pid !== Reflect.get(client, 'processID'),
      settings: new Map(rows.map(({ name, setting }) => [name, setting])),
    };
  } finally {
    await client.end();
  }
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
