import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, exists, slowAddMonths } from './calendar.oracle.ts';
import { addDays, lastDate } from './calendar.ts';
import { CalendarDate } from './primitives.ts';
import { extend, passesLastDate } from './renewal.ts';

const months = fc.integer({ min: 1, max: 120 });

/** What is left when the null, which stays null, is set apart. */
function extended(expiresOn: CalendarDate, by: number, today: CalendarDate): CalendarDate {
  return CalendarDate.parse(extend(expiresOn, by, today));
}

describe('an extension', () => {
  test.each([
    ['2026-01-31', 1, '2026-01-01', '2026-02-28'],
    ['2024-01-31', 1, '2024-01-01', '2024-02-29'],
    ['2100-01-31', 1, '2100-01-01', '2100-02-28'],
    ['2026-11-15', 1, '2026-11-20', '2026-12-20'],
    ['2026-11-20', 1, '2026-11-20', '2026-12-20'],
    ['2026-12-15', 3, '2026-11-20', '2027-03-15'],
    ['2026-08-31', 1, '2026-08-01', '2026-09-30'],
    ['2024-02-29', 12, '2024-02-01', '2025-02-28'],
    ['2024-02-29', 48, '2024-02-01', '2028-02-29'],
    ['2020-01-01', 120, '2026-11-20', '2036-11-20'],
    ['9999-12-31', 1, '2026-11-20', '9999-12-31'],
  ])('takes %s by %i months, asked on %s, to %s', (expiresOn, by, today, to) => {
    expect(extend(expiresOn, by, today)).toBe(to);
  });

  test('passes the last date exactly where the months lead beyond its year', () => {
    const late = fc.integer({ min: 0, max: 6_000 }).map((days) => addDays(lastDate, -days));
    fc.assert(
      fc.property(late, day, months, (expiresOn, today, by) => {
        const monthsLeft =
          (9999 - Number(expiresOn.slice(0, 4))) * 12 + 12 - Number(expiresOn.slice(5, 7));

        expect(passesLastDate(expiresOn, by, today)).toBe(by > monthsLeft);
        expect(passesLastDate(null, by, expiresOn)).toBe(false);
        expect(passesLastDate(today, by, expiresOn)).toBe(by > monthsLeft);
      }),
    );
  });

  test('starts from the later of today and the last valid day', () => {
    fc.assert(
      fc.property(day, day, months, (expiresOn, today, by) => {
        const start = [expiresOn, today].sort().at(-1) ?? today;

        expect(extend(expiresOn, by, today)).toBe(slowAddMonths(start, by));
      }),
      { numRuns: 1000 },
    );
  });

  test('leaves alone who never expires', () => {
    fc.assert(
      fc.property(day, months, (today, by) => {
        expect(extend(null, by, today)).toBeNull();
      }),
    );
  });

  test('ends on a real date, after today and after what was', () => {
    fc.assert(
      fc.property(day, day, months, (expiresOn, today, by) => {
        const to = extended(expiresOn, by, today);

        expect(exists(to)).toBe(true);
        expect(to > today).toBe(true);
        expect(to > expiresOn).toBe(true);
      }),
    );
  });

  test('never gives less for more months or for a later date', () => {
    fc.assert(
      fc.property(day, day, day, months, (one, other, today, by) => {
        const [earlier = one, later = one] = [one, other].sort();

        expect(extended(later, by, today) >= extended(earlier, by, today)).toBe(true);
        expect(extended(one, by + 1, today) > extended(one, by, today)).toBe(true);
      }),
    );
  });

  test('in two steps is the same as in one, up to the 28th', () => {
    const upTo28th = day.filter((date) => date.slice(8) <= '28');
    fc.assert(
      fc.property(upTo28th, upTo28th, months, months, (expiresOn, today, first, second) => {
        expect(extended(extended(expiresOn, first, today), second, today)).toBe(
          extended(expiresOn, first + second, today),
        );
      }),
    );
  });

  test('in two steps may lose days at a month’s end, never win any', () => {
    expect(extended(extended('2026-01-31', 1, '2026-01-01'), 1, '2026-01-01')).toBe('2026-03-28');
    expect(extended('2026-01-31', 2, '2026-01-01')).toBe('2026-03-31');
    fc.assert(
      fc.property(day, day, months, months, (expiresOn, today, first, second) => {
        const inTwo = extended(extended(expiresOn, first, today), second, today);
        const inOne = extended(expiresOn, first + second, today);

        expect(inTwo <= inOne).toBe(true);
        expect(inTwo.slice(0, 7)).toBe(inOne.slice(0, 7));
      }),
    );
  });
});
