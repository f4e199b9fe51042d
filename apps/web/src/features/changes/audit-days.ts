import { todayIn } from '@cmp/shared/calendar';
import type { AuditEntry } from '@cmp/shared/changes';
import type { CalendarDate } from '@cmp/shared/primitives';

/** One act, with those of its rows that are loaded. */
export interface Act {
  changeId: number;
  /** What is said of the act itself stands on every row of it. */
  first: AuditEntry;
  entries: AuditEntry[];
}

export interface Day {
  date: CalendarDate;
  acts: Act[];
}

/** The log by days of the site's zone, and in each by acts: the rows of an act follow each other. */
export function daysOf(entries: readonly AuditEntry[], timeZone: string): Day[] {
  const days: Day[] = [];
  for (const act of actsOf(entries)) {
    const date = todayIn(new Date(act.first.at), timeZone);
    const day = days.at(-1);
    if (day?.date === date) day.acts.push(act);
    else days.push({ date, acts: [act] });
  }
  return days;
}

function actsOf(entries: readonly AuditEntry[]): Act[] {
  const acts: Act[] = [];
  for (const entry of entries) {
    const act = acts.at(-1);
    if (act?.changeId === entry.changeId) act.entries.push(entry);
    else acts.push({ changeId: entry.changeId, first: entry, entries: [entry] });
  }
  return acts;
}
