import type { RestoreTable } from '@cmp/shared/snapshots';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { asArrays } from './batches.ts';
import { listTables, type TableShape } from './catalogue.repository.ts';
import type { RestoreSource } from './source.ts';

export type TableCounts = Omit<RestoreTable, 'isSeparate' | 'kept'>;

/**
 * What a replacement would do to each table of the file, told by a digest of each row: the rows themselves are not
 * kept, so a million cost the memory of none.
 */
export function compareAll(
  db: Db,
  source: RestoreSource,
  progress: (rows: number) => void,
): Promise<TableCounts[]> {
  return db.connection().execute(async (connection) => {
    await dropDigests(connection);
    await sql`create temp table restored_digests (
      table_name text not null, key jsonb not null, digest text not null)`.execute(connection);
    try {
      const shapes = await listTables(connection);
      const told: TableCounts[] = [];
      let done = 0;
      for (const { name, columns: inFile } of source.tables) {
        const shape = shapes.find((one) => one.name === name);
        if (!shape) continue;
        const common = shape.columns.filter((column) => inFile.includes(column));
        for await (const batch of asArrays(source.rows(name))) {
          await sql`
            insert into restored_digests
            select ${name}, ${keyOf(shape)}, ${digestOf(common)}
            from (select value as fields from jsonb_array_elements(${batch.json}::jsonb)) row`.execute(
            connection,
          );
          done += batch.rows;
          progress(done);
        }
        told.push(await compare(connection, shape, common));
        await sql`truncate restored_digests`.execute(connection);
      }
      return told;
    } finally {
      await dropDigests(connection);
    }
  });
}

async function dropDigests(connection: Db): Promise<void> {
  await sql`drop table if exists pg_temp.restored_digests`.execute(connection);
}

function keyOf({ primaryKey }: TableShape): RawBuilder<unknown> {
  return sql`jsonb_build_array(${sql.join(primaryKey.map((column) => sql`fields -> ${column}::text`))})`;
}

/** Of the columns that both have: an older file lacks some, and is not altered by that. */
function digestOf(columns: string[]): RawBuilder<unknown> {
  return sql`md5((select jsonb_object_agg(key, value)
    from jsonb_each(fields) where key = any(${columns}))::text)`;
}

async function compare(db: Db, shape: TableShape, columns: string[]): Promise<TableCounts> {
  const { name } = shape;
  await sql`analyze restored_digests`.execute(db);
  const { rows } = await sql<TableCounts>`
    with here as materialized (
      select ${keyOf(shape)} as key, ${digestOf(columns)} as digest
      from (select to_jsonb(t) as fields from ${sql.table(`public.${name}`)} t) row
    )
    select ${name} as table, count(f.key) as in_file, count(h.key) as here,
      count(*) filter (where h.key is null) as added,
      count(*) filter (where f.digest <> h.digest) as changed,
      count(*) filter (where f.digest = h.digest) as unchanged,
      count(*) filter (where f.key is null) as removed
    from restored_digests f full join here h on h.key = f.key`.execute(db);
  const [counts] = rows;
  if (!counts) throw new Error(`The rows of ${name} were not counted.`);
  return counts;
}
