import type { BotCode } from '@cmp/shared/bot';
import type { Logger } from 'pino';
import type { Api } from './api.ts';
import type { Answer, Failure } from './telegram/telegram.ts';

const REPORT_MS = 15_000;

/** What is known of how the bot fares: told to the API now and again, and at once where it changes. */
export interface Health {
  /** Notes what came of asking Telegram for something, and hands it on. What we end ourselves is no failure. */
  note<Result>(
    place: Place,
    asking: Promise<Answer<Result>>,
    signal: AbortSignal,
  ): Promise<Answer<Result>>;
  isMe(username: string): void;
  received(updates: number): void;
  /** One message more is with Telegram. */
  delivered(): void;
  /** Tells as long as the signal allows. */
  tell(signal: AbortSignal): Promise<void>;
}

/** What is wrong in one place is right again when that place is: a sent message says nothing of the asking. */
type Place = 'receiving' | 'sending';

export function openHealth(api: Api, log: Logger): Health {
  const state = {
    lastSuccess: null as string | null,
    lastError: null as string | null,
    username: null as string | null,
    latencyMs: null as number | null,
    updates: 0,
    messages: 0,
    errors: 0,
  };
  const codes: Record<Place, BotCode | null> = { receiving: null, sending: null };
  let wake = () => {};
  const alter = (place: Place, code: BotCode | null) => {
    if (codes[place] === code) return;
    codes[place] = code;
    wake();
  };
  const fail = (place: Place, { code, said }: Failure) => {
    state.errors += 1;
    state.lastError = said;
    log.warn({ place, code, said }, 'Telegram did not do it');
    // One message that Telegram will not have is its own trouble, not the bot's.
    if (code !== 'refused') alter(place, code);
  };

  return {
    note: async (place, asking, signal) => {
      const askedAt = performance.now();
      const answer = await asking;
      if (!answer.ok && signal.aborted) return answer;
      if (!answer.ok) {
        fail(place, answer.failure);
        return answer;
      }
      const isFirst = state.lastSuccess === null;
      state.lastSuccess = new Date().toISOString();
      if (place === 'sending') state.latencyMs = Math.round(performance.now() - askedAt);
      if (isFirst) wake();
      alter(place, null);
      return answer;
    },
    isMe: (username) => {
      if (state.username === username) return;
      state.username = username;
      wake();
    },
    received: (updates) => {
      state.updates += updates;
    },
    delivered: () => {
      state.messages += 1;
    },
    tell: async (signal) => {
      while (!signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await api
          .report({ ...state, code: codes.receiving ?? codes.sending })
          .catch((error) => log.warn({ reason: String(error) }, 'the API did not take the status'));
        const timer = setTimeout(resolve, REPORT_MS);
        signal.addEventListener('abort', () => resolve(), { once: true });
        await promise;
        clearTimeout(timer);
      }
    },
  };
}
