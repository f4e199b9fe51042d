import type { Account, AccountList } from '@cmp/shared/accounts';
import type { Role } from '@cmp/shared/permissions';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

/** All accounts, by name. Few: they are the people who work here. */
export async function listAccounts(db: Db): Promise<AccountList> {
  const items = await accounts(db).orderBy('nameKey').execute();
  return { items, total: items.length };
}

export async function findAccount(db: Db, accountId: number): Promise<Account | undefined> {
  return accounts(db).where('accounts.id', '=', accountId).executeTakeFirst();
}

/** The account, locked until the transaction ends, so that edits take turns. */
export async function lockAccount(trx: Trx, accountId: number): Promise<Account | undefined> {
  await trx.selectFrom('accounts').select('id').where('id', '=', accountId).forUpdate().execute();
  return findAccount(trx, accountId);
}

/**
 * Locks the admins who can sign in and gives their ids, so that two who demote each other take turns and the
 * second sees what the first did.
 */
export async function lockAdminIds(trx: Trx): Promise<number[]> {
  await sql`select pg_advisory_xact_lock(hashtext('accounts of admins'))`.execute(trx);
  const rows = await trx
    .selectFrom('accounts')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabledAt', 'is', null)
    .execute();
  return rows.map(({ id }) => id);
}

export interface NewAccountRow {
  username: string;
  nameKey: string;
  displayName: string;
  email: string | null;
  role: Role;
  passwordHash: string;
  mustChangePassword: boolean;
}

/** Gives its id. A password that must change is worth nothing after `oneTimeHours`. */
export async function insertAccount(
  trx: Trx,
  row: NewAccountRow,
  oneTimeHours: number | null,
): Promise<number> {
  const { id } = await trx
    .insertInto('accounts')
    .values({ ...row, oneTimeUntil: inHours(oneTimeHours) })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** What is undefined stays as it is. */
export interface AccountFields {
  username?: string | undefined;
  nameKey?: string | undefined;
  displayName?: string | undefined;
  email?: string | null | undefined;
  role?: Role | undefined;
  disabled?: boolean | undefined;
}

export async function updateAccount(
  trx: Trx,
  accountId: number,
  { disabled, ...fields }: AccountFields,
): Promise<void> {
  await trx
    .updateTable('accounts')
    .set((eb) => ({
      ...fields,
      ...(disabled === true && { disabledAt: sql<string>`coalesce(disabled_at, now())` }),
      ...(disabled === false && { disabledAt: null }),
      version: eb('version', '+', 1),
      updatedAt: sql`now()`,
    }))
    .where('id', '=', accountId)
    .execute();
}

export async function saveOneTimePassword(
  trx: Trx,
  accountId: number,
  passwordHash: string,
  oneTimeHours: number,
): Promise<string> {
  const { oneTimeUntil } = await trx
    .updateTable('accounts')
    .set((eb) => ({
      passwordHash,
      mustChangePassword: true,
      oneTimeUntil: inHours(oneTimeHours),
      version: eb('version', '+', 1),
      updatedAt: sql`now()`,
    }))
    .where('id', '=', accountId)
    .returning((eb) => eb.ref('oneTimeUntil').$notNull().as('oneTimeUntil'))
    .executeTakeFirstOrThrow();
  return oneTimeUntil;
}

export async function deleteAccount(trx: Trx, accountId: number): Promise<void> {
  await trx.deleteFrom('accounts').where('id', '=', accountId).execute();
}

/** Moves the account's version, as its grants are part of what an editor saw. */
export async function touchAccount(trx: Trx, accountId: number): Promise<void> {
  await updateAccount(trx, accountId, {});
}

export async function hasAnyAccount(db: Db): Promise<boolean> {
  const row = await db.selectFrom('accounts').select('id').limit(1).executeTakeFirst();
  return row !== undefined;
}

function inHours(hours: number | null) {
  return hours === null ? null : sql<string>`now() + make_interval(hours => ${hours})`;
}

function accounts(db: Db) {
  return db.selectFrom('accounts').select((eb) => [
    'id',
    'username',
    'displayName',
    'email',
    eb
      .selectFrom('images')
      .select('sha256')
      .whereRef('images.accountId', '=', 'accounts.id')
      .as('avatarHash'),
    eb.ref('role').$castTo<Role>().as('role'),
    'mustChangePassword',
    'disabledAt',
    eb
      .selectFrom('signInAttempts')
      .select('signInAttempts.at')
      .whereRef('accountId', '=', 'accounts.id')
      .where('outcome', '=', 'success')
      .orderBy('signInAttempts.id', 'desc')
      .limit(1)
      .as('lastSignInAt'),
    eb
      .selectFrom('grants')
      .innerJoin('servers', 'servers.id', 'grants.serverId')
      .select((count) => count.fn.countAll<number>().as('count'))
      .whereRef('grants.accountId', '=', 'accounts.id')
      .where('servers.deletedAt', 'is', null)
      .$asScalar()
      .$notNull()
      .as('grantCount'),
    'version',
    'createdAt',
    'updatedAt',
  ]);
}
