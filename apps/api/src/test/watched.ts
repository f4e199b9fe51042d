import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { system } from './fixtures.ts';

/** Rows of the kinds that those who watch judge by, as old as they are to be: the clock is never set. */

export function set(db: Db, section: string, fields: object): Promise<unknown> {
  return inChange(db, system, 'settings:update', null, (trx) =>
    sql`insert into settings (section, fields) values (${section}, ${JSON.stringify(fields)}::jsonb)
      on conflict (section) do update set fields = excluded.fields`.execute(trx),
  );
}

interface JobWish {
  state: string;
  kind?: string;
  createdAt: string;
  startedAt?: string;
  endedAt?: string;
}

/** Moments are how long ago they were. */
export async function addJob(
  db: Db,
  { state, kind = 'import:parse', createdAt, startedAt, endedAt }: JobWish,
): Promise<void> {
  await sql`insert into jobs (id, kind, state, account_name, created_at, started_at, ended_at)
    values (${randomUUID()}, ${kind}, ${state}, 'system', now() - ${createdAt}::interval,
      now() - ${startedAt ?? null}::interval, now() - ${endedAt ?? null}::interval)`.execute(db);
}

export async function addSnapshot(
  db: Db,
  { age, failure = null }: { age: string; failure?: string | null },
): Promise<void> {
  await sql`insert into snapshots
    (kind, reason, file_name, bytes, sha256, is_encrypted, site_name, app_version, counts, account_name,
      created_at, verified_at, verify_failure)
    values ('database', 'asked', ${`${randomUUID()}.zip`}, 1024, ${'a'.repeat(64)}, false, 'Portal', 'test', '{}',
      'system', now() - ${age}::interval, now() - ${age}::interval, ${failure})`.execute(db);
}

export async function addCheck(
  db: Db,
  { domain, left, failure = null }: { domain: string; left?: string; failure?: string | null },
): Promise<void> {
  await sql`insert into certificate_checks (domain, at, expires_at, issuer, failure)
    values (${domain}, clock_timestamp(), now() + ${left ?? null}::interval, 'An authority', ${failure})`.execute(
    db,
  );
}

/** Of the webhook: waiting since, and due since; a negative span is yet to come. */
export async function addDelivery(
  db: Db,
  { since, due }: { since: string; due: string },
): Promise<void> {
  await sql`with told as (insert into events (event) values ('settings_changed') returning id)
    insert into deliveries (event_id, channel, waits_since, next_at)
    select id, 'webhook', now() - ${since}::interval, now() - ${due}::interval from told`.execute(
    db,
  );
}
