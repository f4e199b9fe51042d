import type { BotAct } from '@cmp/shared/bot';
import type { Button } from '#telegram/telegram.ts';
import { dataOf } from './callback-data.ts';
import type { Site } from './site.ts';

/** Nobody reads more on a button; Telegram itself cuts later. */
const MOST_SEEN = 40;

/** The button for an act; nothing where the act does not fit behind one. */
export function toButton(text: string, act: BotAct): Button | undefined {
  const data = dataOf(act);
  if (data === undefined) return undefined;
  return { text: cut(text, MOST_SEEN), data };
}

/** No longer than so many characters, the last of them saying that there is more. */
export function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
}

export function row(...buttons: (Button | undefined)[]): Button[] {
  return buttons.filter((button) => button !== undefined);
}

/** Two beside each other. */
export function pairs(buttons: (Button | undefined)[]): Button[][] {
  const shown = row(...buttons);
  return shown.flatMap((_, index) => (index % 2 === 0 ? [shown.slice(index, index + 2)] : []));
}

/** To the pages before and after, where there are any. */
export function turnButtons(
  { words: { buttons } }: Site,
  { page, pages }: { page: number; pages: number },
  turn: (page: number) => BotAct,
): Button[] {
  return row(
    page > 1 ? toButton(buttons.before, turn(page - 1)) : undefined,
    page < pages ? toButton(buttons.after, turn(page + 1)) : undefined,
  );
}
