import { sql } from 'kysely';
import type { Pool } from 'pg';
import { Gauge, Registry } from 'prom-client';
import type { Db } from '#database/client.ts';
import { registry } from '#lib/metrics.ts';
import { readMatviewFacts } from '#modules/matviews/matviews.service.ts';
import { addOutbox } from '#modules/notifications/outbox-metrics.service.ts';
import { readFacts } from '#modules/snapshots/snapshot-facts.service.ts';

/** Everything Prometheus may know, in its text form: of the process, its pool, and the database as it is now. */
export async function metricsText(db: Db, pool: Pool): Promise<string> {
  const live = await liveRegistry(db, pool);
  return Registry.merge([registry, live]).metrics();
}

async function liveRegistry(db: Db, pool: Pool): Promise<Registry> {
  const live = new Registry();
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name, help, registers: [live] }).set(value);

  gauge('cmp_pool_connections', 'Connections to the database.', pool.totalCount);
  gauge('cmp_pool_idle', 'Of them, those at rest.', pool.idleCount);
  gauge('cmp_pool_waiting', 'Requests that wait for a connection.', pool.waitingCount);

  const counts = await countNow(db).catch(() => undefined);
  gauge('cmp_database_up', 'Whether the database answers.', counts ? 1 : 0);
  if (!counts) return live;
  gauge('cmp_sessions_active', 'Sessions that have not ended.', counts.sessions);
  gauge('cmp_servers', 'Servers.', counts.servers);
  gauge('cmp_entries_default', 'Entries for which no month’s partition was there.', counts.strays);
  await addSnapshots(db, gauge);
  await addOutbox(db, live);
  await addMatview(db, gauge);
  return live;
}

type AddGauge = (name: string, help: string, value: number) => void;

async function addSnapshots(db: Db, gauge: AddGauge): Promise<void> {
  const { newestAt, bytes, verifiedAt, failures, failedTries, isKeySaved } = await readFacts(db);
  const age = (at: string) => (Date.now() - Date.parse(at)) / 1000;
  // Without one there is nothing to tell the age of: an alert asks for the absence.
  if (newestAt !== null)
    gauge('cmp_snapshot_age_seconds', 'Since the newest snapshot of the database.', age(newestAt));
  if (bytes !== null) gauge('cmp_snapshot_bytes', 'Size of the newest snapshot.', bytes);
  if (verifiedAt !== null)
    gauge('cmp_snapshot_verified_age_seconds', 'Since one was found good.', age(verifiedAt));
  gauge('cmp_snapshot_failures', 'Snapshots that failed within a day.', failures);
  gauge(
    'cmp_snapshot_schedule_failures',
    'Tries of the schedule that failed since it last made one.',
    failedTries,
  );
  gauge(
    'cmp_recovery_key_saved',
    'Whether the recovery key was ever exported.',
    isKeySaved ? 1 : 0,
  );
}

/** Nothing where there is no view. */
async function addMatview(db: Db, gauge: AddGauge): Promise<void> {
  const facts = await readMatviewFacts(db);
  if (!facts) return;
  const { refreshing, pending, ageSeconds } = facts;
  gauge(
    'cmp_matview_refresh_running',
    'Whether the status view is being refreshed.',
    refreshing ? 1 : 0,
  );
  gauge(
    'cmp_matview_refresh_pending',
    'Whether a refresh was asked for that has not begun.',
    pending ? 1 : 0,
  );
  if (ageSeconds !== null)
    gauge(
      'cmp_matview_last_success_age_seconds',
      'Since the last good refresh of the status view.',
      ageSeconds,
    );
}

async function countNow(db: Db) {
  const { rows } = await sql<{ sessions: number; servers: number; strays: number }>`
    select
      (select count(*) from sessions where ended_at is null and expires_at > now()) as sessions,
      (select count(*) from servers where deleted_at is null) as servers,
      (select count(*) from entries_default) as strays`.execute(db);
  return rows[0];
}
