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

export interface CertificateFacts {
  at: string;
  daysLeft: number | null;
  expiresAt: string | null;
  issuer: string | null;
  failure: string | null;
}

/** What the last look at a domain's certificate found, and what the last one saw that saw it. */
export async function findCertificate(
  db: Db,
  domain: string,
): Promise<CertificateFacts | undefined> {
  const { rows } = await sql<CertificateFacts>`
    select last.at, last.failure, seen.expires_at, seen.issuer,
      floor(extract(epoch from seen.expires_at - now()) / 86400)::integer as days_left
    from (select at, failure from certificate_checks where domain = ${domain} order by at desc limit 1) last
    left join lateral (
      select expires_at, issuer from certificate_checks
      where domain = ${domain} and expires_at is not null order by at desc limit 1
    ) seen on true`.execute(db);
  return rows[0];
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
