import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

/** Whole days until the certificate ends, as the last look at it found; null where none succeeded. */
export async function findCertificateDays(db: Db): Promise<number | null> {
  const { rows } = await sql<{ days: number }>`
    select floor(extract(epoch from expires_at - now()) / 86400)::integer as days
    from certificate_checks where expires_at is not null order by at desc limit 1`.execute(db);
  return rows[0]?.days ?? null;
}
