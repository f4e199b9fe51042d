import type { TouchedServer } from '@cmp/shared/notifications';
import type { CalendarDate } from '@cmp/shared/primitives';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

/** By server, the enabled users whose term ends on these days, and the first of them. */
export async function listEnding(
  db: Db,
  from: CalendarDate,
  until: CalendarDate,
): Promise<TouchedServer[]> {
  const { rows } = await sql<TouchedServer>`
    select s.id, s.name, count(*)::integer as users,
      (array_agg(u.account_name order by u.expires_on, u.id))[1:5] as names
    from users u join servers s on s.id = u.server_id
    where u.deleted_at is null and s.deleted_at is null and u.enabled
      and u.expires_on between ${from}::date and ${until}::date
    group by s.id
    order by s.position`.execute(db);
  return rows;
}

/** When a section of the settings was saved last; the beginning of time where it never was. */
export async function readSavedAt(db: Db, section: string): Promise<string> {
  const saved = await db
    .selectFrom('settings')
    .select('updatedAt')
    .where('section', '=', section)
    .executeTakeFirst();
  return saved?.updatedAt ?? new Date(0).toISOString();
}
