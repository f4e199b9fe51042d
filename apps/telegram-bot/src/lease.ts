import type { Logger } from 'pino';
import { type Api, ApiRefused } from './api.ts';
import { wait } from './delays.ts';

const RENEW_MS = 5_000;
/** Whatever the two clocks make of `until`. */
const SHORTEST_MS = 2_000;
const LONGEST_MS = 60_000;

/**
 * Works while this is the one bot that talks to Telegram. Where another is, it waits for that one to end, and takes
 * over; where it is no more, the work is told to end before another can have begun.
 */
export async function whileHolding(
  api: Api,
  log: Logger,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let said: string | undefined;
  while (!signal.aborted) {
    const claimed = await claim(api);
    if (claimed.kind === 'held') {
      said = undefined;
      await workWhileHeld(api, claimed.forMs, work, signal);
    } else if (said !== claimed.reason) {
      said = claimed.reason;
      log.info(said);
    }
    await wait(claimed.kind === 'held' ? 0 : RENEW_MS, signal);
  }
}

async function workWhileHeld(
  api: Api,
  heldForMs: number,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const lost = new AbortController();
  const working = new AbortController();
  const until = AbortSignal.any([signal, lost.signal]);
  const renewing = (async () => {
    let heldUntil = performance.now() + heldForMs;
    while (await wait(RENEW_MS, AbortSignal.any([until, working.signal]))) {
      if (working.signal.aborted) return;
      const claimed = await claim(api);
      if (claimed.kind === 'held') heldUntil = performance.now() + claimed.forMs;
      // An API that is away takes nothing from anybody, until the lease has ended by itself.
      if (claimed.kind === 'taken' || performance.now() + RENEW_MS > heldUntil) return lost.abort();
    }
  })();
  try {
    await work(until);
  } finally {
    working.abort();
    await renewing;
  }
}

type Claimed = { kind: 'held'; forMs: number } | { kind: 'taken' | 'unknown'; reason: string };

async function claim(api: Api): Promise<Claimed> {
  try {
    const { isHeld, until } = await api.claimLease();
    if (!isHeld)
      return { kind: 'taken', reason: 'Another bot talks to Telegram; waiting for it to end.' };
    const forMs = Date.parse(until) - Date.now();
    return { kind: 'held', forMs: Math.min(Math.max(forMs, SHORTEST_MS), LONGEST_MS) };
  } catch (error) {
    if (!(error instanceof ApiRefused)) throw error;
    const kind = error.code === 'bot_held' ? 'taken' : 'unknown';
    return { kind, reason: `The API did not say who may talk to Telegram: ${error.message}` };
  }
}
