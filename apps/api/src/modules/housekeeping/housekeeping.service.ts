import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

/**
 * How long moving facts are kept: long enough to answer a question, not for ever. Used refresh tokens go with
 * their session alone: as long as it lives, a stolen one must be recognised.
 */
const kept = {
  certificate_checks: sql`at < now() - interval '30 days'`,
  events: sql`at < now() - interval '90 days'`,
  idempotency_keys: sql`created_at < now() - interval '24 hours'`,
  jobs: sql`created_at < now() - interval '30 days'`,
  plans: sql`expires_at < now() - interval '1 day'`,
  rate_limits: sql`expire < extract(epoch from now()) * 1000`,
  sessions: sql`least(ended_at, expires_at) < now() - interval '90 days'`,
  sign_in_attempts: sql`at < now() - interval '365 days'`,
  telegram_codes: sql`expires_at < now()`,
  telegram_updates: sql`at < now() - interval '3 days'`,
};

/** Makes the log's next months and removes what has had its time. Of several instances at once one does it. */
export async function keepHouse(db: Db): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ isFree: boolean }>`
      select pg_try_advisory_xact_lock(hashtext('housekeeping')) as is_free`.execute(trx);
    if (!rows[0]?.isFree) return;

    await sql`call make_partitions()`.execute(trx);
    for (const [table, isOld] of Object.entries(kept))
      await sql`delete from ${sql.table(table)} where ${isOld}`.execute(trx);
  });
}

const hourMs = 3_600_000;

/** Keeps house now and every hour, until it is stopped. A failure is told and tried again. */
export function keepHouseHourly(db: Db, tell: (failure: unknown) => void): () => void {
  const run = () => keepHouse(db).catch(tell);
  void run();
  const timer = setInterval(run, hourMs);
  return () => clearInterval(timer);
}
