import type { AnswerOf, BotAct, BotAnswer } from '@cmp/shared/bot';
import { escapeHtml } from '@cmp/shared/escape-html';
import type { Message } from '#telegram/telegram.ts';
import { countLines, countsInLine, serviceLines } from './counts.ts';
import { menu, toMenu } from './menu.ts';
import { reportView } from './report-view.ts';
import { commands } from './requests.ts';
import { pairs, row, toButton, turnButtons } from './rows.ts';
import type { Site } from './site.ts';
import { extendedView, previewView, undoneView } from './term-views.ts';
import { userButtons, userLines, userPage } from './user-views.ts';

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

function homeView(site: Site, { account, counts, servers }: AnswerOf<'home'>): Message {
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

function statusView(site: Site, { counts, services, servers }: AnswerOf<'status'>): Message {
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

function foundView(site: Site, answer: AnswerOf<'find'>): Message {
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

function serversView(site: Site, { items, total, page, pages }: AnswerOf<'servers'>): Message {
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
      turnButtons(site, { page, pages }, (to) => ({ kind: 'servers', page: to })),
      row(toMenu(site)),
    ].filter(({ length }) => length > 0),
  };
}

function serverView(site: Site, answer: AnswerOf<'server'>): Message {
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

function notifyView(site: Site, { events, signInAlerts }: AnswerOf<'notify'>): Message {
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
          kind: 'sign-in-alerts',
          isOn: !signInAlerts,
        }),
      ),
      ...pairs(switches),
      row(toMenu(site)),
    ],
  };
}
