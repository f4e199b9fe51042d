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

export async function insertCheck(db: Db, check: Check): Promise<void> {
  await db.insertInto('certificateChecks').values(check).execute();
}
