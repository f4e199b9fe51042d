import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

export interface Counts {
  sessions: number;
  servers: number;
  strays: number;
  bytes: number;
}

export async function countNow(db: Db): Promise<Counts> {
  const { rows } = await sql<Counts>`
    select
      (select count(*) from sessions where ended_at is null and expires_at > now()) as sessions,
      (select count(*) from servers where deleted_at is null) as servers,
      (select count(*) from entries_default) as strays,
      pg_database_size(current_database()) as bytes`.execute(db);
  const [counts] = rows;
  if (!counts) throw new Error('The database said nothing.');
  return counts;
}

export async function countPlans(
  db: Db,
): Promise<{ action: string; state: string; count: number }[]> {
  return db
    .selectFrom('plans')
    .select(['action', 'state'])
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .groupBy(['action', 'state'])
    .orderBy('action')
    .orderBy('state')
    .execute();
}
