import { setTimeout as sleep } from 'node:timers/promises';

/** Telegram bears one message a second in a chat, twenty a minute in a group, and thirty a second in all. */
const CHAT_MS = 1000;
const GROUP_MS = 3000;
const ANY_MS = 40;
/** Whoever would have to wait longer comes again by themselves: the API hands out anew what it hears nothing of. */
const PATIENCE_MS = 60_000;

/** When it is whose turn. Everything that makes a message goes through it. */
export interface Pace {
  /** Does it in the chat's turn: the next one there begins its time after this one was answered. */
  inTurn<Result>(chatId: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
  /** Nobody's turn for so long: Telegram has asked for it. */
  pause(seconds: number): void;
  /** How long nobody's turn comes. */
  pausedMs(): number;
}

export function openPace(): Pace {
  const lastOf = new Map<string, Promise<unknown>>();
  let freeAt = 0;
  let pausedUntil = 0;

  const untilFree = async (signal: AbortSignal) => {
    for (;;) {
      const now = performance.now();
      if (pausedUntil - now > PATIENCE_MS) throw new Error('Telegram asks to be left alone.');
      const at = Math.max(freeAt, pausedUntil);
      if (at <= now) {
        freeAt = now + ANY_MS;
        return;
      }
      await sleep(at - now, undefined, { signal });
    }
  };

  return {
    inTurn: (chatId, signal, work) => {
      const before = lastOf.get(chatId) ?? Promise.resolve();
      const doing = before.then(async () => {
        signal.throwIfAborted();
        await untilFree(signal);
        return work();
      });
      const restMs = chatId.startsWith('-') ? GROUP_MS : CHAT_MS;
      const rest = () => sleep(restMs, undefined, { ref: false });
      const over = doing.then(rest, rest).then(() => {
        if (lastOf.get(chatId) === over) lastOf.delete(chatId);
      });
      lastOf.set(chatId, over);
      return doing;
    },
    pause: (seconds) => {
      pausedUntil = Math.max(pausedUntil, performance.now() + seconds * 1000);
    },
    pausedMs: () => Math.max(pausedUntil - performance.now(), 0),
  };
}
