import type { BotAct, BotAnswer } from '@cmp/shared/bot';
import { escapeHtml } from '@cmp/shared/escape-html';
import type { StatusCounts } from '@cmp/shared/users';
import type { Button, Message } from '#telegram/telegram.ts';
import { commands } from './requests.ts';
import { pairs, row, toButton } from './rows.ts';
import { dateInWords, momentInWords, type Site, shortDate, termInWords } from './site.ts';
import { userButtons, userLines, userPage } from './user-views.ts';

type Of<Kind extends BotAnswer['kind']> = Extract<BotAnswer, { kind: Kind }>;

/** What the chat shows for what the API answered. */
export function viewOf(site: Site, answer: BotAnswer): Message {
  const { words } = site;
  switch (answer.kind) {
    case 'home':
      return homeView(site, answer);
    case 'link':
      return {
        html: words.linked(escapeHtml(answer.displayName || answer.username)),
        buttons: menu(site),
      };
    case 'unlink':
      return { html: words.unlinked };
    case 'status':
      return statusView(site, answer);
    case 'soon':
    case 'expired':
      return userPage(site, {
        title: `<b>${words[answer.kind]}</b> · ${words.users(answer.total)}`,
        empty: words.none[answer.kind],
        answer,
        turn: (page) => ({ kind: answer.kind, page }),
        last: [toMenu(site)],
      });
    case 'find':
      return foundView(site, answer);
    case 'servers':
      return serversView(site, answer);
    case 'server':
      return serverView(site, answer);
    case 'user':
      return { html: userLines(site, answer.user), buttons: userButtons(site, answer.user) };
    case 'preview':
      return previewView(site, answer);
    case 'extend':
      return extendedView(site, answer);
    case 'undo':
      return undoneView(site, answer);
    case 'report':
      return reportView(site, answer);
    case 'notify':
      return notifyView(site, answer);
  }
}

/** What the bot can do, for whoever may know. */
export function helpView({ words }: Site): Message {
  const lines = commands.map((command) => `/${command} · ${words.commands[command]}`);
  return { html: words.help(lines.join('\n')) };
}

function homeView(site: Site, { account, counts, servers }: Of<'home'>): Message {
  const { words, name } = site;
  const who = escapeHtml(account.displayName || account.username);
  return {
    html: [
      `<b>${escapeHtml(name)}</b>`,
      words.home(who, words.roles[account.role]),
      '',
      words.totals(words.users(counts.all), words.servers(servers)),
      '',
      ...countLines(site, counts),
    ].join('\n'),
    buttons: menu(site),
  };
}

function statusView(site: Site, { counts, services, servers }: Of<'status'>): Message {
  const { words } = site;
  return {
    html: [
      `<b>${words.status}</b>`,
      words.totals(words.users(counts.all), words.servers(servers)),
      '',
      ...countLines(site, counts),
      ...serviceLines(site, services),
    ].join('\n'),
    buttons: [
      row(
        toButton(words.buttons.soon, { kind: 'soon', page: 1 }),
        toButton(words.buttons.expired, { kind: 'expired', page: 1 }),
      ),
      row(toMenu(site)),
    ],
  };
}

function foundView(site: Site, answer: Of<'find'>): Message {
  const { words } = site;
  const text = escapeHtml(answer.text);
  const turn = (page: number): BotAct => ({ kind: 'find', text: answer.text, page });
  // A button holds 64 bytes, and a long text is more than that.
  const isCut = answer.pages > 1 && toButton('', turn(answer.pages)) === undefined;
  return userPage(site, {
    title: `<b>${words.found(text)}</b> · ${words.users(answer.total)}`,
    empty: words.foundNone(text),
    ...(isCut && { note: words.narrower }),
    answer,
    turn,
    last: [toMenu(site)],
  });
}

function serversView(site: Site, { items, total, page, pages }: Of<'servers'>): Message {
  const { words } = site;
  if (items.length === 0) return { html: words.noServers, buttons: [row(toMenu(site))] };
  const lines = items.map(
    ({ name, counts }) =>
      `<b>${escapeHtml(name)}</b>\n${words.users(counts.all)}${countsInLine(site, counts)}`,
  );
  const buttons = items.map(({ id, name }) =>
    toButton(name, { kind: 'server', serverId: id, page: 1 }),
  );
  return {
    html: [
      `<b>${words.serverList}</b> · ${total.toLocaleString(words.locale)}`,
      ...lines,
      ...(pages > 1 ? [words.page(page, pages)] : []),
    ].join('\n\n'),
    buttons: [
      ...pairs(buttons),
      row(
        page > 1 ? toButton(words.buttons.before, { kind: 'servers', page: page - 1 }) : undefined,
        page < pages
          ? toButton(words.buttons.after, { kind: 'servers', page: page + 1 })
          : undefined,
      ),
      row(toMenu(site)),
    ].filter(({ length }) => length > 0),
  };
}

function serverView(site: Site, answer: Of<'server'>): Message {
  const { words } = site;
  const { id, name, counts } = answer.server;
  return userPage(site, {
    title: `<b>${escapeHtml(name)}</b>\n${words.users(counts.all)}${countsInLine(site, counts)}`,
    empty: words.none.server,
    answer,
    turn: (page) => ({ kind: 'server', serverId: id, page }),
    last: [toButton(words.buttons.servers, { kind: 'servers', page: 1 }), toMenu(site)],
  });
}

