import { addDays } from '@cmp/shared/calendar';
import { Weekday } from '@cmp/shared/settings/fields';
import { TelegramSettings } from '@cmp/shared/settings/telegram';
import { boundsAt } from '@cmp/shared/status';
import type { Db } from '#database/client.ts';
import {
  readEffective,
  readGeneral,
  type SettingsPlace,
} from '#modules/settings/settings.service.ts';
import { listEnding, readSavedAt } from './daily.repository.ts';
import { tell } from './events.service.ts';
import { wallAt } from './quiet-hours.ts';

const toldAt = '09:00';

/**
 * Tells of the users whose term ends soon and of those whose term ended yesterday: once a day of the site, from nine
 * by its clocks, whichever instance notices. A portal that was down at nine does it when it is back. Gives what is
 * to be asked again and again; it looks at the users of a day once.
 */
export function endingTeller(db: Db): (now: Date) => Promise<void> {
  let seenOf: string | undefined;
  return async (now) => {
    const { timeZone, soonWindowHours } = await readGeneral(db);
    const { date: day, time } = wallAt(now, timeZone);
    if (time < toldAt || day === seenOf) return;
    const { today, soonUntil } = boundsAt(now, timeZone, soonWindowHours);
    const yesterday = addDays(today, -1);
    const terms = [
      ['users_soon', today, soonUntil],
      ['users_expired', yesterday, yesterday],
    ] as const;
    for (const [event, from, until] of terms) {
      const servers = await listEnding(db, from, until);
      if (servers.length > 0) await tell(db, { event, servers, dedupKey: `${event} ${day}` });
    }
    seenOf = day;
  };
}

/** Asks for the report of the day, at its time and on its weekday: once. */
export async function tellReport(db: Db, place: SettingsPlace, now: Date): Promise<void> {
  const { values } = await readEffective(db, place, 'telegram', TelegramSettings);
  const { enabled, report, reportTime, reportDay } = values;
  if (!enabled || report === 'off') return;
  const { timeZone } = await readGeneral(db);
  const { date: day, time } = wallAt(now, timeZone);
  if (time < reportTime || (report === 'weekly' && weekdayOf(day) !== reportDay)) return;
  // Who asks in the afternoon for a report at nine means tomorrow's.
  const saved = wallAt(new Date(await readSavedAt(db, 'telegram')), timeZone);
  if (`${saved.date} ${saved.time}` > `${day} ${reportTime}`) return;
  await tell(db, { event: 'report', facts: { day, period: report }, dedupKey: `report ${day}` });
}

function weekdayOf(day: string): Weekday | undefined {
  return Weekday.options[(new Date(day).getUTCDay() + 6) % 7];
}
