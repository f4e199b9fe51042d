import { addDays, daysBetween, todayIn } from '@cmp/shared/calendar';
import type { Snapshot } from '@cmp/shared/snapshots';

/** How many days, weeks and months keep their last snapshot. */
export interface Keeping {
  keepDaily: number;
  keepWeekly: number;
  keepMonthly: number;
}

type Kept = Pick<Snapshot, 'id' | 'kind' | 'reason' | 'createdAt' | 'verifyFailure'>;

const safetyDays = 30;

/**
 * Which snapshots have had their time. Of each of the last days, weeks and months that have any, the newest whole one
 * stays; so do the newest whole one of all, those of today, what was asked for or found damaged within the daily window,
 * and safety snapshots for 30 days.
 */
export function expiredOf<S extends Kept>(
  snapshots: readonly S[],
  keeping: Keeping,
  now: Date,
  timeZone: string,
): S[] {
  const kinds = Object.values(Object.groupBy(snapshots, ({ kind }) => kind));
  return kinds.flatMap((ofKind) => expiredOfKind(ofKind, keeping, now, timeZone));
}

function expiredOfKind<S extends Kept>(
  snapshots: readonly S[],
  { keepDaily, keepWeekly, keepMonthly }: Keeping,
  now: Date,
  timeZone: string,
): S[] {
  const today = todayIn(now, timeZone);
  const dayOf = ({ createdAt }: Kept) => todayIn(new Date(createdAt), timeZone);
  const ageDays = (snapshot: Kept) => daysBetween(dayOf(snapshot), today);
  const newestFirst = snapshots.toSorted(
    (one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt) || other.id - one.id,
  );
  const whole = newestFirst.filter(({ verifyFailure }) => verifyFailure === null);
  const regular = whole.filter(({ reason }) => reason !== 'safety');

  const kept = new Set<S>([
    ...whole.slice(0, 1),
    ...lastOfEach(regular, dayOf, keepDaily),
    ...lastOfEach(regular, (snapshot) => mondayOf(dayOf(snapshot)), keepWeekly),
    ...lastOfEach(regular, (snapshot) => dayOf(snapshot).slice(0, 7), keepMonthly),
    ...snapshots.filter((snapshot) => ageDays(snapshot) < ownDays(snapshot, keepDaily)),
  ]);
  return snapshots.filter((snapshot) => !kept.has(snapshot));
}

/** How long one stays for its own sake. What was made today waits for its rehearsal and its copies. */
function ownDays({ reason, verifyFailure }: Kept, keepDaily: number): number {
  if (reason === 'safety') return safetyDays;
  return reason === 'asked' || verifyFailure !== null ? keepDaily : 1;
}

/** Of the first `most` different spans, the newest of each. */
function lastOfEach<S>(
  newestFirst: readonly S[],
  spanOf: (snapshot: S) => string,
  most: number,
): S[] {
  const newest = new Map<string, S>();
  for (const snapshot of newestFirst) {
    const span = spanOf(snapshot);
    if (!newest.has(span) && newest.size < most) newest.set(span, snapshot);
  }
  return [...newest.values()];
}

function mondayOf(date: string): string {
  return addDays(date, -((new Date(date).getUTCDay() + 6) % 7));
}