function previewView(site: Site, { user, months, until }: Of<'preview'>): Message {
  const { words } = site;
  const from = user.expiresOn === null ? words.endsNever : dateInWords(site, user.expiresOn);
  return {
    html: [
      words.preview(escapeHtml(user.accountName), words.months(months)),
      '',
      `${words.from}: ${from}`,
      `${words.until}: <b>${dateInWords(site, until)}</b>`,
    ].join('\n'),
    buttons: [
      row(
        toButton(words.buttons.confirm, {
          ...{ kind: 'extend', userId: user.id, months, version: user.version },
        }),
        toButton(words.buttons.cancel, { kind: 'user', userId: user.id }),
      ),
    ],
  };
}

function extendedView(site: Site, { user, changeId }: Of<'extend'>): Message {
  const { words } = site;
  return {
    html: [
      words.extended(escapeHtml(user.accountName)),
      '',
      termInWords(site, user.expiresOn),
    ].join('\n'),
    buttons: [
      row(
        toButton(words.buttons.undo, { kind: 'undo', changeId }),
        toButton(words.buttons.show(user.accountName), { kind: 'user', userId: user.id }),
      ),
    ],
  };
}

function undoneView(site: Site, { reversed, user }: Of<'undo'>): Message {
  const { words } = site;
  if (reversed === 0) return { html: words.undoneNone, buttons: [row(toMenu(site))] };
  if (!user) return { html: words.undoneMany(words.users(reversed)), buttons: [row(toMenu(site))] };
  return {
    html: [words.undone(escapeHtml(user.accountName)), '', termInWords(site, user.expiresOn)].join(
      '\n',
    ),
    buttons: [
      row(
        toButton(words.buttons.show(user.accountName), { kind: 'user', userId: user.id }),
        toMenu(site),
      ),
    ],
  };
}

function reportView(site: Site, { report }: Of<'report'>): Message {
  const { words } = site;
  const names = (title: string, users: typeof report.soon) =>
    users.length === 0
      ? []
      : [
          '',
          `<b>${title}</b>`,
          ...users.map(
            (user) =>
              `${escapeHtml(user.accountName)} · ${escapeHtml(user.serverName)} · ${user.expiresOn === null ? words.endsNever : shortDate(site, user.expiresOn)}`,
          ),
        ];
  const facts = [
    report.snapshotAt === null ? undefined : words.snapshot(momentInWords(site, report.snapshotAt)),
    report.certificateDays === null ? undefined : words.certificate(report.certificateDays),
  ].filter((line) => line !== undefined);
  return {
    html: [
      words.report(momentInWords(site, report.at)),
      '',
      words.totals(words.users(report.counts.all), words.servers(report.servers)),
      '',
      ...countLines(site, report.counts),
      ...serviceLines(site, report.services),
      ...names(words.soon, report.soon),
      ...names(words.expired, report.expired),
      ...(facts.length > 0 ? ['', ...facts] : []),
    ].join('\n'),
    buttons: [row(toMenu(site))],
  };
}

function notifyView(site: Site, { events, signInAlerts }: Of<'notify'>): Message {
  const { words } = site;
  const mark = (isOn: boolean) => (isOn ? words.on : words.off);
  const switches = events.map(({ event, isOn }) =>
    toButton(`${mark(isOn)} ${words.events[event]}`, { kind: 'choose', event, isOn: !isOn }),
  );
  return {
    html: words.notify,
    buttons: [
      row(
        toButton(`${mark(signInAlerts)} ${words.signInAlerts}`, {
          ...{ kind: 'sign-in-alerts', isOn: !signInAlerts },
        }),
      ),
      ...pairs(switches),
      row(toMenu(site)),
    ],
  };
}

function menu({ words: { buttons } }: Site): Button[][] {
  return [
    row(
      toButton(buttons.servers, { kind: 'servers', page: 1 }),
      toButton(buttons.status, { kind: 'status' }),
    ),
    row(
      toButton(buttons.soon, { kind: 'soon', page: 1 }),
      toButton(buttons.expired, { kind: 'expired', page: 1 }),
    ),
    row(toButton(buttons.report, { kind: 'report' }), toButton(buttons.notify, { kind: 'notify' })),
  ];
}

function toMenu({ words }: Site): Button | undefined {
  return toButton(words.buttons.menu, { kind: 'home' });
}

const shownStatuses = ['active', 'soon', 'expired', 'disabled'] as const;

function countLines({ words }: Site, counts: StatusCounts): string[] {
  return shownStatuses.map(
    (status) => `${words.statuses[status]}: <b>${counts[status].toLocaleString(words.locale)}</b>`,
  );
}

/** Those that there are, in one line. */
function countsInLine({ words }: Site, counts: StatusCounts): string {
  return shownStatuses
    .filter((status) => counts[status] > 0)
    .map((status) => ` · ${words.marks[status]} ${counts[status].toLocaleString(words.locale)}`)
    .join('');
}

function serviceLines({ words }: Site, services: Of<'status'>['services']): string[] {
  if (services.length === 0) return [];
  const lines = services.map(
    ({ service, count }) =>
      `${escapeHtml(service ?? words.noService)}: <b>${count.toLocaleString(words.locale)}</b>`,
  );
  return ['', `<b>${words.services}</b>`, ...lines];
}
