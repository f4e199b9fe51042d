import { type RawBuilder, sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { asArrays } from './batches.ts';
import { listTables } from './catalogue.repository.ts';
import { insertRows } from './scratch.repository.ts';
import type { RestoreSource } from './source.ts';
import { mergedTables } from './tables.ts';

/** Loads what a merge reads into tables of this connection alone, while no transaction is open. */
export function withMergeStaging<Result>(
  db: Db,
  source: RestoreSource,
  progress: (rows: number) => void,
  use: (staging: Db) => Promise<Result>,
): Promise<Result> {
  return db.connection().execute(async (connection) => {
    await dropStaging(connection);
    try {
      const shapes = await listTables(connection);
      let done = 0;
      for (const table of mergedTables) {
        const shape = shapes.find(({ name }) => name === table);
        const inFile = source.tables.find(({ name }) => name === table);
        await sql`create temp table ${staged(table)} (like ${sql.table(`public.${table}`)}
          including defaults including constraints)`.execute(connection);
        if (!shape || !inFile) continue;
        const columns = shape.columns.filter((column) => inFile.columns.includes(column));
        for await (const batch of asArrays(source.rows(table))) {
          await insertRows(connection, `pg_temp.restored_${table}`, columns, batch.json);
          done += batch.rows;
          progress(done);
        }
      }
      return await use(connection);
    } finally {
      await dropStaging(connection);
    }
  });
}

async function dropStaging(connection: Db): Promise<void> {
  for (const table of mergedTables)
    await sql`drop table if exists ${staged(table)}`.execute(connection);
}

/** A table of the file, beside the one of the same name. */
export function staged(table: string): RawBuilder<unknown> {
  return sql.table(`pg_temp.restored_${table}`);
}
