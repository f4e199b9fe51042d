import type { Account, AccountChange, NewAccount, OneTimePassword } from '@cmp/shared/accounts';
import { nameKey } from '@cmp/shared/primitives';
import type { Db, Trx } from '#database/client.ts';
import { brokenConstraint } from '#database/violations.ts';
import { AppError, notFound, staleVersion } from '#lib/errors.ts';
import { hashPassword, oneTimePassword } from '#lib/passwords.ts';
import { endSessionsOf } from '#modules/auth/sessions.service.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import type { Actor } from '#plugins/access.ts';
import {
  deleteAccount,
  findAccount,
  hasAnyAccount,
  insertAccount,
  lockAccount,
  lockAdminIds,
  type NewAccountRow,
  saveOneTimePassword,
  updateAccount,
} from './accounts.repository.ts';
import { lowerGrants } from './grants.repository.ts';

/** How long a one-time password lies about at most. */
export const oneTimeHours = 24;

export async function getAccount(db: Db, accountId: number): Promise<Account> {
  const account = await findAccount(db, accountId);
  if (!account) throw notFound();
  return account;
}

/** Makes an account with a password that nobody chose and that must change at the first sign-in. */
export async function createAccount(
  db: Db,
  actor: Actor,
  { username, displayName, email, role }: NewAccount,
): Promise<OneTimePassword> {
  const password = oneTimePassword();
  const passwordHash = await hashPassword(password);
  return inChange(db, actor, 'accounts:create', null, async (trx) => {
    const accountId = await addAccount(
      trx,
      { username, displayName, email, role, passwordHash, mustChangePassword: true },
      oneTimeHours,
    );
    const expiresAt = new Date(Date.now() + oneTimeHours * 3_600_000).toISOString();
    return { account: await getAccount(trx, accountId), oneTimePassword: password, expiresAt };
  });
}

/** Whether nobody can sign in yet: the portal waits to be set up. */
export async function isSetupRequired(db: Db): Promise<boolean> {
  return !(await hasAnyAccount(db));
}

/** Adds the first account, an admin. Gives nothing where there is one already, two at once included. */
export async function addFirstAdmin(
  trx: Trx,
  row: Omit<NewAccountRow, 'nameKey' | 'role' | 'email'>,
): Promise<number | undefined> {
  await lockAdminIds(trx);
  if (await hasAnyAccount(trx)) return undefined;
  return addAccount(trx, { ...row, role: 'admin', email: null });
}

/** Adds an account within a change, or says that its name is taken. */
export async function addAccount(
  trx: Trx,
  row: Omit<NewAccountRow, 'nameKey'>,
  oneTimeHoursOf: number | null = null,
): Promise<number> {
  try {
    return await insertAccount(trx, { ...row, nameKey: nameKey(row.username) }, oneTimeHoursOf);
  } catch (error) {
    throw asNameTaken(error);
  }
}

/** Alters the named fields. The last admin stays one; whoever is disabled is signed out at once. */
export async function changeAccount(
  db: Db,
  actor: Actor,
  accountId: number,
  { version, ...fields }: AccountChange,
): Promise<Account> {
  return inChange(db, actor, 'accounts:update', null, async (trx) => {
    const { role, disabled, username } = fields;
    const losesAdmin = disabled === true || (role !== undefined && role !== 'admin');
    if (losesAdmin) await refuseLosingAdmin(trx, actor, accountId);
    await lockAt(trx, accountId, version);

    try {
      await updateAccount(trx, accountId, {
        ...fields,
        ...(username !== undefined && { nameKey: nameKey(username) }),
      });
    } catch (error) {
      throw asNameTaken(error);
    }
    if (role === 'viewer') await lowerGrants(trx, accountId);
    if (disabled) await endSessionsOf(trx, accountId, 'disabled');
    return getAccount(trx, accountId);
  });
}

/** Deletes an account and its grants. What it did stays in the log under its name. */
export function removeAccount(
  db: Db,
  actor: Actor,
  accountId: number,
  version: number,
): Promise<void> {
  return inChange(db, actor, 'accounts:delete', null, async (trx) => {
    await refuseLosingAdmin(trx, actor, accountId);
    await lockAt(trx, accountId, version);
    await deleteAccount(trx, accountId);
  });
}

/** Gives an account a new one-time password and ends its sessions. The admin learns it, but never chooses it. */
export async function resetPassword(
  db: Db,
  actor: Actor,
  accountId: number,
  version: number,
): Promise<OneTimePassword> {
  const password = oneTimePassword();
  const passwordHash = await hashPassword(password);
  return inChange(db, actor, 'accounts:reset-password', null, async (trx) => {
    await lockAt(trx, accountId, version);
    const expiresAt = await saveOneTimePassword(trx, accountId, passwordHash, oneTimeHours);
    await endSessionsOf(trx, accountId, 'reset');
    return { account: await getAccount(trx, accountId), oneTimePassword: password, expiresAt };
  });
}

/** The account, locked, where it is still as the caller saw it. */
export async function lockAt(trx: Trx, accountId: number, version: number): Promise<Account> {
  const account = await lockAccount(trx, accountId);
  if (!account) throw notFound();
  if (account.version !== version) throw staleVersion(account);
  return account;
}

async function refuseLosingAdmin(trx: Trx, actor: Actor, accountId: number): Promise<void> {
  const adminIds = await lockAdminIds(trx);
  if (adminIds.includes(accountId) && adminIds.length === 1)
    throw new AppError('last_admin', 'This is the last admin. Make another one first.');
  if (accountId === actor.accountId)
    throw new AppError('own_account', 'Ask another admin to do this to your own account.');
}

function asNameTaken(error: unknown): unknown {
  return brokenConstraint(error) === 'accounts_name_key_key'
    ? new AppError('name_taken', 'Another account has this username.', {
        issues: [{ path: '/username', code: 'name_taken', message: 'Choose another username.' }],
      })
    : error;
}
