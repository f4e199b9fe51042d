import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure } from './telegram/telegram.ts';

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** How long to leave it after each failure in a row: a second, doubling, half of it by chance. */
export function backoff(): (failure?: Failure) => number {
  let delayMs = FIRST_MS / 2;
  return (failure) => {
    delayMs = Math.min(delayMs * 2, LONGEST_MS);
    const asked = (failure?.retryAfterSeconds ?? 0) * 1000;
    return Math.max(asked, delayMs * (0.5 + Math.random() / 2));
  };
}

/** Waits, but no longer than the signal allows; gives whether there is still something to wait for. */
export async function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch(() => {});
  return !signal.aborted;
}
