import * as z from 'zod';
import { addDays, daysBetween, endOfDay, type Instant, todayIn } from './calendar.ts';
import type { CalendarDate } from './primitives.ts';

const hourMs = 3_600_000;

/** How a user stands. Worked out when it is asked for, never stored. */
export const Status = z.enum(['active', 'soon', 'expired', 'disabled']);
export type Status = z.infer<typeof Status>;

/** The two dates that `expiresOn` is compared with, here and in SQL. */
export interface StatusBounds {
  today: CalendarDate;
  /** The last date whose end is within the window: yesterday where a 25-hour day outlasts it. */
  soonUntil: CalendarDate;
}

/** What a status depends on. A null date never comes. */
export interface Term {
  enabled: boolean;
  expiresOn: CalendarDate | null;
}

export function boundsAt(now: Instant, timeZone: string, soonWindowHours: number): StatusBounds {
  const windowEnd = Number(now) + soonWindowHours * hourMs;
  return {
    today: todayIn(now, timeZone),
    soonUntil: addDays(todayIn(windowEnd, timeZone), -1),
  };
}

export function statusOf({ enabled, expiresOn }: Term, bounds: StatusBounds): Status {
  if (!enabled) return 'disabled';
  if (expiresOn === null) return 'active';
  if (expiresOn < bounds.today) return 'expired';
  return expiresOn <= bounds.soonUntil ? 'soon' : 'active';
}

/** What is left of a term, for a screen to word: whole days after today, and whole hours until today's last instant. */
export type TimeLeft =
  | { kind: 'unlimited' }
  | { kind: 'days'; days: number; hours: number }
  | { kind: 'today'; hours: number }
  | { kind: 'ended'; daysAgo: number };

export function timeLeft(expiresOn: CalendarDate | null, now: Instant, timeZone: string): TimeLeft {
  if (expiresOn === null) return { kind: 'unlimited' };
  const today = todayIn(now, timeZone);
  if (expiresOn < today) return { kind: 'ended', daysAgo: daysBetween(expiresOn, today) };

  // Midnight itself is tomorrow's: an instant before 00:00 and at 00:00 there are 0 and 23 hours, never 24.
  const hours = Math.ceil((endOfDay(today, timeZone) - Number(now)) / hourMs) - 1;
  if (expiresOn === today) return { kind: 'today', hours };
  return { kind: 'days', days: daysBetween(today, expiresOn), hours };
}
