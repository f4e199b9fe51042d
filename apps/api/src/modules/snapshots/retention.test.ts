import { StorageSettings } from '@cmp/shared/settings/storage';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expiredOf } from './retention.ts';
import { dueDay } from './schedule.ts';

const keeping = { keepDaily: 14, keepWeekly: 8, keepMonthly: 12 };
const zone = 'Asia/Yangon';
const dayMs = 86_400_000;
const ownDays = { safety: 30, asked: 14, scheduled: 1, update: 1 };
const start = Date.parse('2026-01-01T12:00:00Z');

describe('what is kept', () => {
  test('of a snapshot a day for two years: 14 days, 8 weeks and 12 months', () => {
    let kept: ReturnType<typeof snapshot>[] = [];
    for (let day = 0; day < 730; day += 1) {
      kept.push(snapshot({ id: day, at: start + day * dayMs }));
      const expired = expiredOf(kept, keeping, new Date(start + day * dayMs + 1), zone);
      kept = kept.filter((one) => !expired.includes(one));
    }

    const ages = kept.map(({ id }) => 729 - id);
    expect(ages.filter((age) => age < 14)).toHaveLength(14);
    // Weeks and months overlap with the days and with each other.
    expect(kept.length).toBeGreaterThanOrEqual(14 + 5 + 9);
    expect(kept.length).toBeLessThanOrEqual(14 + 8 + 12);
    expect(Math.max(...ages)).toBeGreaterThan(330);
  });

  test('is what the schedule made today, whatever was asked for after it', () => {
    const at = start + 30 * dayMs;
    const made = [snapshot({ id: 1, at }), snapshot({ id: 2, at: at + 1000, reason: 'asked' })];

    expect(expiredOf(made, keeping, new Date(at + 2000), zone)).toEqual([]);
    expect(expiredOf(made, keeping, new Date(at + dayMs), zone).map(({ id }) => id)).toEqual([1]);
  });

  test('is never the newest whole one, nor what was asked for lately, nor a safety snapshot of this month', () => {
    const anyOne = fc.record({
      ageMs: fc.integer({ min: 0, max: 500 * dayMs }),
      kind: fc.constantFrom('database' as const, 'config' as const),
      reason: fc.constantFrom(
        'asked' as const,
        'scheduled' as const,
        'safety' as const,
        'update' as const,
      ),
      verifyFailure: fc.option(fc.constant('It is damaged.'), { freq: 4 }),
    });
    fc.assert(
      fc.property(fc.array(anyOne, { maxLength: 60 }), (drawn) => {
        const now = start + 600 * dayMs;
        const all = drawn.map(({ ageMs, ...one }, id) => snapshot({ id, at: now - ageMs, ...one }));

        const expired = expiredOf(all, keeping, new Date(now), zone);
        const kept = all.filter((one) => !expired.includes(one));

        for (const kind of ['database', 'config'] as const) {
          const whole = (list: typeof all) =>
            list
              .filter((one) => one.kind === kind && one.verifyFailure === null)
              .map(({ createdAt }) => createdAt)
              .toSorted();
          expect(whole(kept).at(-1)).toBe(whole(all).at(-1));
        }
        for (const { id, reason } of expired) {
          const ageMs = drawn[id]?.ageMs ?? 0;
          expect(ageMs).toBeGreaterThan((ownDays[reason] - 1) * dayMs);
        }
        // Once what has had its time is gone, the rest stays.
        expect(expiredOf(kept, keeping, new Date(now), zone)).toEqual([]);
      }),
    );
  });
});

describe('the schedule', () => {
  const schedule = StorageSettings.parse({
    scheduleTime: '03:30',
    scheduleDays: ['monday', 'thursday'],
  });
  const long = Date.parse('2020-01-01T00:00:00Z');
  const due = (now: string, since = long) => dueDay(schedule, Date.parse(now), since, zone);

  test('is due at its time in the site’s zone, and missed ones are made up for', () => {
    // 2026-03-05 is a Thursday; Yangon is six and a half hours ahead.
    expect(due('2026-03-04T20:59:00Z')).toBe('2026-03-02');
    expect(due('2026-03-04T21:00:00Z')).toBe('2026-03-05');
    expect(due('2026-03-08T12:00:00Z')).toBe('2026-03-05');
    expect(due('2026-03-08T21:00:00Z')).toBe('2026-03-09');
  });

  test('has nothing to make up for from before the portal was there, nor when it is off', () => {
    expect(due('2026-03-04T21:05:00Z', Date.parse('2026-03-04T21:01:00Z'))).toBeUndefined();
    expect(dueDay({ ...schedule, scheduleEnabled: false }, start, long, zone)).toBeUndefined();
  });
});

function snapshot(given: {
  id: number;
  at: number;
  kind?: 'database' | 'config';
  reason?: 'asked' | 'scheduled' | 'safety' | 'update';
  verifyFailure?: string | null;
}) {
  const { at, ...rest } = given;
  return {
    kind: 'database' as const,
    reason: 'scheduled' as const,
    verifyFailure: null,
    createdAt: new Date(at).toISOString(),
    ...rest,
  };
}
