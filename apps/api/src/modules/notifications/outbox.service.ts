import { setTimeout as wait } from 'node:timers/promises';
import type { Db } from '#database/client.ts';
import { channelsSentHere, deliverDue, tidyOutbox } from './deliverer.service.ts';
import type { DeliveryPlace } from './sender.ts';

const lookEveryMs = 1_000;
const tidyEveryMs = 60_000;

/** Sends mails and webhooks until it is stopped, which waits for what is on its way. A failure is told and tried again. */
export function keepDelivering(
  db: Db,
  place: DeliveryPlace,
  tell: (failure: unknown) => void,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const tidying = every(tidyEveryMs, signal, tell, () => tidyOutbox(db, place));
  // Each channel by itself: a receiver that hangs keeps nobody else's news.
  const sending = channelsSentHere.map((channel) =>
    every(lookEveryMs, signal, tell, async () => {
      // The line is tidied first, so that what waited too long is not sent.
      await tidying.first;
      while (!signal.aborted && (await deliverDue(db, place, channel, new Date())) > 0);
    }),
  );
  return async () => {
    stopping.abort();
    await Promise.all([tidying, ...sending].map(({ ended }) => ended));
  };
}

/** Does it now and again and again, never twice at once. */
function every(
  ms: number,
  signal: AbortSignal,
  tell: (failure: unknown) => void,
  task: () => Promise<void>,
): { first: Promise<void>; ended: Promise<void> } {
  const first = task().catch(tell);
  const run = async () => {
    await first;
    while (!signal.aborted) {
      await wait(ms, undefined, { signal }).catch(() => {}); // Stopped.
      if (!signal.aborted) await task().catch(tell);
    }
  };
  return { first, ended: run() };
}
