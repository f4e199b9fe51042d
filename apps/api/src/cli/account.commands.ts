import { type Account, NewAccount, type OneTimePassword } from '@cmp/shared/accounts';
import { Role } from '@cmp/shared/permissions';
import { nameKey } from '@cmp/shared/primitives';
import { type Command, Option } from 'commander';
import * as z from 'zod';
import type { Db } from '#database/client.ts';
import { listAccounts } from '#modules/accounts/accounts.repository.ts';
import {
  createAccount,
  isSetupRequired,
  resetPassword,
} from '#modules/accounts/accounts.service.ts';
import { clearSignInLimits } from '#modules/auth/sign-in-limits.repository.ts';
import { systemActor } from '#plugins/access.ts';
import { type AccountWish, askForAccount } from './ask-for-account.ts';
import { withDatabase } from './database.ts';
import { CommandRefused, type Outcome } from './outcome.ts';
import type { Run } from './program.ts';

const actor = systemActor('cli');

/** `cmp account …`: the way in when nobody can sign in. */
export function addAccountCommands(program: Command, run: Run): void {
  const account = program.command('account').description('make accounts and let people back in');

  account
    .command('create')
    .description('make an account and print its one-time password, once')
    .option('--username <name>', 'the name to sign in with')
    .addOption(new Option('--role <role>', 'what it may do').choices(Role.options))
    .option('--display-name <name>', 'the name others see; the username where it is not said')
    .option('--email <address>')
    .action((wish: AccountWish) =>
      run(async (context) => {
        const newAccount = parse(context.isInteractive ? await askForAccount(wish) : wish);
        return withDatabase(context, (db) => create(db, newAccount));
      }),
    );

  account
    .command('reset-password')
    .description('give an account a new one-time password and end its sessions')
    .argument('<username>')
    .action((username: string) =>
      run((context) =>
        withDatabase(context, async (db) => {
          const { id, version } = await getAccountNamed(db, username);
          const given = await resetPassword(db, actor, id, version);
          return tell(
            given,
            `${given.account.username} has a new password; its sessions are over.`,
          );
        }),
      ),
    );

  account
    .command('unlock')
    .description('let an account try again at once that failed to sign in too often')
    .argument('<username>')
    .action((username: string) =>
      run((context) => withDatabase(context, (db) => unlock(db, username))),
    );
}

function parse({ username, role, displayName = username, email }: AccountWish): NewAccount {
  const parsed = NewAccount.safeParse({ username, role, displayName, email });
  if (parsed.success) return parsed.data;
  const missing = Object.entries({ '--username': username, '--role': role })
    .filter(([, value]) => value === undefined)
    .map(([option]) => option);
  throw new CommandRefused(
    missing.length > 0
      ? `Say ${missing.join(' and ')} too.`
      : `This account cannot be made:\n${z.prettifyError(parsed.error)}`,
  );
}

async function create(db: Db, newAccount: NewAccount): Promise<Outcome> {
  // Any account closes the setup page, and only an admin can make the others.
  if (newAccount.role !== 'admin' && (await isSetupRequired(db)))
    throw new CommandRefused('The first account must be an admin: say --role admin.');
  const made = await createAccount(db, actor, newAccount);
  return tell(made, `Made ${made.account.username} (${made.account.role}).`);
}

function tell({ account, oneTimePassword, expiresAt }: OneTimePassword, done: string): Outcome {
  const { id, username, role } = account;
  const text = [
    done,
    `One-time password: ${oneTimePassword}`,
    `It is not shown again. It opens the account until ${expiresAt}, and must be replaced then.`,
  ].join('\n');
  return { text, data: { account: { id, username, role }, oneTimePassword, expiresAt } };
}

async function unlock(db: Db, username: string): Promise<Outcome> {
  const account = await getAccountNamed(db, username);
  const cleared = await clearSignInLimits(db, nameKey(account.username));
  const counted = cleared === 1 ? '1 count' : `${cleared} counts`;
  const lines = [
    `Cleared ${counted} of failed sign-ins as ${account.username}. Counts of an address run out within a minute.`,
  ];
  if (account.disabledAt !== null)
    lines.push('The account is disabled, and stays so: an admin enables it in the panel.');
  const isDisabled = account.disabledAt !== null;
  return { text: lines.join('\n'), data: { username: account.username, cleared, isDisabled } };
}

async function getAccountNamed(db: Db, username: string): Promise<Account> {
  const { items } = await listAccounts(db);
  const key = nameKey(username);
  const account = items.find((one) => nameKey(one.username) === key);
  if (!account) throw new CommandRefused(`No account is named ${username}.`);
  return account;
}
