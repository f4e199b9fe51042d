import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import type { Copying } from '#database/one-moment.ts';
import type { Content } from './contents.ts';

export interface CatalogueTable {
  table: string;
  columns: string[];
  primaryKey: string[];
}

/** Every table there is, whether it may be read or not: what cannot be read fails a snapshot instead of thinning it. */
export async function readCatalogue(db: Db): Promise<CatalogueTable[]> {
  const { rows } = await sql<{ name: string; columns: string[]; primaryKey: string[] }>`
    select relname as name,
      (select array_agg(attname::text order by attnum) from pg_attribute
        where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns,
      coalesce((select array_agg(attname::text order by place)
        from pg_index cross join unnest(indkey::int2[]) with ordinality as key (number, place)
        join pg_attribute on attrelid = indrelid and attnum = number
        where indrelid = c.oid and indisprimary), '{}') as primary_key
    from pg_class c
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    order by relname`.execute(db);
  return rows.map(({ name, ...table }) => ({ table: name, ...table }));
}

/** By sequence, what it gives next; null where it was never asked. */
export async function readSequences(db: Db): Promise<Record<string, number | null>> {
  const { rows } = await sql<{ name: string; next: number | null; isReadable: boolean }>`
    select sequencename as name, (last_value + increment_by)::bigint as next,
      has_sequence_privilege(format('%I.%I', schemaname, sequencename), 'SELECT, USAGE') as is_readable
    from pg_sequences where schemaname = 'public' order by sequencename`.execute(db);
  const hidden = rows.filter(({ isReadable }) => !isReadable);
  if (hidden.length > 0)
    throw new Error(
      `The role that serves may not read ${hidden.map(({ name }) => name).join(', ')}.`,
    );
  return Object.fromEntries(rows.map(({ name, next }) => [name, next]));
}

export async function readAppliedMigrations(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from schema_migrations order by name`.execute(db);
  return rows.map(({ name }) => name);
}

/**
 * A table's rows as lines of JSON, in the bytes that PostgreSQL sends: a text each would be garbage that V8 keeps until
 * it searches the whole heap. JSON has no control characters, so none of it is ever quoted.
 */
export async function* copyLines(
  trx: Trx,
  copying: Copying,
  { table, columns, primaryKey, where }: Content,
): AsyncGenerator<Buffer> {
  const listed = sql.join(columns.map((column) => sql.id(column)));
  const order = sql.join(primaryKey.map((column) => sql.id(column)));
  const condition = where ? sql`where ${sql.raw(where)}` : sql``;
  yield* copying(
    sql`
      copy (
        select to_jsonb(r)::text from (select ${listed} from ${sql.table(table)} ${condition}) r
        order by ${order}
      ) to stdout (format csv, quote E'\\x01', delimiter E'\\x02')`.compile(trx),
  );
}
