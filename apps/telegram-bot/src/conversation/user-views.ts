import { type BotAct, type BotUser, ExtensionMonths } from '@cmp/shared/bot';
import { escapeHtml } from '@cmp/shared/escape-html';
import type { Button, Message } from '#telegram/telegram.ts';
import { cut, row, toButton, turnButtons } from './rows.ts';
import { type Site, shortDate, termInWords } from './site.ts';

/** All that is to be said of one user. */
export function userLines(site: Site, user: BotUser): string {
  const { words } = site;
  const { fields } = words;
  const said = (title: string, value: string | null | undefined) =>
    value ? [`${title}: ${escapeHtml(value)}`] : [];
  return [
    `<b>${escapeHtml(user.accountName)}</b>`,
    words.statuses[user.status],
    termInWords(site, user.expiresOn),
    '',
    `${fields.server}: <b>${escapeHtml(user.serverName)}</b>`,
    ...said(fields.service, user.service),
    ...said(fields.contact, user.contact),
    ...said(fields.devices, user.totalDevices?.toLocaleString(words.locale)),
    ...said(
      fields.data,
      user.dataLimitGb === null
        ? null
        : words.gigabytes(user.dataLimitGb.toLocaleString(words.locale)),
    ),
    ...(user.remark ? ['', `${fields.remark}: <i>${escapeHtml(user.remark)}</i>`] : []),
  ].join('\n');
}

export function userButtons({ words }: Site, user: BotUser): Button[][] {
  const { id: userId, serverId, serverName } = user;
  const extensions = [...ExtensionMonths.values].map((months) =>
    toButton(words.extendBy(words.months(months)), { kind: 'preview', userId, months }),
  );
  return [
    ...(user.canExtend ? [row(...extensions)] : []),
    row(
      toButton(words.buttons.toServer(serverName), { kind: 'server', serverId, page: 1 }),
      toButton(words.buttons.menu, { kind: 'home' }),
    ),
  ];
}

interface UserPage {
  title: string;
  /** Said where there is nobody. */
  empty: string;
  note?: string;
  answer: { items: BotUser[]; page: number; pages: number };
  /** What asks for another page. */
  turn: (page: number) => BotAct;
  last: (Button | undefined)[];
}

/** A list of users: a button for each, and the pages around it. */
export function userPage(
  site: Site,
  { title, empty, note, answer: { items, page, pages }, turn, last }: UserPage,
): Message {
  const { words } = site;
  if (items.length === 0) return { html: `${title}\n\n${empty}`, buttons: [row(...last)] };
  const users = items.map((user) => row(userButton(site, user)));
  return {
    html: [title, ...(pages > 1 ? [words.page(page, pages)] : []), ...(note ? [note] : [])].join(
      '\n\n',
    ),
    buttons: [...users, turnButtons(site, { page, pages }, turn), row(...last)].filter(
      ({ length }) => length > 0,
    ),
  };
}

const MOST_OF_A_NAME = 24;

function userButton(
  site: Site,
  { id, accountName, status, expiresOn }: BotUser,
): Button | undefined {
  const { words } = site;
  const term = expiresOn === null ? words.endsNever : shortDate(site, expiresOn);
  return toButton(`${words.marks[status]} ${cut(accountName, MOST_OF_A_NAME)} · ${term}`, {
    kind: 'user',
    userId: id,
  });
}
