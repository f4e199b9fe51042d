import { deviceOf } from '@cmp/shared/device';
import type { Notification, NotificationEvent, TouchedServer } from '@cmp/shared/notifications';
import { Role } from '@cmp/shared/permissions';
import type { GeneralSettings } from '@cmp/shared/settings/general';

/** What there is to word: with the servers of whoever reads it, and no others. */
export type Told = Pick<
  Notification,
  'event' | 'at' | 'changeId' | 'actorName' | 'facts' | 'servers'
>;

/** Plain text: whoever shows it escapes it for where it is shown. */
export interface Wording {
  /** One sentence, without its full stop: a subject, a headline. */
  title: string;
  lines: string[];
}

type Site = Pick<GeneralSettings, 'siteName' | 'timeZone'>;

/** An event in plain sentences, at the site's time. */
export function wordingOf(told: Told, { timeZone }: Site): Wording {
  const { title, lines } = wordings[told.event](told, timeZone);
  const when = `When: ${momentIn(told.at, timeZone)}`;
  return {
    title: oneLine(title),
    lines: [...lines, ...told.servers.map(serverLine), when].map(oneLine),
  };
}

/** As 4 March 2026, 05:06 (Asia/Yangon). */
export function momentIn(at: string, timeZone: string): string {
  const format = { timeZone, dateStyle: 'long', timeStyle: 'short', hourCycle: 'h23' } as const;
  const moment = new Intl.DateTimeFormat('en-GB', format).format(new Date(at));
  return `${moment.replace(' at ', ', ')} (${timeZone})`;
}

type Word = (told: Told, timeZone: string) => Wording;

const wordings = {
  sign_in: (told) => ({ title: `${by(told)} signed in`, lines: originLines(told) }),
  new_device: (told) => ({
    title: `${by(told)} signed in on a new device`,
    lines: [
      ...originLines(told),
      'If this was not you: end the session in your profile, and choose a new password.',
    ],
  }),
  chat_linked: (told) => ({
    title: `${by(told)} linked a Telegram chat`,
    lines: [
      ...fact(told, 'chat', 'Chat'),
      'If this was not you: unlink it under your notifications, and choose a new password.',
    ],
  }),
  users_soon: (told) => ({ title: `${usersOf(told)} will expire soon`, lines: [] }),
  users_expired: (told) => ({ title: `The term of ${usersOf(told)} has ended`, lines: [] }),
  users_extended: (told) => ({
    title: `${by(told)} extended ${usersOf(told)}${months(told)}`,
    lines: [],
  }),
  users_imported: (told) => ({
    title: `${by(told)} imported ${usersOf(told)}`,
    lines: fileOf(told),
  }),
  users_bulk: (told) => ({ title: `${by(told)} ${bulkVerb(told)} ${usersOf(told)}`, lines: [] }),
  change_undone: (told) => ({ title: `${by(told)} undid a change`, lines: [] }),
  snapshot_made: (told) => ({ title: 'A snapshot was made', lines: fileOf(told) }),
  snapshot_failed: (told) => ({
    title: 'A snapshot could not be made',
    lines: [...fileOf(told), ...fact(told, 'failure', 'Why')],
  }),
  snapshot_unverified: (told) => ({
    title: 'A snapshot did not prove good',
    lines: [
      ...fileOf(told),
      ...fact(told, 'failure', 'Why'),
      'Do not rely on it: make another one.',
    ],
  }),
  snapshot_restored: (told) => ({ title: `${by(told)} restored a snapshot`, lines: fileOf(told) }),
  certificate_ending: (told, timeZone) => ({
    title: `The certificate of ${said(told, 'domain') ?? 'the portal'} ${ending(told)}`,
    lines: untilOf(told, timeZone),
  }),
  job_dead: (told) => ({
    title: `Work was given up: ${said(told, 'kind') ?? 'a job'}`,
    lines: ['The portal was interrupted at it again and again. Nothing was changed; try again.'],
  }),
  settings_changed: (told) => ({
    title: `${by(told)} changed the settings: ${said(told, 'section') ?? 'a section'}`,
    lines: fact(told, 'fields', 'Fields'),
  }),
  target_moved: (told) => ({
    title: `${by(told)} changed where data goes: ${said(told, 'section') ?? 'a section'}`,
    lines: [
      ...fact(told, 'fields', 'Fields'),
      'You hear of it because it came here until now. If nobody meant to, look at the settings.',
    ],
  }),
  webhook_off: (told) => ({
    title: 'The webhook was switched off',
    lines: [
      ...fact(told, 'host', 'Receiver'),
      ...fact(told, 'failures', 'Failures in a row'),
      ...fact(told, 'failure', 'The last one'),
      'Once the receiver is well, switch the webhook on in the settings.',
    ],
  }),
  report: (told) => ({ title: `The report of ${said(told, 'day') ?? 'today'}`, lines: [] }),
} as const satisfies Record<NotificationEvent, Word>;

