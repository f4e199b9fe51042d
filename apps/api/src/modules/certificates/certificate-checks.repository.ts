import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

interface Check {
  domain: string;
  at: string;
  expiresAt: string | null;
  issuer: string | null;
  /** Why it could not be seen. */
  failure: string | null;
}

export async function findLastCheck(
  db: Db,
  domain: string,
): Promise<Pick<Check, 'at' | 'failure'> | undefined> {
  return db
    .selectFrom('certificateChecks')
    .select(['at', 'failure'])
    .where('domain', '=', domain)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export interface SeenCertificate {
  at: string;
  daysLeft: number | null;
  expiresAt: string | null;
  issuer: string | null;
  failure: string | null;
}

/** What the last look at a domain's certificate found, and what the last one saw that saw it. */
export async function findSeenCertificate(
  db: Db,
  domain: string,
): Promise<SeenCertificate | undefined> {
  const { rows } = await sql<SeenCertificate>`
    select last.at, last.failure, seen.expires_at, seen.issuer,
      floor(extract(epoch from seen.expires_at - now()) / 86400)::integer as days_left
    from (select at, failure from certificate_checks where domain = ${domain} order by at desc limit 1) last
    left join lateral (
      select expires_at, issuer from certificate_checks
      where domain = ${domain} and expires_at is not null order by at desc limit 1
    ) seen on true`.execute(db);
  return rows[0];
}

export async function insertCheck(db: Db, check: Check): Promise<void> {
  await db.insertInto('certificateChecks').values(check).execute();
}
