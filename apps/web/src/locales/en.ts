import { accounts } from './en/accounts.ts';
import { audit } from './en/audit.ts';
import { auth } from './en/auth.ts';
import { errors } from './en/errors.ts';
import { images } from './en/images.ts';
import { jobs } from './en/jobs.ts';
import { news } from './en/news.ts';
import { notifications } from './en/notifications.ts';
import { overview } from './en/overview.ts';
import { palette } from './en/palette.ts';
import { profile } from './en/profile.ts';
import { servers } from './en/servers.ts';
import { services } from './en/services.ts';
import { settings } from './en/settings.ts';
import { sheets } from './en/sheets.ts';
import { shell } from './en/shell.ts';
import { snapshots } from './en/snapshots.ts';
import { states } from './en/states.ts';
import { strip } from './en/strip.ts';
import { telegram } from './en/telegram.ts';
import { term } from './en/term.ts';
import { time } from './en/time.ts';
import { undo } from './en/undo.ts';
import { users } from './en/users.ts';
import { validation } from './en/validation.ts';

/** Every sentence that the first page may say; others come with their pages (lib/i18n.ts). */
export const en = {
  accounts,
  audit,
  auth,
  telegram,
  news,
  notifications,
  errors,
  images,
  jobs,
  overview,
  palette,
  profile,
  services,
  settings,
  sheets,
  shell,
  snapshots,
  states,
  time,
  servers,
  strip,
  term,
  undo,
  users,
  validation,
} as const;
