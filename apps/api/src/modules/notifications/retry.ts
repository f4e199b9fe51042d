const secondMs = 1000;
const firstMs = 20 * secondMs;
const growth = 2.5;
const longestMs = 30 * 60 * secondMs;
const dayMs = 24 * 60 * 60 * secondMs;

/** How often a receiver may refuse one message before it is parked. The tries are spread over more than an hour. */
export const mostRefusals = 8;

/**
 * How long to wait after so many tries: 20 s, growing to half an hour, and each a fifth more or less by chance, so
 * that what failed together does not come back together. Never sooner than the receiver asked for, within a day.
 */
export function delayMs(attempts: number, chance: number, retryAfterMs = 0): number {
  const grown = firstMs * growth ** Math.min(Math.max(attempts, 1) - 1, 20);
  const shaken = Math.min(grown, longestMs) * (0.8 + 0.4 * chance);
  return Math.round(Math.max(shaken, Math.min(retryAfterMs, dayMs)));
}

/** Each try that came to an end was written down: without a word, whoever sends it died of it each time. */
export function wasInterruptedEachTime({
  attempts,
  failure,
}: {
  attempts: number;
  failure: string | null;
}): boolean {
  return attempts >= mostRefusals && failure === null;
}

/** What a `Retry-After` header asks for: seconds, or a moment. */
export function retryAfterMs(header: string | undefined, now: Date): number {
  if (header === undefined) return 0;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * secondMs : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.max(ms, 0) : 0;
}
