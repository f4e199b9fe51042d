import type { SignInList, SignInOutcome } from '@cmp/shared/auth';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

export interface Credentials {
  id: number;
  username: string;
  passwordHash: string;
  isDisabled: boolean;
  /** A one-time password whose day has passed. */
  hasLapsed: boolean;
}

export async function findCredentials(
  db: Db,
  where: { nameKey: string } | { id: number },
): Promise<Credentials | undefined> {
  return db
    .selectFrom('accounts')
    .select((eb) => [
      'id',
      'username',
      'passwordHash',
      eb('disabledAt', 'is not', null).$castTo<boolean>().as('isDisabled'),
      sql<boolean>`coalesce(one_time_until < now(), false)`.as('hasLapsed'),
    ])
    .$if('nameKey' in where, (query) =>
      query.where('nameKey', '=', 'nameKey' in where ? where.nameKey : ''),
    )
    .$if('id' in where, (query) => query.where('id', '=', 'id' in where ? where.id : 0))
    .executeTakeFirst();
}

/** The admin of this name, or the first: one who may sign in, and need not choose a password first. */
export async function findKeyHolder(
  db: Db,
  key: string | undefined,
): Promise<{ id: number; nameKey: string; username: string } | undefined> {
  return db
    .selectFrom('accounts')
    .select(['id', 'nameKey', 'username'])
    .where('role', '=', 'admin')
    .where('disabledAt', 'is', null)
    .where('mustChangePassword', '=', false)
    .$if(key !== undefined, (query) => query.where('nameKey', '=', key ?? ''))
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}

/** The highest cost of an older portal's hashes that are still here; null where none is. */
export async function findOlderCost(db: Db): Promise<number | null> {
  const { rows } = await sql<{ cost: number | null }>`
    select max(substring(password_hash from '^\\$2[abxy]\\$(\\d\\d)\\$')::int) as cost
    from accounts where password_hash like '$2%'`.execute(db);
  return rows[0]?.cost ?? null;
}

interface Attempt {
  nameKey: string;
  accountId: number | null;
  outcome: SignInOutcome;
  ip: string;
  userAgent: string | null;
}

export async function recordAttempt(db: Db, attempt: Attempt): Promise<void> {
  await db.insertInto('signInAttempts').values(attempt).execute();
}

/** An account's sign-ins, latest first. */
export async function listSignIns(db: Db, accountId: number): Promise<SignInList> {
  const items = await db
    .selectFrom('signInAttempts')
    .select((eb) => [
      'id',
      eb.ref('outcome').$castTo<SignInOutcome>().as('outcome'),
      'ip',
      'userAgent',
      'at',
    ])
    .where('accountId', '=', accountId)
    .orderBy('id', 'desc')
    .limit(100)
    .execute();
  return { items, total: items.length };
}

/** The same password under another hash: no new version, as nothing that an editor saw has altered. */
export async function replaceHash(
  trx: Trx,
  accountId: number,
  from: string,
  to: string,
): Promise<void> {
  await trx
    .updateTable('accounts')
    .set({ passwordHash: to })
    .where('id', '=', accountId)
    .where('passwordHash', '=', from)
    .execute();
}

/** Stores a password its owner chose: nothing forces another change. */
export async function savePassword(
  trx: Trx,
  accountId: number,
  passwordHash: string,
): Promise<void> {
  await trx
    .updateTable('accounts')
    .set((eb) => ({
      passwordHash,
      mustChangePassword: false,
      oneTimeUntil: null,
      version: eb('version', '+', 1),
      updatedAt: sql`now()`,
    }))
    .where('id', '=', accountId)
    .execute();
}

interface ProfileFields {
  displayName?: string | undefined;
  email?: string | null | undefined;
}

/** Whether the account was still at `version`. */
export async function saveProfile(
  trx: Trx,
  accountId: number,
  version: number,
  fields: ProfileFields,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('accounts')
    .set((eb) => ({ ...fields, version: eb('version', '+', 1), updatedAt: sql`now()` }))
    .where('id', '=', accountId)
    .where('version', '=', version)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
