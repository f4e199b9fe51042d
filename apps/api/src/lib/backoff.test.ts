import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { restartDelays } from './backoff.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('doubles from 0.2 s to 10 s', () => {
  const nextDelayMs = restartDelays();

  const delays = Array.from({ length: 8 }, nextDelayMs);

  expect(delays).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
});

it('is short again after a calm minute', () => {
  const nextDelayMs = restartDelays();
  nextDelayMs();
  nextDelayMs();

  vi.advanceTimersByTime(60_001);

  expect(nextDelayMs()).toBe(200);
});
