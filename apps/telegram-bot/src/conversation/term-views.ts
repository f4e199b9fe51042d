import type { AnswerOf } from '@cmp/shared/bot';
import { escapeHtml } from '@cmp/shared/escape-html';
import type { Message } from '#telegram/telegram.ts';
import { toMenu } from './menu.ts';
import { row, toButton } from './rows.ts';
import { dateInWords, type Site, termInWords } from './site.ts';

export function previewView(site: Site, { user, months, until }: AnswerOf<'preview'>): Message {
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
          kind: 'extend',
          userId: user.id,
          months,
          version: user.version,
        }),
        toButton(words.buttons.cancel, { kind: 'user', userId: user.id }),
      ),
    ],
  };
}

export function extendedView(site: Site, { user, changeId }: AnswerOf<'extend'>): Message {
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

export function undoneView(site: Site, { reversed, user }: AnswerOf<'undo'>): Message {
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
