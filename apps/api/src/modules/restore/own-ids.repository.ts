import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '#database/client.ts';
import { listSequences } from './catalogue.repository.ts';

/** By table, by column, what is added to an id of the file. */
export type Shifts = Readonly<Record<string, Readonly<Record<string, number>>>>;

const named = ['services', 'servers', 'users'] as const;

/**
 * How far the ids of a file move where the log stays: what happened to a row, who heard of it, and what can be undone
 * is found by its id, so that an id that named something here must never name something else. A file of this very
 * line of data keeps its ids, and with them its history.
 */
export async function shiftsOf(
  trx: Trx,
  schema: string,
  tables: readonly string[],
  isForeign: boolean,
): Promise<Shifts> {
  const reached = named.filter((table) => tables.includes(table));
  if (!isForeign && !(await namesOthers(trx, schema, reached))) return {};
  const last: Partial<Record<string, number>> = {};
  for (const { sequence, table } of await listSequences(trx, [...reached])) {
    const { rows } = await sql<{ given: number }>`
      select case when is_called then last_value else 0 end as given from ${sql.table(sequence)}`.execute(
      trx,
    );
    last[table] = rows[0]?.given ?? 0;
  }
  const { services = 0, servers = 0, users = 0 } = last;
  return {
    services: { id: services },
    servers: { id: servers },
    users: { id: users, server_id: servers, service_id: services },
  };
}

/** An id of the file, as it is here. */
export function shifted(shifts: Shifts, table: string, column: string): RawBuilder<unknown> {
  const by = shifts[table]?.[column] ?? 0;
  return by === 0 ? sql.id(column) : sql`${sql.id(column)} + ${sql.lit(by)}`;
}

/** Whether an id is of a row that was made at one time here, and at another there. */
async function namesOthers(trx: Trx, schema: string, tables: readonly string[]): Promise<boolean> {
  for (const table of tables) {
    const { rows } = await sql`
      select from ${sql.table(`public.${table}`)} here
      join ${sql.table(`${schema}.${table}`)} file using (id)
      where here.created_at <> file.created_at limit 1`.execute(trx);
    if (rows.length > 0) return true;
  }
  return false;
}
