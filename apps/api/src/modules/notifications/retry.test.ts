import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { delayMs, mostRefusals, retryAfterMs } from './retry.ts';

const attempts = fc.integer({ min: 1, max: 1000 });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the wait before another try', () => {
  test('grows to half an hour, a fifth more or less, and never beyond', () => {
    fc.assert(
      fc.property(attempts, chance, (tries, luck) => {
        const ms = delayMs(tries, luck);

        expect(ms).toBeGreaterThanOrEqual(16_000);
        expect(ms).toBeLessThanOrEqual(1.2 * 30 * 60_000);
        expect(delayMs(tries + 1, luck)).toBeGreaterThanOrEqual(ms);
      }),
    );
  });

  test('is never shorter than the receiver asked for, within a day', () => {
    const asked = fc.integer({ min: 0, max: 1_000_000_000 });
    fc.assert(
      fc.property(attempts, chance, asked, (tries, luck, afterMs) => {
        const ms = delayMs(tries, luck, afterMs);

        expect(ms).toBeGreaterThanOrEqual(Math.min(afterMs, 86_400_000));
        expect(ms).toBeLessThanOrEqual(Math.max(1.2 * 30 * 60_000, 86_400_000));
      }),
    );
  });

  test('comes to more than an hour before a message is parked, however the dice fall', () => {
    const waits = Array.from({ length: mostRefusals - 1 }, (_, tries) => delayMs(tries + 1, 0));

    expect(waits.reduce((sum, ms) => sum + ms)).toBeGreaterThan(3_600_000);
  });

  test('is not the same for two that failed together', () => {
    expect(delayMs(3, 0.1)).not.toBe(delayMs(3, 0.9));
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-03-04T05:06:07Z');

  test.for([
    ['30', 30_000],
    [' 120 ', 120_000],
    ['Wed, 04 Mar 2026 05:07:07 GMT', 60_000],
    ['Wed, 04 Mar 2026 05:00:00 GMT', 0],
    ['soon', 0],
    ['-5', 0],
    [undefined, 0],
  ] as const)('%s is %d ms', ([header, ms]) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});
