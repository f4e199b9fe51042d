import { CANCEL_SYMBOL, select, text } from '@clack/prompts';
import { Username } from '@cmp/shared/auth';
import { Role } from '@cmp/shared/permissions';
import { CommandRefused } from './outcome.ts';

/** What was said of an account so far. */
export interface AccountWish {
  username?: string;
  role?: Role;
  displayName?: string;
  email?: string;
}

const meaningOf = {
  admin: 'everything, settings and accounts included',
  server_admin: 'the users of the servers granted to it',
  viewer: 'looks at the servers granted to it',
} as const satisfies Record<Role, string>;

/** Asks the person at the terminal for what they did not say. */
export async function askForAccount(wish: AccountWish): Promise<AccountWish> {
  const username = wish.username ?? (await askText('Username'));
  const role = wish.role ?? (await askRole());
  const displayName = wish.displayName ?? (await askText('Display name', username));
  return { ...wish, username, role, displayName };
}

async function askText(message: string, initialValue = ''): Promise<string> {
  const validate = (typed: string | undefined) =>
    Username.min(1).safeParse(typed ?? '').success ? undefined : 'One line of 1 to 64 characters.';
  return given(await text({ message, initialValue, validate }));
}

async function askRole(): Promise<Role> {
  const options = Role.options.map((value) => ({ value, label: value, hint: meaningOf[value] }));
  return given(await select<Role>({ message: 'Role', options }));
}

function given<Answer>(answer: Answer | typeof CANCEL_SYMBOL): Answer {
  if (answer === CANCEL_SYMBOL) throw new CommandRefused('Nothing was made.');
  return answer;
}
