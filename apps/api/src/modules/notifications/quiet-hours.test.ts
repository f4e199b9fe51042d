import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOfSilence, wallAt } from './quiet-hours.ts';

const zones = fc.constantFrom(
  ...['UTC', 'Asia/Yangon', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'],
  ...['Africa/Casablanca', 'Pacific/Apia', 'America/Santiago'],
);
const time = fc
  .integer({ min: 0, max: 1439 })
  .map(
    (at) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`,
  );
const moment = fc
  .integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) })
  .map((ms) => new Date(ms));
const minuteMs = 60_000;

function isWithin(at: Date, from: string, until: string, zone: string): boolean {
  const { time: shown } = wallAt(at, zone);
  if (from === until) return false;
  return from < until ? shown >= from && shown < until : shown >= from || shown < until;
}

describe('the end of a silence', () => {
  test('is the first minute that the clocks show outside of it, and none where none holds', () => {
    fc.assert(
      fc.property(moment, time, time, zones, (now, quietFrom, quietUntil, zone) => {
        const end = endOfSilence(now, { quietFrom, quietUntil }, zone);

        expect(end !== undefined).toBe(isWithin(now, quietFrom, quietUntil, zone));
        if (!end) return;
        expect(end.getTime()).toBeGreaterThan(now.getTime());
        expect(isWithin(end, quietFrom, quietUntil, zone)).toBe(false);
        const minutes = Math.ceil((end.getTime() - now.getTime()) / minuteMs);
        const before = Array.from(
          { length: minutes },
          (_, back) => end.getTime() - 1 - back * minuteMs,
        );
        const isSilentUntil = before
          .filter((at) => at >= now.getTime())
          .every((at) => isWithin(new Date(at), quietFrom, quietUntil, zone));
        expect(isSilentUntil).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test.for([
    // By day, over midnight before and after it.
    ['2026-03-04T06:00:00Z', '12:00', '14:00', 'Asia/Yangon', '2026-03-04T07:30:00.000Z'],
    ['2026-03-04T16:00:00Z', '22:00', '07:00', 'Asia/Yangon', '2026-03-05T00:30:00.000Z'],
    ['2026-03-04T20:00:00Z', '22:00', '07:00', 'Asia/Yangon', '2026-03-05T00:30:00.000Z'],
    // The night that Berlin's clocks skip two o'clock, also where the silence ends within what is skipped.
    ['2026-03-28T22:00:00Z', '22:00', '07:00', 'Europe/Berlin', '2026-03-29T05:00:00.000Z'],
    ['2026-03-28T22:00:00Z', '22:00', '02:30', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    // The night that they show two o'clock twice.
    ['2026-10-24T21:00:00Z', '22:00', '07:00', 'Europe/Berlin', '2026-10-25T06:00:00.000Z'],
    ['2026-10-24T21:00:00Z', '22:00', '02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
  ] as const)('at %s, from %s until %s in %s, is %s', ([now, quietFrom, quietUntil, zone, end]) => {
    expect(endOfSilence(new Date(now), { quietFrom, quietUntil }, zone)?.toISOString()).toBe(end);
  });

  test('is none where nobody asked for silence', () => {
    const now = new Date('2026-03-04T00:00:00Z');

    expect(endOfSilence(now, { quietFrom: null, quietUntil: null }, 'UTC')).toBeUndefined();
  });
});
