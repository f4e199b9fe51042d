import type { BotConfig } from '@cmp/shared/bot';
import type { CalendarDate } from '@cmp/shared/primitives';
import { timeLeft } from '@cmp/shared/status';
import { type Words, words } from '#locales/words.ts';

/** What every view is written for: this site's name, zone and language, at this moment. */
export interface Site {
  name: string;
  timeZone: string;
  words: Words;
  now: Date;
}

export function siteOf({ siteName, timeZone, language }: BotConfig, now: Date): Site {
  return { name: siteName, timeZone, words: words[language], now };
}

/** A day, as a person writes it: it is no moment, so no zone has a part in it. */
export function dateInWords({ words: { locale } }: Site, date: CalendarDate): string {
  return new Date(`${date}T00:00:00Z`).toLocaleDateString(locale, {
    ...{ day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' },
  });
}

/** The same where there is little room. */
export function shortDate({ words: { locale } }: Site, date: CalendarDate): string {
  return new Date(`${date}T00:00:00Z`).toLocaleDateString(locale, {
    ...{ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' },
  });
}

/** A moment, by the site's clocks. */
export function momentInWords({ words: { locale }, timeZone }: Site, at: string): string {
  return new Date(at).toLocaleString(locale, {
    ...{ day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZone },
  });
}

/** When a term ends or ended, and how far that is from today. */
export function termInWords(site: Site, expiresOn: CalendarDate | null): string {
  const { words: said, now, timeZone } = site;
  if (expiresOn === null) return said.endsNever;
  const date = dateInWords(site, expiresOn);
  const left = timeLeft(expiresOn, now, timeZone);
  if (left.kind === 'ended') return `${said.endedOn(date)}, ${said.daysAgo(left.daysAgo)}`;
  if (left.kind === 'days') return `${said.endsOn(date)}, ${said.inDays(left.days)}`;
  return `${said.endsOn(date)}, ${said.today}`;
}
