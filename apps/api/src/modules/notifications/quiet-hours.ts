import { addDays } from '@cmp/shared/calendar';
import { type NotificationEvent, urgent } from '@cmp/shared/notifications';

/** Times of the site's day, as 22:00; over midnight where it ends before it begins. None where both are null or equal. */
export interface QuietHours {
  quietFrom: string | null;
  quietUntil: string | null;
}

/** Until when a delivery is kept back: what is urgent is not, nor what goes to the site's own. */
export function silentUntil(
  delivery: QuietHours & { event: NotificationEvent; accountId: number | null },
  now: Date,
  timeZone: string,
): Date | undefined {
  return isPatient(delivery) ? endOfSilence(now, delivery, timeZone) : undefined;
}

/** Whether silence is kept for it at all. */
export function isPatient(delivery: {
  event: NotificationEvent;
  accountId: number | null;
}): boolean {
  return delivery.accountId !== null && !urgent.includes(delivery.event);
}

/** When the silence that holds now ends, or undefined where none holds. */
export function endOfSilence(
  now: Date,
  { quietFrom, quietUntil }: QuietHours,
  timeZone: string,
): Date | undefined {
  const { date, time } = wallAt(now, timeZone);
  if (quietFrom === null || quietUntil === null) return undefined;
  if (!isSilentAt(time, { quietFrom, quietUntil })) return undefined;
  const isTomorrow = quietUntil < quietFrom && time >= quietFrom;
  return momentOf(isTomorrow ? addDays(date, 1) : date, quietUntil, now, timeZone);
}

/** Whether silence holds at a time of the day. When it ends is much more to work out. */
export function isSilentAt(time: string, { quietFrom, quietUntil }: QuietHours): boolean {
  if (quietFrom === null || quietUntil === null || quietFrom === quietUntil) return false;
  return quietUntil < quietFrom
    ? time >= quietFrom || time < quietUntil
    : time >= quietFrom && time < quietUntil;
}

/** What the site's clocks show. */
export function wallAt(at: Date, timeZone: string): { date: string; time: string } {
  const [date = '', time = ''] = wallFormat(timeZone).format(at).split(' ');
  return { date, time };
}

const minuteMs = 60_000;

/**
 * The first minute after `now` at which the site's clocks show this time or a later one: where they skip it, that is
 * the moment of the skip. Asked minute by minute, because clocks that are set back show an hour twice.
 */
function momentOf(date: string, time: string, now: Date, timeZone: string): Date {
  const wanted = `${date} ${time}`;
  let at = Math.floor(now.getTime() / minuteMs) * minuteMs;
  for (let wall = ''; wall < wanted; ) {
    at += minuteMs;
    const shown = wallAt(new Date(at), timeZone);
    wall = `${shown.date} ${shown.time}`;
  }
  return new Date(at);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wallFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const style = { timeZone, dateStyle: 'short', timeStyle: 'short' } as const;
  const made = new Intl.DateTimeFormat('sv-SE', style);
  formats.set(timeZone, made);
  return made;
}
