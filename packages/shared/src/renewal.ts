import { addMonths, lastDate } from './calendar.ts';
import type { CalendarDate } from './primitives.ts';

/**
 * The one way a term is lengthened, by whatever door: from the later of today and `expiresOn`, on the
 * same day of the month or the month's last. A user who never expires stays so. Steps do not add up
 * at a month's end: 31 Jan + 1 + 1 is 28 Mar, 31 Jan + 2 is 31 Mar.
 */
export function extend(
  expiresOn: CalendarDate | null,
  months: number,
  today: CalendarDate,
): CalendarDate | null {
  if (expiresOn === null) return null;
  return addMonths(expiresOn > today ? expiresOn : today, months);
}

/** Whether so many months lead past the last date there is, where `extend` can only stop. */
export function passesLastDate(
  expiresOn: CalendarDate | null,
  months: number,
  today: CalendarDate,
): boolean {
  if (expiresOn === null) return false;
  return (expiresOn > today ? expiresOn : today) > addMonths(lastDate, -months);
}
