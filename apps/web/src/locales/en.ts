import { accounts } from './en/accounts.ts';
import { auth } from './en/auth.ts';
import { errors } from './en/errors.ts';
import { overview } from './en/overview.ts';
import { profile } from './en/profile.ts';
import { servers } from './en/servers.ts';
import { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';
import { states } from './en/states.ts';
import { strip } from './en/strip.ts';
import { term } from './en/term.ts';
import { time } from './en/time.ts';
import { undo } from './en/undo.ts';
import { users } from './en/users.ts';
import { validation } from './en/validation.ts';

/** Every sentence the panel says. */
export const en = {
  accounts,
  auth,
  errors,
  overview,
  profile,
  settings,
  shell,
  states,
  time,
  servers,
  strip,
  term,
  undo,
  users,
  validation,
} as const;
