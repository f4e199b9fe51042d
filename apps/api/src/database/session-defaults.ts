import { sql } from 'kysely';
import { StartRefused } from '#lib/start-refused.ts';
import { type Db, sessionSettings } from './client.ts';

/**
 * Makes what every session is to begin with a default of the role that asks. A pooler in transaction mode opens the
 * sessions, and takes no settings for them from whoever comes through it.
 */
export async function keepSessionDefaults(db: Db): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // Two at once would write the same row of the catalogue, and one of them would fail.
    await sql`select pg_advisory_xact_lock(hashtext('session defaults'))`.execute(trx);
    for (const [name, value] of Object.entries(sessionSettings))
      await sql`alter role current_user set ${sql.raw(name)} = ${sql.lit(value)}`.execute(trx);
  });
}

/** Refuses to serve where sessions begin otherwise: moments would be read in another zone, and nothing would end a wait. */
export async function refuseOtherSessions(db: Db): Promise<void> {
  const { rows } = await sql<{ name: string; value: string }>`
    select name, setting as value from pg_settings
    where name = any(${Object.keys(sessionSettings)})`.execute(db);
  const [other] = rows.filter(({ name, value }) => sessionSettings[name] !== value);
  if (other)
    throw new StartRefused(
      `The sessions behind DATABASE_URL begin with ${other.name}=${other.value} and not ${sessionSettings[other.name]}: ` +
        'a pooler answers there. Name PostgreSQL itself in DATABASE_DIRECT_URL, run `cmp migrate`, ' +
        'and let the pooler connect anew (RECONNECT, in PgBouncer).',
    );
}
