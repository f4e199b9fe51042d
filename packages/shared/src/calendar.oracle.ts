import fc from 'fast-check';
import type { CalendarDate } from './primitives.ts';

/** The calendar worked out slowly and by other means, for tests to hold `calendar.ts` against. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The whole range of offsets, though few platforms list the ends. */
export const allZones = [
  'UTC',
  'Etc/GMT+12',
  'Etc/GMT-14',
  'Pacific/Chatham',
  ...Intl.supportedValuesOf('timeZone'),
];

/** Days on whose end, or next to it, a zone's clocks were set in a way that breaks simple arithmetic. */
export const awkwardDays: readonly (readonly [zone: string, date: CalendarDate, why: string])[] = [
  ['America/Sao_Paulo', '2018-11-03', 'midnight is skipped, 00:00 is 01:00'],
  ['America/Sao_Paulo', '2018-02-17', 'midnight comes twice, 00:00 is 23:00'],
  ['Africa/Cairo', '2024-04-25', 'midnight is skipped'],
  ['Africa/Cairo', '2024-10-31', 'midnight comes twice'],
  ['America/Nuuk', '2026-03-28', 'the last hour is skipped, 23:00 is 00:00'],
  ['America/Nuuk', '2026-10-24', 'the last hour comes twice'],
  ['Asia/Beirut', '2022-03-26', 'midnight is skipped'],
  ['America/Asuncion', '2023-09-30', 'midnight is skipped'],
  ['America/Havana', '2025-11-01', 'the first hour of the next day comes twice'],
  ['Pacific/Apia', '2011-12-29', 'the next day is skipped whole'],
  ['Pacific/Apia', '2011-12-30', 'the day itself is skipped'],
  ['Pacific/Kwajalein', '1993-08-20', 'the next day is skipped whole'],
  ['Pacific/Kiritimati', '1994-12-31', 'the day itself is skipped'],
  ['America/St_Johns', '2010-11-06', 'at 00:01 it is 23:01 again, so the next day begins twice'],
  ['America/St_Johns', '2010-03-13', 'at 00:01 it is 01:01'],
  ['America/St_Johns', '1988-10-29', 'at 00:01 it is 22:01 again'],
  ['America/Goose_Bay', '2005-10-29', 'at 00:01 it is 23:01 again'],
  ['America/New_York', '2026-03-08', '23 hours'],
  ['America/New_York', '2026-11-01', '25 hours'],
  ['Europe/London', '2026-03-29', '23 hours'],
  ['Australia/Lord_Howe', '2026-04-05', 'half an hour more'],
  ['Antarctica/Troll', '2026-03-29', 'two hours less'],
  ['Antarctica/Vostok', '1994-01-31', 'seven hours back'],
  ['Antarctica/Casey', '2010-03-04', 'three hours back'],
  ['Asia/Kathmandu', '1985-12-31', 'from a half-hour to a 45-minute zone, midnight is skipped'],
  ['Asia/Pyongyang', '2015-08-14', 'half an hour back at midnight'],
  ['Africa/Monrovia', '1972-01-06', 'an offset with seconds ends, midnight is skipped'],
];

export const zone = fc.constantFrom(...allZones);

/** Any day of 1970–2200, month ends and leap days more often than they come. */
export const day: fc.Arbitrary<CalendarDate> = fc.oneof(
  fc.integer({ min: 0, max: 84_370 }).map((days) => utcDate(days * 24 * hourMs)),
  fc
    .tuple(fc.integer({ min: 1970, max: 2200 }), fc.integer({ min: 1, max: 12 }))
    .map(([year, month]) => utcDate(Date.UTC(year, month, 0))),
  fc.constantFrom('1972-02-29', '2000-02-29', '2024-02-29', '2100-02-28', '2100-03-01'),
);

export const zonedDay: fc.Arbitrary<readonly [zone: string, date: CalendarDate]> = fc.oneof(
  fc.tuple(zone, day),
  fc
    .tuple(fc.constantFrom(...awkwardDays), fc.integer({ min: -2, max: 2 }))
    .map(([[name, date], days]) => [name, utcDate(Date.parse(date) + days * 24 * hourMs)] as const),
);

/** A moment near the end of a day of the zone, where everything happens. */
export const zonedInstant: fc.Arbitrary<readonly [zone: string, now: number]> = fc
  .tuple(zonedDay, fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -1e8, max: 1e8 })))
  .map(([[name, date], ms]) => [name, slowEndOfDay(name, date) + ms] as const);

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** The date that a calendar on a wall of the zone shows. */
export function wallDate(timeZone: string, at: number): CalendarDate {
  const format = dateFormats.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone });
  dateFormats.set(timeZone, format);
  return format.format(at);
}

/** Looks at the wall every minute, then every second, until it shows a later date. */
export function slowEndOfDay(timeZone: string, date: CalendarDate): number {
  let at = Date.parse(date) + 7 * hourMs;
  while (wallDate(timeZone, at) <= date) at += minuteMs;
  at -= minuteMs;
  while (wallDate(timeZone, at) <= date) at += 1000;
  return at;
}

/** Tries the dates one by one from two days before, for the last one that has ended. */
export function slowLastEnded(timeZone: string, at: number): CalendarDate {
  let ended = utcDate(at - 72 * hourMs);
  for (let days = -2; days <= 2; days++) {
    const date = utcDate(at + days * 24 * hourMs);
    if (slowEndOfDay(timeZone, date) <= at) ended = date;
  }
  return ended;
}

/** Turns the calendar's leaves, then goes back from the 31st until the day exists. */
export function slowAddMonths(date: CalendarDate, months: number): CalendarDate {
  let [year = 0, month = 0] = date.split('-').map(Number);
  for (let turned = 0; turned < months; turned++) {
    month++;
    if (month === 13) [year, month] = [year + 1, 1];
  }
  const leaf = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-`;
  let dayOfMonth = Number(date.slice(8));
  while (!exists(leaf + dayOfMonth.toString().padStart(2, '0'))) dayOfMonth--;
  return leaf + dayOfMonth.toString().padStart(2, '0');
}

/** A date that JavaScript reads and writes back unaltered is in the calendar. */
export function exists(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && utcDate(ms) === date;
}

export function utcDate(ms: number): CalendarDate {
  return new Date(ms).toISOString().slice(0, 10);
}