const bulkVerbs = new Map([
  ['extend', 'extended'],
  ['update', 'changed'],
  ['delete', 'removed'],
]);

function bulkVerb(told: Told): string {
  return bulkVerbs.get(said(told, 'action') ?? '') ?? 'changed';
}

function months(told: Told): string {
  const count = told.facts.months;
  if (typeof count !== 'number') return '';
  return ` by ${count} ${count === 1 ? 'month' : 'months'}`;
}

function ending(told: Told): string {
  const days = told.facts.daysLeft;
  if (typeof days !== 'number') return 'ends soon';
  if (days < 0) return 'has ended';
  return `ends in ${days} ${days === 1 ? 'day' : 'days'}`;
}

function untilOf(told: Told, timeZone: string): string[] {
  const until = said(told, 'expiresAt');
  return until === undefined ? [] : [`Until: ${momentIn(until, timeZone)}`];
}

function originLines(told: Told): string[] {
  return [
    ...roleLine(told),
    ...fact(told, 'ip', 'From'),
    `Device: ${deviceWords(said(told, 'userAgent'))}`,
  ];
}

const roleWords = {
  admin: 'Admin',
  server_admin: 'Server admin',
  viewer: 'Viewer',
} as const satisfies Record<Role, string>;

function roleLine(told: Told): string[] {
  const role = said(told, 'role');
  if (role === undefined) return [];
  const { data: known } = Role.safeParse(role);
  return [`Role: ${known ? roleWords[known] : role}`];
}

/** As a person would say it: what a program calls itself is long, and anybody can have it say anything. */
function deviceWords(userAgent: string | undefined): string {
  const { browser, system } = deviceOf(userAgent ?? null);
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? 'unknown';
}

function fileOf(told: Told): string[] {
  return fact(told, 'fileName', 'File');
}

function by({ actorName }: Told): string {
  return actorName ?? 'The portal';
}

function usersOf({ servers }: Told): string {
  const count = servers.reduce((sum, { users }) => sum + users, 0);
  const [server] = servers;
  const [name] = server?.names ?? [];
  if (count === 1 && name !== undefined) return `the user ${name}`;
  return `${count.toLocaleString('en')} ${count === 1 ? 'user' : 'users'}`;
}

function serverLine({ name, users, names }: TouchedServer): string {
  const rest = users > names.length ? ', …' : '';
  const list = names.length > 0 ? ` (${names.join(', ')}${rest})` : '';
  return `${name}: ${users.toLocaleString('en')}${list}`;
}

function fact(told: Told, name: string, label: string): string[] {
  const text = said(told, name);
  return text === undefined ? [] : [`${label}: ${text}`];
}

/** What an event says of itself is read with care: rows of an older release say less. */
function said({ facts }: Told, name: string): string | undefined {
  const value = facts[name];
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** A title becomes a header, and a name may hold anything. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, 500)
    .toWellFormed();
}
