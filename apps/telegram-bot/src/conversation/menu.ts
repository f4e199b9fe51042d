import type { Button } from '#telegram/telegram.ts';
import { row, toButton } from './rows.ts';
import type { Site } from './site.ts';

export function menu({ words: { buttons } }: Site): Button[][] {
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

export function toMenu({ words }: Site): Button | undefined {
  return toButton(words.buttons.menu, { kind: 'home' });
}
