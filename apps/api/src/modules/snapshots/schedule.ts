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
