import { sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { asArrays } from './batches.ts';
import type { TableShape } from './catalogue.repository.ts';
import type { RestoreSource } from './source.ts';

/** A table in the schema beside, filled from the file. */
export interface LoadedTable extends TableShape {
  /** Those of the file that are known here: what it lacks has its default. */
  columns: string[];
  rows: number;
}

/**
 * Loads a snapshot's tables into a schema of its own, made like the real ones: nobody sees it but the owner.
 * Older files lack columns, which take their defaults.
 */
export async function loadBeside(
  owner: Db,
  schema: string,
  source: RestoreSource,
  shapes: TableShape[],
  progress: (rows: number) => void,
): Promise<LoadedTable[]> {
  await sql`create schema ${sql.id(schema)}`.execute(owner);
  const loaded: LoadedTable[] = [];
  let done = 0;
  for (const shape of shapes) {
    const inFile = source.tables.find(({ name }) => name === shape.name);
    if (!inFile) continue;
    const columns = shape.columns.filter((column) => inFile.columns.includes(column));
    const beside = sql.table(`${schema}.${shape.name}`);
    await sql`create table ${beside} (like ${sql.table(`public.${shape.name}`)}
      including defaults including constraints)`.execute(owner);
    // What a file leaves out is nobody's to fill in here.
    for (const column of shape.columns)
      if (!columns.includes(column))
        await sql`alter table ${beside} alter column ${sql.id(column)} drop not null`.execute(
          owner,
        );
    let rows = 0;
    for await (const batch of asArrays(source.rows(shape.name))) {
      await insertRows(owner, `${schema}.${shape.name}`, columns, batch.json);
      rows += batch.rows;
      done += batch.rows;
      progress(done);
    }
    loaded.push({ ...shape, columns, rows });
  }
  return loaded;
}

/** Adds rows given as a JSON array; a column that is not named takes its default. */
export async function insertRows(
  db: Db,
  table: string,
  columns: readonly string[],
  json: string,
): Promise<void> {
  const named = sql.join(columns.map((column) => sql.id(column)));
  await sql`
    insert into ${sql.table(table)} (${named})
    select ${named} from jsonb_populate_recordset(null::${sql.table(table)}, ${json}::jsonb)`.execute(
    db,
  );
}

export async function dropBeside(owner: Db, schema: string): Promise<void> {
  await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(owner);
}

/** The schemas beside, also those that a killed restore or rehearsal left. */
export async function listBeside(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select nspname::text as name from pg_namespace where nspname ~ '^(restore|drill)_[0-9]+$'`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}
