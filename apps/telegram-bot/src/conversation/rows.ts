import type { BotAct } from '@cmp/shared/bot';
import type { Button } from '#telegram/telegram.ts';
import { dataOf } from './callback-data.ts';

/** Nobody reads more on a button; Telegram itself cuts later. */
const MOST_SEEN = 40;

/** The button for an act; nothing where the act does not fit behind one. */
export function toButton(text: string, act: BotAct): Button | undefined {
  const data = dataOf(act);
  if (data === undefined) return undefined;
  const seen = [...text];
  return {
    text: seen.length > MOST_SEEN ? `${seen.slice(0, MOST_SEEN - 1).join('')}…` : text,
    data,
  };
}

export function row(...buttons: (Button | undefined)[]): Button[] {
  return buttons.filter((button) => button !== undefined);
}

/** Two beside each other. */
export function pairs(buttons: (Button | undefined)[]): Button[][] {
  const shown = row(...buttons);
  return shown.flatMap((_, index) => (index % 2 === 0 ? [shown.slice(index, index + 2)] : []));
}
