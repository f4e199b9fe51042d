import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

export interface JobFacts {
  waiting: number;
  running: number;
  /** How long the oldest waits that nobody has begun; null where none does. */
  oldestSeconds: number | null;
  failed: number;
}

/** Jobs in line, under way, and failed within a day. */
export async function readJobs(db: Db): Promise<JobFacts> {
  const { rows } = await sql<JobFacts>`
    select count(*) filter (where state = 'waiting') as waiting,
      count(*) filter (where state = 'running') as running,
      extract(epoch from now() - min(created_at) filter (where state = 'waiting'))::float8 as oldest_seconds,
      count(*) filter (where state = 'failed' and ended_at > now() - interval '1 day') as failed
    from jobs`.execute(db);
  return one(rows);
}

export interface DatabaseFacts {
  version: string;
  bytes: number;
}

export async function readDatabase(db: Db): Promise<DatabaseFacts> {
  const { rows } = await sql<DatabaseFacts>`
    select current_setting('server_version') as version,
      pg_database_size(current_database()) as bytes`.execute(db);
  return one(rows);
}

export interface OutboxFacts {
  waiting: number;
  /** How long the oldest waits that is due or was tried. */
  oldestSeconds: number | null;
  parked: number;
}

/** What is to be sent by any way, and what was given up on within a day. */
export async function readOutbox(db: Db): Promise<OutboxFacts> {
  const { rows } = await sql<OutboxFacts>`
    select count(*) as waiting,
      extract(epoch from now() - min(waits_since)
        filter (where next_at <= now() or attempts > 0))::float8 as oldest_seconds,
      (select count(*) from deliveries
        where state = 'parked' and created_at > now() - interval '1 day') as parked
    from deliveries where state = 'waiting'`.execute(db);
  return one(rows);
}

export async function readWebhookFailures(db: Db, version: number): Promise<number> {
  const { rows } = await sql<{ failures: number }>`
    select failures from webhook_state where version = ${version}`.execute(db);
  return rows[0]?.failures ?? 0;
}

function one<Row>([row]: Row[]): Row {
  if (!row) throw new Error('The database said nothing.');
  return row;
}
