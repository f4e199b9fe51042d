import type { CalendarDate } from '@cmp/shared/primitives';
import type { Status, StatusBounds } from '@cmp/shared/status';
import type { StatusCounts } from '@cmp/shared/users';
import { type RawBuilder, sql } from 'kysely';

/** The bounds as they are, or as slots of a statement. */
export type BoundsSql = { [Bound in keyof StatusBounds]: CalendarDate | RawBuilder<CalendarDate> };

/** The status of a row of `users`; the same comparison as `statusOf` in shared, which a property test holds equal. */
export function statusSql({ today, soonUntil }: BoundsSql): RawBuilder<Status> {
  return sql<Status>`case
    when not users.enabled then 'disabled'
    when users.expires_on < ${today}::date then 'expired'
    when users.expires_on <= ${soonUntil}::date then 'soon'
    else 'active' end`;
}

/** Counts rows of `users` by status, as one JSON object. */
export function statusCountsSql({ today, soonUntil }: BoundsSql): RawBuilder<StatusCounts> {
  return sql<StatusCounts>`json_build_object(
    'all', count(users.id),
    'disabled', count(*) filter (where not users.enabled),
    'expired', count(*) filter (where users.enabled and users.expires_on < ${today}::date),
    'soon', count(*) filter (where users.enabled
      and users.expires_on between ${today}::date and ${soonUntil}::date),
    'active', count(*) filter (where users.enabled
      and users.expires_on >= ${today}::date and users.expires_on > ${soonUntil}::date))`;
}
