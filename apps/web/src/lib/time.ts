import { i18next } from './i18n.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "8 min ago", "yesterday 14:02", "2 Dec 2026": as near as a reader needs. */
export function agoInWords(at: string, now: Date, timeZone?: string): string {
  const passed = now.getTime() - Date.parse(at);
  if (passed < minute) return i18next.t('time.justNow');
  if (passed < hour) return i18next.t('time.minutesAgo', { count: Math.floor(passed / minute) });
  if (passed < day) return i18next.t('time.hoursAgo', { count: Math.floor(passed / hour) });
  if (passed < 30 * day) return i18next.t('time.daysAgo', { count: Math.floor(passed / day) });
  return dateInWords(at, timeZone);
}

/** "12 d", "1 d 4 h", "40 min": what is left until a moment, or undefined once it has passed. */
export function leftInWords(until: string, now: Date): string | undefined {
  const left = Date.parse(until) - now.getTime();
  if (left <= 0) return undefined;
  if (left < hour) return i18next.t('time.minutes', { count: Math.ceil(left / minute) });
  if (left < day) return i18next.t('time.hours', { count: Math.floor(left / hour) });
  const days = Math.floor(left / day);
  if (days >= 2) return i18next.t('time.days', { count: days });
  const hours = Math.floor((left - days * day) / hour);
  return i18next.t('time.daysAndHours', { days, hours });
}

/** The same of how long something has lasted. */
export function lastedInWords(seconds: number): string {
  if (seconds < 60) return i18next.t('time.seconds', { count: Math.round(seconds) });
  return leftInWords(new Date(seconds * 1000).toISOString(), new Date(0)) ?? '';
}

/** "2 Dec 2026", the day it was in that zone. */
export function dateInWords(at: string, timeZone: string | undefined): string {
  return formatted(at, { dateStyle: 'medium', timeZone });
}

/** "2 Dec 2026, 14:02", in that zone. */
export function momentInWords(at: string, timeZone: string | undefined): string {
  return formatted(at, { dateStyle: 'medium', timeStyle: 'short', timeZone });
}

/** To the second, in the site's zone by its name, and where the reader's clock differs in the reader's too. */
export function fullMoment(at: string, siteZone: string | undefined): string {
  const exact = { dateStyle: 'medium', timeStyle: 'medium' } as const;
  const own = formatted(at, exact);
  if (siteZone === undefined) return own;
  const there = formatted(at, { ...exact, timeZone: siteZone });
  const told = i18next.t('time.inZone', { moment: there, zone: siteZone });
  return own === there ? told : `${told}\n${i18next.t('time.where', { moment: own })}`;
}

function formatted(at: string, format: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', format).format(new Date(at));
}

/** "14:02". */
export function clockTime(at: Date, timeZone?: string): string {
  const format = { hour: '2-digit', minute: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-GB', timeZone ? { ...format, timeZone } : format).format(at);
}
