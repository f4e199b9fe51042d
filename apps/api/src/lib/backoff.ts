const FIRST_MS = 200;
const LONGEST_MS = 10_000;
const CALM_MS = 60_000;

/** How long to wait before each next attempt: 0.2 s doubling to 10 s, short again after a calm minute. */
export function restartDelays(): () => number {
  let delayMs = FIRST_MS / 2;
  let askedAt = performance.now();
  return () => {
    const isCalm = performance.now() - askedAt > CALM_MS;
    askedAt = performance.now();
    delayMs = isCalm ? FIRST_MS : Math.min(delayMs * 2, LONGEST_MS);
    return delayMs;
  };
}
