import type { CalendarDate } from './primitives.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** No zone was ever further than this from UTC. */
const widestOffsetMs = 16 * hourMs;

/** What four digits can write. Beyond them text would no longer sort as time does. */
export const firstDate: CalendarDate = '0001-01-01';
export const lastDate: CalendarDate = '9999-12-31';

/** A moment: what a clock says, before any zone makes a date of it. */
export type Instant = Date | number;

/**
 * The first date that has not ended in the zone. A clock set back over midnight repeats the last
 * minutes of a day that is over; it stays over, so that access that has ended never comes back.
 */
export function todayIn(now: Instant, timeZone: string): CalendarDate {
  const at = Number(now);
  const onTheWall = dateOfUtc(at + offsetMs(at, timeZone));
  return endOfDay(onTheWall, timeZone) <= at ? addDays(onTheWall, 1) : onTheWall;
}

/**
 * The midnight that follows the date, in epoch milliseconds: the first instant at which the zone's
 * clocks show a later date. Where they skip midnight, that is the moment of the skip.
 */
export function endOfDay(date: CalendarDate, timeZone: string): number {
  const midnightMs = Date.parse(date) + dayMs;
  const fromMs = midnightMs - widestOffsetMs;
  const untilMs = midnightMs + widestOffsetMs;
  const offsetBefore = offsetMs(fromMs, timeZone);
  const offsetAfter = offsetMs(untilMs, timeZone);
  if (offsetBefore === offsetAfter) return midnightMs - offsetBefore;

  const turnMs = turnBetween(fromMs, untilMs, timeZone);
  const midnightBefore = midnightMs - offsetBefore;
  return midnightBefore < turnMs ? midnightBefore : Math.max(turnMs, midnightMs - offsetAfter);
}

/** The date so many days later, or earlier when negative. */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  return dateOfUtc(Date.parse(date) + days * dayMs);
}

/** The same day of a month so many months later or, where it has no such day, the month's last. */
export function addMonths(date: CalendarDate, months: number): CalendarDate {
  const monthsSinceZero = yearOf(date) * 12 + monthOf(date) - 1 + months;
  const year = Math.floor(monthsSinceZero / 12);
  const month = monthsSinceZero - year * 12 + 1;
  if (year > yearOf(lastDate)) return lastDate;
  if (year < yearOf(firstDate)) return firstDate;

  const day = Math.min(dayOf(date), daysInMonth(year, month));
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

/** How many days `to` lies after `from`; negative when before. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return (Date.parse(to) - Date.parse(from)) / dayMs;
}

/** The date that UTC shows. */
function dateOfUtc(ms: number): CalendarDate {
  const writable = Math.min(Math.max(ms, Date.parse(firstDate)), Date.parse(lastDate) + dayMs - 1);
  return new Date(writable).toISOString().slice(0, 10);
}

/** The second at which the zone's clocks were set, known to lie after `fromMs` and by `untilMs`. */
function turnBetween(fromMs: number, untilMs: number, timeZone: string): number {
  const offsetBefore = offsetMs(fromMs, timeZone);
  let beforeSeconds = fromMs / 1000;
  let afterSeconds = untilMs / 1000;
  while (afterSeconds - beforeSeconds > 1) {
    const middle = Math.floor((beforeSeconds + afterSeconds) / 2);
    if (offsetMs(middle * 1000, timeZone) === offsetBefore) beforeSeconds = middle;
    else afterSeconds = middle;
  }
  return afterSeconds * 1000;
}

const offsetFormats = new Map<string, Intl.DateTimeFormat>();

/** How far the zone's clocks are ahead of UTC. */
function offsetMs(at: number, timeZone: string): number {
  const written = offsetFormat(timeZone).format(at);
  const match = /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?$/.exec(written);
  if (!match) throw new Error(`No offset can be read from "${written}".`);
  const [, sign, hours = 0, minutes = 0, seconds = 0] = match;
  const ahead = Number(hours) * hourMs + Number(minutes) * 60_000 + Number(seconds) * 1000;
  return sign === '-' ? -ahead : ahead;
}

/** Making a formatter costs some hundred times what using it does. */
function offsetFormat(timeZone: string): Intl.DateTimeFormat {
  const known = offsetFormats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  offsetFormats.set(timeZone, made);
  return made;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const yearOf = (date: CalendarDate) => Number(date.slice(0, 4));
const monthOf = (date: CalendarDate) => Number(date.slice(5, 7));
const dayOf = (date: CalendarDate) => Number(date.slice(8, 10));
const digits = (value: number, length: number) => String(value).padStart(length, '0');
