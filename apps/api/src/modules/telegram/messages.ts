import type { BotUser, Report } from '@cmp/shared/bot';
import { escapeHtml } from '@cmp/shared/escape-html';
import { timeLeft } from '@cmp/shared/status';
import { momentIn, type Told, wordingOf } from '#modules/notifications/wording.ts';

interface Site {
  siteName: string;
  timeZone: string;
}

/** An event in Telegram's HTML. Whatever a name holds is text there. */
export function eventHtml(told: Told, site: Site): string {
  const { title, lines } = wordingOf(told, site);
  return [
    `<b>${escapeHtml(title)}</b>`,
    ...lines.map(escapeHtml),
    '',
    `<i>${escapeHtml(site.siteName)}</i>`,
  ]
    .join('\n')
    .trim();
}

/** The report in Telegram's HTML, of any length. */
export function reportHtml(report: Report, { siteName, timeZone }: Site): string {
  const { at, counts, servers, services, soon, expired } = report;
  return [
    `<b>${escapeHtml(`${siteName}: the report`)}</b>`,
    escapeHtml(momentIn(at, timeZone)),
    '',
    `${counted(counts.all, 'user')} on ${counted(servers, 'server')}`,
    `Active ${number(counts.active)} · soon ${number(counts.soon)} · expired ${number(counts.expired)} · disabled ${number(counts.disabled)}`,
    ...services.map(({ service, count }) =>
      escapeHtml(`${service ?? 'No service'}: ${number(count)}`),
    ),
    ...listed('Expiring soon', soon, counts.soon, at, timeZone),
    ...listed('Expired', expired, counts.expired, at, timeZone),
    '',
    snapshotLine(report, timeZone),
    ...certificateLines(report),
  ].join('\n');
}

function listed(
  title: string,
  users: BotUser[],
  total: number,
  at: string,
  timeZone: string,
): string[] {
  if (total === 0) return [];
  const lines = users.map(({ accountName, serverName, expiresOn }) =>
    escapeHtml(`${accountName} (${serverName}): ${leftOf(expiresOn, at, timeZone)}`),
  );
  const rest = total - users.length;
  return ['', `<b>${title}</b>`, ...lines, ...(rest > 0 ? [`… and ${number(rest)} more`] : [])];
}

function leftOf(expiresOn: string | null, at: string, timeZone: string): string {
  const left = timeLeft(expiresOn, Date.parse(at), timeZone);
  switch (left.kind) {
    case 'unlimited':
      return 'never expires';
    case 'today':
      return `${expiresOn}, today`;
    case 'ended':
      return `${expiresOn}, ${days(left.daysAgo)} ago`;
    case 'days':
      return `${expiresOn}, in ${days(left.days)}`;
  }
}

function snapshotLine({ at, snapshotAt }: Report, timeZone: string): string {
  if (snapshotAt === null) return 'There is no snapshot of the database.';
  const hours = Math.floor((Date.parse(at) - Date.parse(snapshotAt)) / 3_600_000);
  const age = hours < 48 ? `${hours} h` : days(Math.floor(hours / 24));
  return escapeHtml(`Newest snapshot: ${momentIn(snapshotAt, timeZone)}, ${age} old`);
}

function certificateLines({ certificateDays }: Report): string[] {
  if (certificateDays === null) return [];
  if (certificateDays < 0) return ['The certificate has ended.'];
  return [`The certificate ends in ${days(certificateDays)}.`];
}

function days(count: number): string {
  return counted(count, 'day');
}

function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function number(count: number): string {
  return count.toLocaleString('en');
}
