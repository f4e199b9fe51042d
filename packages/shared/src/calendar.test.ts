import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allZones,
  awkwardDays,
  day,
  exists,
  slowAddMonths,
  slowEndOfDay,
  slowLastEnded,
  wallDate,
  zone,
  zonedDay,
  zonedInstant,
} from './calendar.oracle.ts';
import {
  addDays,
  addMonths,
  daysBetween,
  endOfDay,
  firstDate,
  lastDate,
  todayIn,
} from './calendar.ts';

describe('the end of a day', () => {
  test.each(awkwardDays)('is found in %s on %s: %s', (timeZone, date) => {
    expect(endOfDay(date, timeZone)).toBe(slowEndOfDay(timeZone, date));
  });

  test('is the first instant at which the wall shows a later date, in any zone', () => {
    fc.assert(
      fc.property(zonedDay, ([timeZone, date]) => {
        const end = endOfDay(date, timeZone);

        expect(end).toBe(slowEndOfDay(timeZone, date));
        expect(wallDate(timeZone, end) > date).toBe(true);
        expect(wallDate(timeZone, end - 1) <= date).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('is known in every zone of the platform', () => {
    for (const timeZone of allZones) {
      const end = endOfDay('2026-03-28', timeZone);

      expect(wallDate(timeZone, end), timeZone).toBe('2026-03-29');
      expect(wallDate(timeZone, end - 1), timeZone).toBe('2026-03-28');
    }
  });

  test('is written out for some zones', () => {
    expect(new Date(endOfDay('2026-11-20', 'UTC')).toISOString()).toBe('2026-11-21T00:00:00.000Z');
    expect(new Date(endOfDay('2026-11-20', 'Asia/Yangon')).toISOString()).toBe(
      '2026-11-20T17:30:00.000Z',
    );
    expect(new Date(endOfDay('2026-11-20', 'Asia/Kathmandu')).toISOString()).toBe(
      '2026-11-20T18:15:00.000Z',
    );
    expect(new Date(endOfDay('2018-11-03', 'America/Sao_Paulo')).toISOString()).toBe(
      '2018-11-04T03:00:00.000Z',
    );
    expect(endOfDay('2011-12-29', 'Pacific/Apia')).toBe(Date.UTC(2011, 11, 30, 10));
    expect(endOfDay('2011-12-30', 'Pacific/Apia')).toBe(Date.UTC(2011, 11, 30, 10));
  });

  test('never comes before the end of an earlier day', () => {
    fc.assert(
      fc.property(zonedDay, fc.integer({ min: 0, max: 3 }), ([timeZone, date], days) => {
        expect(endOfDay(addDays(date, days), timeZone)).toBeGreaterThanOrEqual(
          endOfDay(date, timeZone),
        );
      }),
    );
  });

  test('is known of the first and the last date there are', () => {
    for (const timeZone of ['UTC', 'Etc/GMT+12', 'Etc/GMT-14', 'Asia/Yangon']) {
      expect(endOfDay(lastDate, timeZone)).toBeGreaterThan(endOfDay('9999-12-30', timeZone));
      expect(endOfDay(firstDate, timeZone)).toBeLessThan(endOfDay('0001-01-02', timeZone));
    }
  });
});

describe('today', () => {
  test('is what Intl shows, or the day after where the clock was set back over midnight', () => {
    fc.assert(
      fc.property(zonedInstant, ([timeZone, now]) => {
        const wall = wallDate(timeZone, now);
        const isOver = slowEndOfDay(timeZone, wall) <= now;

        expect(todayIn(now, timeZone)).toBe(isOver ? addDays(wall, 1) : wall);
      }),
      { numRuns: 300 },
    );
  });

  test('is what Intl shows since no zone sets its clocks at 00:01, which was in 2011', () => {
    fc.assert(
      fc.property(
        zone,
        fc.integer({ min: Date.UTC(2012, 0), max: Date.UTC(2200, 0) }),
        (timeZone, now) => {
          expect(todayIn(now, timeZone)).toBe(wallDate(timeZone, now));
          expect(todayIn(new Date(now), timeZone)).toBe(wallDate(timeZone, now));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('is the day after the last one that has ended', () => {
    fc.assert(
      fc.property(zonedInstant, ([timeZone, now]) => {
        expect(todayIn(now, timeZone)).toBe(addDays(slowLastEnded(timeZone, now), 1));
      }),
      { numRuns: 100 },
    );
  });

  test('turns exactly at midnight and never goes back', () => {
    fc.assert(
      fc.property(
        zonedInstant,
        fc.integer({ min: 0, max: 2 * 86_400_000 }),
        ([timeZone, now], laterMs) => {
          const today = todayIn(now, timeZone);

          expect(todayIn(now + laterMs, timeZone) >= today).toBe(true);
          expect(todayIn(endOfDay(today, timeZone) - 1, timeZone)).toBe(today);
          expect(todayIn(endOfDay(today, timeZone), timeZone) > today).toBe(true);
        },
      ),
    );
  });

  test('does not come back when St. John’s begins a day twice', () => {
    const midnight = Date.parse('2010-11-07T02:30:00Z');

    expect(todayIn(midnight - 1, 'America/St_Johns')).toBe('2010-11-06');
    expect(todayIn(midnight, 'America/St_Johns')).toBe('2010-11-07');
    expect(wallDate('America/St_Johns', midnight + 60_000)).toBe('2010-11-06');
    expect(todayIn(midnight + 60_000, 'America/St_Johns')).toBe('2010-11-07');
  });

  test('refuses a zone that nobody knows and a moment that is none', () => {
    expect(() => todayIn(0, 'Mars/Olympus')).toThrow(RangeError);
    expect(() => todayIn(Number.NaN, 'UTC')).toThrow(RangeError);
  });
});

describe('days', () => {
  test('are added one by one, and taken back', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -40_000, max: 40_000 }), (date, days) => {
        const later = addDays(date, days);

        expect(exists(later)).toBe(true);
        expect(addDays(later, -days)).toBe(date);
        expect(daysBetween(date, later)).toBe(days);
        expect(later > date).toBe(days > 0);
      }),
    );
  });

  test('pass month ends, leap days and the turn of a year', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2100-02-28', 1)).toBe('2100-03-01');
    expect(addDays('0099-12-31', 1)).toBe('0100-01-01');
    expect(daysBetween('2026-11-20', '2026-12-02')).toBe(12);
  });

  test('stop at the first and the last date that can be written', () => {
    expect(addDays(lastDate, 1)).toBe(lastDate);
    expect(addDays(firstDate, -1)).toBe(firstDate);
  });
});

describe('months', () => {
  test('are turned like leaves of a calendar', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 240 }), (date, months) => {
        expect(addMonths(date, months)).toBe(slowAddMonths(date, months));
      }),
      { numRuns: 1000 },
    );
  });

  test('give a real date in the month asked for, backwards too', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -2400, max: 2400 }), (date, months) => {
        const moved = addMonths(date, months);
        const monthsMoved =
          (Number(moved.slice(0, 4)) - Number(date.slice(0, 4))) * 12 +
          (Number(moved.slice(5, 7)) - Number(date.slice(5, 7)));

        expect(exists(moved)).toBe(true);
        expect(monthsMoved).toBe(months);
        expect(moved.slice(8) <= date.slice(8)).toBe(true);
      }),
    );
  });

  test('stop at the first and the last date that can be written', () => {
    expect(addMonths('9999-11-15', 1)).toBe('9999-12-15');
    expect(addMonths('9999-12-15', 1)).toBe(lastDate);
    expect(addMonths('0001-01-15', -1)).toBe(firstDate);
    expect(addMonths('0050-01-31', 1)).toBe('0050-02-28');
  });
});
