import { backoff, wait } from '#delays.ts';
import type { Health } from '#health.ts';
import type { Telegram } from './telegram.ts';
import { chatOf, type Update } from './updates.ts';

const NEWS_SECONDS = 25;
/** What one chat is answered of what it wrote while nobody listened: a flood there must not hold up the others. */
const MOST_OF_ONE_CHAT = 10;

/**
 * Asks Telegram for updates until the signal ends it. They are confirmed after they were worked through, so that none
 * is lost with the process; that one is then given again, and the API has it once.
 */
export async function poll(
  { telegram, health }: { telegram: Telegram; health: Health },
  workThrough: (update: Update) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let offset: number | undefined;
  let nextDelayMs = backoff();
  let waitSeconds = NEWS_SECONDS;
  while (!signal.aborted) {
    const answer = await health.note(
      'receiving',
      telegram.getUpdates(offset, waitSeconds, signal),
      signal,
    );
    if (signal.aborted) return;
    if (!answer.ok) {
      // Whether it is well again is known when there is an answer, and not after half a minute without news.
      waitSeconds = 1;
      await wait(nextDelayMs(answer.failure), signal);
      continue;
    }
    waitSeconds = NEWS_SECONDS;
    nextDelayMs = backoff();
    const { updates, next } = answer.result;
    health.received(updates.length);
    const chats = Map.groupBy(updates, (update) => chatOf(update).id);
    await Promise.all(
      [...chats.values()].map(async (ofOne) => {
        for (const update of ofOne.slice(0, MOST_OF_ONE_CHAT)) {
          if (!signal.aborted) await workThrough(update);
        }
      }),
    );
    if (!signal.aborted) offset = next ?? offset;
  }
}
