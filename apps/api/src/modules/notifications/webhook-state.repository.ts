import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

export interface WebhookFailures {
  failures: number;
  /** Since an hour, or longer. */
  isLong: boolean;
}

/** Begins to count anew. */
export async function clearFailures(db: Db, version: number): Promise<void> {
  await sql`
    update webhook_state set version = ${version}, failures = 0, failing_since = null
    where failures > 0 or version <> ${version}`.execute(db);
}

/** Counts one more failure in a row: under other settings the row is another. */
export async function countFailure(db: Db, version: number): Promise<WebhookFailures> {
  const { rows } = await sql<WebhookFailures>`
    update webhook_state set
      failures = case when version = ${version} then failures + 1 else 1 end,
      failing_since = case when version = ${version} then coalesce(failing_since, now()) else now() end,
      version = ${version}
    returning failures, failing_since <= now() - interval '1 hour' as is_long`.execute(db);
  return rows[0] ?? { failures: 0, isLong: false };
}
