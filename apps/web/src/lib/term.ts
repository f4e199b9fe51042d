import type { CalendarDate } from '@cmp/shared/primitives';
import { boundsAt, type Status, type StatusBounds, statusOf, timeLeft } from '@cmp/shared/status';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { i18next } from './i18n.ts';
import { siteQuery } from './site.ts';
import { useNow } from './use-now.ts';

/** How a term stands, as a row shows it. */
export interface TermWords {
  /** "12 d", "1 d 4 h", "today", "2 d ago". */
  left: string;
  /** How much of thirty days is left, from 0 to 1. */
  share: number;
  /** "12 days left, expires 2 December 2026". */
  spoken: string;
}

/** The site's calendar at this minute. */
export interface SiteClock extends StatusBounds {
  termOf: (expiresOn: CalendarDate | null) => TermWords;
  statusOf: (user: { enabled: boolean; expiresOn: CalendarDate | null }) => Status;
}

const fullDays = 30;
const minuteMs = 60_000;

/** One clock for all rows; it turns by the minute, and words each date once. */
export function useSiteClock(): SiteClock {
  const { timeZone, soonWindowHours } = useSuspenseQuery(siteQuery).data;
  const minute = Math.floor(useNow().getTime() / minuteMs);
  return useMemo(
    () => clockAt(minute * minuteMs, timeZone, soonWindowHours),
    [minute, timeZone, soonWindowHours],
  );
}

/** The same without a component, for a given moment. */
export function clockAt(now: number, timeZone: string, soonWindowHours: number): SiteClock {
  const bounds = boundsAt(now, timeZone, soonWindowHours);
  const worded = new Map<CalendarDate | null, TermWords>();
  return {
    ...bounds,
    statusOf: (user) => statusOf(user, bounds),
    termOf: (expiresOn) => {
      const known = worded.get(expiresOn);
      if (known) return known;
      const words = wordTerm(expiresOn, now, timeZone);
      worded.set(expiresOn, words);
      return words;
    },
  };
}

function wordTerm(expiresOn: CalendarDate | null, now: number, timeZone: string): TermWords {
  const left = timeLeft(expiresOn, now, timeZone);
  const date = expiresOn === null ? '' : longDate(expiresOn);
  switch (left.kind) {
    case 'unlimited':
      return { left: '∞', share: 1, spoken: i18next.t('term.spokenNever') };
    case 'ended':
      return {
        left: i18next.t('time.daysAgo', { count: left.daysAgo }),
        share: 1,
        spoken: i18next.t('term.spokenEnded', { count: left.daysAgo, date }),
      };
    case 'today':
      return {
        left: i18next.t('term.today'),
        share: left.hours / 24 / fullDays,
        spoken: i18next.t('term.spokenToday', { date }),
      };
    case 'days':
      return {
        left:
          left.days === 1
            ? i18next.t('time.daysAndHours', { days: 1, hours: left.hours })
            : i18next.t('time.days', { count: left.days }),
        share: Math.min(1, (left.days + left.hours / 24) / fullDays),
        spoken: i18next.t('term.spokenDays', { count: left.days, date }),
      };
  }
}

const long = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const medium = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const weekday = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** A calendar day has no zone: its text is read and written as UTC. */
const onDay = (date: CalendarDate) => new Date(`${date}T00:00:00Z`);

/** "2 December 2026". */
export const longDate = (date: CalendarDate): string => long.format(onDay(date));
/** "2 Dec 2026". */
export const mediumDate = (date: CalendarDate): string => medium.format(onDay(date));
/** "2 Dec". */
export const shortDate = (date: CalendarDate): string => short.format(onDay(date));
/** "Wed, 2 Dec 2026". */
export const weekdayDate = (date: CalendarDate): string => weekday.format(onDay(date));
