import { addDays, type Instant } from '@cmp/shared/calendar';
import { Weekday } from '@cmp/shared/settings/fields';
import type { StorageSettings } from '@cmp/shared/settings/storage';

type Schedule = Pick<StorageSettings, 'scheduleEnabled' | 'scheduleTime' | 'scheduleDays'>;

/**
 * The last day, in the site's zone, whose snapshot was due by now: one that was missed is made up for, however late.
 * Undefined where none was due since the portal is there.
 */
export function dueDay(
  { scheduleEnabled, scheduleTime, scheduleDays }: Schedule,
  now: Instant,
  since: Instant,
  timeZone: string,
): string | undefined {
  if (!scheduleEnabled) return undefined;
  const wall = onTheWall(now, timeZone);
  const today = wall.slice(0, 10);
  const days = Array.from({ length: 8 }, (_, back) => addDays(today, -back));
  return days.find((day) => {
    const due = `${day} ${scheduleTime}`;
    return scheduleDays.includes(weekdayOf(day)) && due <= wall && due > onTheWall(since, timeZone);
  });
}

/** A try at a day's snapshot. */
export interface Try {
  day: string;
  state: string;
  endedAt: string | null;
}

/** A day has so many tries, this far apart. */
const mostTries = 3;
const againMs = 15 * 60_000;

/** Whether a day's snapshot may be tried now: each try before has failed, and the last one some time ago. */
export function mayTry(ofDay: readonly Try[], now: Instant): boolean {
  const hasFailed = ofDay.every(({ state }) => state === 'failed');
  const next = nextTryAt(ofDay);
  return hasFailed && (ofDay.length === 0 || (next !== null && next <= Number(now)));
}

/** When a day that has failed is tried again, in milliseconds; null where that was its last try. */
export function nextTryAt(ofDay: readonly Try[]): number | null {
  if (ofDay.length >= mostTries) return null;
  const ends = ofDay.map(({ endedAt }) => (endedAt === null ? 0 : Date.parse(endedAt)));
  return Math.max(...ends) + againMs;
}

function weekdayOf(day: string): Weekday {
  const weekday = Weekday.options[(new Date(day).getUTCDay() + 6) % 7];
  if (!weekday) throw new Error(`${day} is no day.`);
  return weekday;
}

/** As 2026-03-04 05:06. */
function onTheWall(at: Instant, timeZone: string): string {
  const format = { timeZone, dateStyle: 'short', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat('sv-SE', format).format(at);
}
