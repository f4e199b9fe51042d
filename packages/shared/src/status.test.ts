import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awkwardDays, slowEndOfDay, slowLastEnded, zonedInstant } from './calendar.oracle.ts';
import { addDays, endOfDay } from './calendar.ts';
import type { CalendarDate } from './primitives.ts';
import { boundsAt, type Status, statusOf, timeLeft } from './status.ts';

const hourMs = 3_600_000;
const window = fc.constantFrom(24, 72, 168);

/** The rule as domain.md says it of moments, without any bounds. */
function slowStatus(
  { enabled, expiresOn }: { enabled: boolean; expiresOn: CalendarDate | null },
  now: number,
  timeZone: string,
  windowHours: number,
): Status {
  if (!enabled) return 'disabled';
  if (expiresOn === null) return 'active';
  const end = slowEndOfDay(timeZone, expiresOn);
  if (end <= now) return 'expired';
  return end <= now + windowHours * hourMs ? 'soon' : 'active';
}

describe('a status', () => {
  test('is what the end of the last valid day says, in any zone at any moment', () => {
    fc.assert(
      fc.property(
        zonedInstant,
        window,
        fc.integer({ min: -3, max: 9 }),
        fc.boolean(),
        ([timeZone, now], windowHours, days, enabled) => {
          const bounds = boundsAt(now, timeZone, windowHours);
          const term = { enabled, expiresOn: addDays(bounds.today, days) };

          expect(statusOf(term, bounds)).toBe(slowStatus(term, now, timeZone, windowHours));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('flips exactly at the midnight that ends the day', () => {
    fc.assert(
      fc.property(zonedInstant, window, ([timeZone, near], windowHours) => {
        const expiresOn = boundsAt(near, timeZone, windowHours).today;
        const end = slowEndOfDay(timeZone, expiresOn);
        const statusAt = (now: number) =>
          statusOf({ enabled: true, expiresOn }, boundsAt(now, timeZone, windowHours));

        expect(statusAt(end - 1)).toBe('soon');
        expect(statusAt(end)).toBe('expired');
        expect(statusAt(end - windowHours * hourMs)).toBe('soon');
        expect(statusAt(end - windowHours * hourMs - 1)).toBe('active');
      }),
    );
  });

  test.each(awkwardDays)('flips once, though in %s on %s %s', (timeZone, expiresOn) => {
    const end = slowEndOfDay(timeZone, expiresOn);
    for (let minutes = -150; minutes <= 150; minutes++) {
      const bounds = boundsAt(end + minutes * 60_000, timeZone, 24);

      expect(statusOf({ enabled: true, expiresOn }, bounds), `${minutes} min`).toBe(
        minutes < 0 ? 'soon' : 'expired',
      );
    }
  });

  test('is disabled whatever the date, and active without one', () => {
    const bounds = { today: '2026-11-20', soonUntil: '2026-11-20' };

    expect(statusOf({ enabled: false, expiresOn: null }, bounds)).toBe('disabled');
    expect(statusOf({ enabled: false, expiresOn: '2026-11-19' }, bounds)).toBe('disabled');
    expect(statusOf({ enabled: true, expiresOn: null }, bounds)).toBe('active');
    expect(statusOf({ enabled: true, expiresOn: '2026-11-19' }, bounds)).toBe('expired');
    expect(statusOf({ enabled: true, expiresOn: '2026-11-20' }, bounds)).toBe('soon');
    expect(statusOf({ enabled: true, expiresOn: '2026-11-21' }, bounds)).toBe('active');
  });
});

describe('the bounds', () => {
  test('are the last dates that have ended now and at the end of the window', () => {
    fc.assert(
      fc.property(zonedInstant, window, ([timeZone, now], windowHours) => {
        expect(boundsAt(now, timeZone, windowHours)).toEqual({
          today: addDays(slowLastEnded(timeZone, now), 1),
          soonUntil: slowLastEnded(timeZone, now + windowHours * hourMs),
        });
      }),
      { numRuns: 100 },
    );
  });

  test('never go back as time goes on, and a longer window never reaches less far', () => {
    fc.assert(
      fc.property(
        zonedInstant,
        fc.integer({ min: 0, max: 3 * 24 * hourMs }),
        ([timeZone, now], laterMs) => {
          const before = boundsAt(now, timeZone, 72);
          const after = boundsAt(now + laterMs, timeZone, 72);

          expect(after.today >= before.today).toBe(true);
          expect(after.soonUntil >= before.soonUntil).toBe(true);
          expect(boundsAt(now, timeZone, 24).soonUntil <= before.soonUntil).toBe(true);
          expect(boundsAt(now, timeZone, 168).soonUntil >= before.soonUntil).toBe(true);
        },
      ),
    );
  });

  test.each([
    ['an ordinary day', 'UTC', '2026-11-20T00:00:00Z', 24, '2026-11-20', '2026-11-20'],
    ['its last instant', 'UTC', '2026-11-20T23:59:59.999Z', 24, '2026-11-20', '2026-11-20'],
    ['three days', 'UTC', '2026-11-20T12:00:00Z', 72, '2026-11-20', '2026-11-22'],
    ['seven days', 'UTC', '2026-11-20T12:00:00Z', 168, '2026-11-20', '2026-11-26'],
    [
      'a 25-hour day’s first hour',
      'America/New_York',
      '2026-11-01T04:59:59Z',
      24,
      '2026-11-01',
      '2026-10-31',
    ],
    [
      'a 25-hour day’s second hour',
      'America/New_York',
      '2026-11-01T05:00:00Z',
      24,
      '2026-11-01',
      '2026-11-01',
    ],
    [
      '72 hours over a 25-hour day',
      'America/New_York',
      '2026-10-31T04:30:00Z',
      72,
      '2026-10-31',
      '2026-11-01',
    ],
    [
      'the eve of a 23-hour day, 22:59',
      'America/New_York',
      '2026-03-08T03:59:59Z',
      24,
      '2026-03-07',
      '2026-03-07',
    ],
    [
      'the eve of a 23-hour day, 23:00',
      'America/New_York',
      '2026-03-08T04:00:00Z',
      24,
      '2026-03-07',
      '2026-03-08',
    ],
    [
      '168 hours over a 23-hour day',
      'America/New_York',
      '2026-03-07T04:00:00Z',
      168,
      '2026-03-06',
      '2026-03-13',
    ],
    [
      'the eve of a day that was skipped',
      'Pacific/Apia',
      '2011-12-30T09:00:00Z',
      24,
      '2011-12-29',
      '2011-12-30',
    ],
  ])('are known for %s', (_, timeZone, now, windowHours, today, soonUntil) => {
    expect(boundsAt(new Date(now), timeZone, windowHours)).toEqual({ today, soonUntil });
  });
});

describe('the time left', () => {
  const at = (now: string, expiresOn: CalendarDate | null, timeZone = 'UTC') =>
    timeLeft(expiresOn, new Date(now), timeZone);

  test('is given as a person counts it', () => {
    expect(at('2026-11-20T20:00:00Z', null)).toEqual({ kind: 'unlimited' });
    expect(at('2026-11-20T10:15:00Z', '2026-12-02')).toEqual({ kind: 'days', days: 12, hours: 13 });
    expect(at('2026-11-20T19:30:00Z', '2026-11-21')).toEqual({ kind: 'days', days: 1, hours: 4 });
    expect(at('2026-11-20T19:30:00Z', '2026-11-20')).toEqual({ kind: 'today', hours: 4 });
    expect(at('2026-11-20T19:30:00Z', '2026-11-18')).toEqual({ kind: 'ended', daysAgo: 2 });
  });

  test('has no 24th hour at midnight, but one in a day of 25', () => {
    expect(at('2026-11-20T00:00:00Z', '2026-11-20')).toEqual({ kind: 'today', hours: 23 });
    expect(at('2026-11-20T23:59:59.999Z', '2026-11-20')).toEqual({ kind: 'today', hours: 0 });
    expect(at('2026-11-21T00:00:00Z', '2026-11-20')).toEqual({ kind: 'ended', daysAgo: 1 });
    expect(at('2026-11-01T04:00:00Z', '2026-11-01', 'America/New_York')).toEqual({
      kind: 'today',
      hours: 24,
    });
  });

  test('adds up to the end of the term, and agrees with the status', () => {
    fc.assert(
      fc.property(zonedInstant, fc.integer({ min: -40, max: 40 }), ([timeZone, now], days) => {
        const bounds = boundsAt(now, timeZone, 24);
        const expiresOn = addDays(bounds.today, days);
        const left = timeLeft(expiresOn, now, timeZone);

        expect(left.kind === 'ended').toBe(
          statusOf({ enabled: true, expiresOn }, bounds) === 'expired',
        );
        if (left.kind === 'ended') expect(left.daysAgo).toBe(-days);
        if (left.kind === 'days') expect(left.days).toBe(days);
        if (left.kind === 'today' || left.kind === 'days') {
          const restMs = endOfDay(bounds.today, timeZone) - now - left.hours * hourMs;
          expect(restMs).toBeGreaterThan(0);
          expect(restMs).toBeLessThanOrEqual(hourMs);
        }
      }),
    );
  });
});
