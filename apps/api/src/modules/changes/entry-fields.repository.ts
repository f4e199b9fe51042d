import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

/** The names that services and servers have now, those in the bin included. */
export async function listNames(
  db: Db,
  serviceIds: number[],
  serverIds: number[],
): Promise<{ services: Map<number, string>; servers: Map<number, string> }> {
  if (serviceIds.length + serverIds.length === 0)
    return { services: new Map(), servers: new Map() };
  const { rows } = await sql<{ isService: boolean; id: number; name: string }>`
    select true as is_service, id, name from services where id = any(${serviceIds}::int[])
    union all
    select false, id, name from servers where id = any(${serverIds}::int[])`.execute(db);
  const named = (isService: boolean) =>
    new Map(rows.filter((row) => row.isService === isService).map(({ id, name }) => [id, name]));
  return { services: named(true), servers: named(false) };
}
