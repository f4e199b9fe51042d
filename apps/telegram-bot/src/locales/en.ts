import type { NotificationEvent } from '@cmp/shared/notifications';
import type { Role } from '@cmp/shared/permissions';
import type { Status } from '@cmp/shared/status';
import type { Command } from '#conversation/requests.ts';

/** The bot's words. What comes from people is escaped before it is put in; what is bold stands here. */
export const en = {
  locale: 'en-GB',

  statuses: {
    active: '🟢 Active',
    soon: '🟡 Ending soon',
    expired: '🔴 Expired',
    disabled: '⚪️ Disabled',
  } satisfies Record<Status, string>,
  marks: { active: '🟢', soon: '🟡', expired: '🔴', disabled: '⚪️' } satisfies Record<
    Status,
    string
  >,
  roles: { admin: 'Admin', server_admin: 'Server admin', viewer: 'Viewer' } satisfies Record<
    Role,
    string
  >,

  commands: {
    start: 'Totals and menu',
    status: 'How many users stand how',
    soon: 'Users that end soon',
    expired: 'Users that have ended',
    find: 'Find a user: /find and a part of a name',
    servers: 'Servers and their users',
    report: 'The report of today',
    notify: 'What this chat is told of',
    help: 'What this bot can do',
    unlink: 'Part this chat from your account',
  } satisfies Record<Command, string>,

  users: (count: number) => plural(count, 'user', 'users'),
  servers: (count: number) => plural(count, 'server', 'servers'),
  services: 'By service',
  noService: 'No service',
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,

  home: (name: string, role: string) => `Hello, <b>${name}</b> · ${role}`,
  totals: (users: string, servers: string) => `<b>${users}</b> on <b>${servers}</b>`,
  status: 'Status',
  soon: 'Ending soon',
  expired: 'Expired',
  found: (text: string) => `Found for “${text}”`,
  foundNone: (text: string) => `Nobody is found for “${text}”.`,
  narrower: 'There are more of them: search for a shorter or rarer part of the name.',
  none: { soon: 'Nobody ends soon.', expired: 'Nobody has ended.', server: 'No users here yet.' },
  serverList: 'Servers',
  noServers: 'There is no server that you may see.',

  fields: {
    server: 'Server',
    service: 'Service',
    contact: 'Contact',
    devices: 'Devices',
    data: 'Data',
    remark: 'Remark',
  },
  gigabytes: (count: string) => `${count} GB`,
  endsOn: (date: string) => `Ends ${date}`,
  endedOn: (date: string) => `Ended ${date}`,
  endsNever: 'Never ends',
  inDays: (days: number) => (days === 1 ? 'tomorrow' : `in ${days} days`),
  today: 'today',
  daysAgo: (days: number) => (days === 1 ? 'yesterday' : `${days} days ago`),

  months: (count: number) => plural(count, 'month', 'months'),
  extendBy: (months: string) => `+ ${months}`,
  preview: (name: string, months: string) => `Extend <b>${name}</b> by <b>${months}</b>?`,
  from: 'From',
  until: 'To',
  extended: (name: string) => `✅ <b>${name}</b> is extended.`,
  undone: (name: string) => `↩️ Undone: <b>${name}</b> is as before.`,
  undoneMany: (count: string) => `↩️ Undone: ${count} set back.`,
  undoneNone: 'There was nothing left to undo.',

  report: (at: string) => `<b>Report</b> · ${at}`,
  snapshot: (at: string) => `Last snapshot: ${at}`,
  certificate: (days: number) =>
    days < 0 ? '⚠️ The certificate has ended.' : `Certificate: ${plural(days, 'day', 'days')} left`,

  notify:
    '<b>Notifications</b>\n\nWhat this account is told of in Telegram. Tap to turn on or off.',
  signInAlerts: 'Sign-ins of others, in this chat',
  on: '✅',
  off: '◻️',
  events: {
    sign_in: 'Sign-in',
    new_device: 'New device',
    chat_linked: 'Chat linked',
    users_soon: 'Users ending soon',
    users_expired: 'Users ended',
    users_extended: 'User extended',
    users_imported: 'Import',
    users_bulk: 'Change of many users',
    change_undone: 'Change undone',
    snapshot_made: 'Snapshot made',
    snapshot_failed: 'Snapshot failed',
    snapshot_unverified: 'Snapshot not proved',
    snapshot_restored: 'Snapshot restored',
    certificate_ending: 'Certificate ending',
    job_dead: 'Job given up on',
    settings_changed: 'Settings changed',
    target_moved: 'Target moved',
    webhook_off: 'Webhook switched off',
    report: 'Report',
  } satisfies Record<NotificationEvent, string>,

  linked: (name: string) =>
    `✅ <b>Linked.</b>\n\nThis chat now acts for <b>${name}</b>, with that account’s rights and no others.`,
  unlinked: 'This chat is no longer linked. A new code from the panel links it again.',
  help: (lines: string) =>
    `<b>What this bot can do</b>\n\n${lines}\n\nAny other text is searched for among the users you may see.`,
  howToFind: 'Send a part of a name, as in: <code>/find alice</code>',
  unknown: 'That is not known here. /help says what is.',

  buttons: {
    status: 'Status',
    soon: 'Ending soon',
    expired: 'Expired',
    servers: 'Servers',
    report: 'Report',
    notify: 'Notifications',
    menu: 'Menu',
    before: '‹ Back',
    after: 'Next ›',
    toServer: (name: string) => `‹ ${name}`,
    confirm: 'Confirm',
    cancel: 'Cancel',
    undo: 'Undo',
    show: (name: string) => `Show ${name}`,
  },

  refusals: {
    telegram_unlinked:
      'This chat is not linked to an account of this portal: open Telegram in the panel’s settings to link it.',
    link_code_wrong: 'This code is not good any more. Make a new one in the panel and try again.',
    forbidden: 'Your account may not do this.',
    not_found: 'This is not there any more, or not for your account.',
    stale_version: 'This user was altered meanwhile. Open it again to see how it is now.',
    past_last_date: 'There is no date that late: this user cannot be extended further.',
    rule_broken: 'The portal cannot do this as things stand now.',
    plan_empty: 'There is nothing left to undo.',
    plan_moved: 'This was altered meanwhile, so it was not undone.',
    rate_limited: 'That was a lot at once. Wait a moment and try again.',
    busy: 'The portal is busy. Try again in a moment.',
    restore_running: 'A snapshot is being restored. Try again in a few minutes.',
    password_change_required: 'Your account needs a new password first: sign in to the panel.',
    unavailable: 'The portal cannot be reached right now. Try again in a moment.',
  },
  refusedOtherwise: 'That did not work. Try again, or do it in the panel.',
};

function plural(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}
