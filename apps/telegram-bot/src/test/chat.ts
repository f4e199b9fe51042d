import { vi } from 'vitest';
import type { FakeTelegram, Person, Shown } from './fake-telegram.ts';

const soon = { timeout: 20_000, interval: 20 };

/** One person's chat with the bot, as it is seen on their phone: everything is written down. */
export function openChat(telegram: FakeTelegram, person: Person) {
  const lines: string[] = [];
  const chatId = person.chatId ?? person.id;
  const mine = () => telegram.messages.filter((message) => message.chatId === chatId);
  const last = () => {
    const message = mine().at(-1);
    if (!message) throw new Error('The bot has said nothing yet.');
    return message;
  };
  const noted = (how: string, { text, buttons }: Shown) => {
    lines.push(how, ...text.split('\n').map((line) => `  ${line}`.trimEnd()));
    for (const row of buttons) lines.push(`  ${row.map((one) => `[${one.text}]`).join(' ')}`);
    lines.push('');
    return last();
  };

  return {
    transcript: () => lines.join('\n'),
    last,
    all: mine,
    /** Writes, and waits for the answer. */
    say: async (text: string): Promise<Shown> => {
      const before = mine().length;
      lines.push(`${person.name}: ${text}`);
      telegram.write(person, text);
      await vi.waitUntil(() => mine().length > before, soon);
      return noted('Portal:', last());
    },
    /** Taps a button of the last message, and waits until it is another one, or for an alert. */
    tap: async (label: string): Promise<Shown> => {
      const message = last();
      const button = message.buttons.flat().find(({ text }) => text.includes(label));
      if (!button) throw new Error(`There is no button ${label}.`);
      const [alertsBefore, textBefore] = [telegram.alerts.length, JSON.stringify(message)];
      lines.push(`${person.name} taps [${button.text}]`);
      telegram.tap(person, message, button.data);
      await vi.waitUntil(
        () => telegram.alerts.length > alertsBefore || JSON.stringify(last()) !== textBefore,
        soon,
      );
      if (telegram.alerts.length > alertsBefore) {
        lines.push(`Portal (alert): ${telegram.alerts.at(-1)}`, '');
        return message;
      }
      return noted('Portal (the same message):', last());
    },
  };
}
