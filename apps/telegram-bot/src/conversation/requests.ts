import type { BotAct } from '@cmp/shared/bot';
import type { Update } from '#telegram/updates.ts';
import { actOf } from './callback-data.ts';

/** What somebody wants: an act, and what is to be made of its answer where that is not what it looks like by itself. */
export interface Request {
  act: BotAct;
  show?: 'help' | 'how-to-find' | 'unknown';
}

/** The commands that the bot tells Telegram of, in the order of its menu. */
export const commands = [
  'start',
  'status',
  'soon',
  'expired',
  'find',
  'servers',
  'report',
  'notify',
  'help',
  'unlink',
] as const;
export type Command = (typeof commands)[number];

/** What an update asks for; nothing where it is talk among others. */
export function requestOf(update: Update): Request | undefined {
  if ('callback_query' in update) {
    const act = actOf(update.callback_query.data);
    // Also what means nothing is asked by somebody: who is not linked hears just that.
    return act ? { act } : { act: { kind: 'home' }, show: 'unknown' };
  }
  const { text, chat } = update.message;
  const command = /^\/([a-z_]+)(?:@\w+)?(?:\s+([\s\S]*))?$/i.exec(text.trim());
  if (command) return ofCommand(command[1]?.toLowerCase() ?? '', command[2]?.trim() ?? '');
  if (chat.type !== 'private') return undefined;
  return find(text.trim());
}

function ofCommand(name: string, words: string): Request {
  const known = commands.find((command) => command === name);
  return known ? byCommand[known](words) : { act: { kind: 'home' }, show: 'unknown' };
}

const byCommand: Record<Command, (words: string) => Request> = {
  start: (code) =>
    code === '' ? { act: { kind: 'home' } } : { act: { kind: 'link', code: code.slice(0, 64) } },
  status: () => ({ act: { kind: 'status' } }),
  soon: () => ({ act: { kind: 'soon', page: 1 } }),
  expired: () => ({ act: { kind: 'expired', page: 1 } }),
  find,
  servers: () => ({ act: { kind: 'servers', page: 1 } }),
  report: () => ({ act: { kind: 'report' } }),
  notify: () => ({ act: { kind: 'notify' } }),
  // Asked for the sake of the refusal: a chat that is not linked is told nothing of what there would be.
  help: () => ({ act: { kind: 'home' }, show: 'help' }),
  unlink: () => ({ act: { kind: 'unlink' } }),
};

function find(text: string): Request {
  if (text === '') return { act: { kind: 'home' }, show: 'how-to-find' };
  return { act: { kind: 'find', text: [...text].slice(0, 100).join(''), page: 1 } };
}
