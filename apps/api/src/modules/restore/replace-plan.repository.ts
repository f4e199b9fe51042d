import type { RestoreTable, SnapshotKind } from '@cmp/shared/snapshots';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { asArrays } from './batches.ts';
import { listTables } from './catalogue.repository.ts';
import type { RestoreSource } from './source.ts';
import { isJoined } from './tables.ts';

export type TableCounts = Omit<RestoreTable, 'isSeparate'>;

/**
 * What a replacement would do to each table of the file, told by a digest of each row: the rows themselves are not
 * kept, so a million cost the memory of none.
 */
export function compareAll(
  db: Db,
  source: RestoreSource,
  kind: SnapshotKind,
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
        const joining = isJoined(name, kind) ? joinings[name] : undefined;
        const rule = joining ?? { key: shape.primaryKey, id: sql`null`, stays: sql`false` };
        const common = (joining?.columns ?? shape.columns).filter((column) =>
          inFile.includes(column),
        );
        for await (const batch of asArrays(source.rows(name))) {
          await sql`
            insert into restored_digests
            select ${name}, ${keyOf(rule)}, ${digestOf(common)}
            from (select value as fields from jsonb_array_elements(${batch.json}::jsonb)) row`.execute(
            connection,
          );
          done += batch.rows;
          progress(done);
        }
        told.push(await compare(connection, name, rule, common));
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

interface Rule {
  /** The columns that a row is found by. */
  key: string[];
  /** What `stays` knows a row that is here by. */
  id: RawBuilder<unknown>;
  /** Whether a row here that the file does not have, or has otherwise, stays as it is. */
  stays: RawBuilder<unknown>;
}

/** What a configuration adds to is found by its name: a service that somebody has, and every account, stays. */
const joinings: Readonly<Record<string, Rule & { columns: string[] }>> = {
  services: {
    key: ['name_key'],
    id: sql`(fields ->> 'id')::integer`,
    columns: ['name', 'aliases', 'devices', 'data_limit_gb', 'price_cents'],
    stays: sql`f.key is null and exists (select from users where service_id = h.id)`,
  },
  accounts: {
    key: ['name_key'],
    id: sql`null`,
    columns: ['username', 'display_name', 'email', 'role'],
    stays: sql`true`,
  },
};

function keyOf({ key }: Rule): RawBuilder<unknown> {
  return sql`jsonb_build_array(${sql.join(key.map((column) => sql`fields -> ${column}::text`))})`;
}

/** Of the columns that both have: an older file lacks some, and is not altered by that. */
function digestOf(columns: string[]): RawBuilder<unknown> {
  return sql`md5((select jsonb_object_agg(key, value)
    from jsonb_each(fields) where key = any(${columns}))::text)`;
}

async function compare(db: Db, name: string, rule: Rule, columns: string[]): Promise<TableCounts> {
  await sql`analyze restored_digests`.execute(db);
  const { rows } = await sql<TableCounts>`
    with here as materialized (
      select ${keyOf(rule)} as key, ${digestOf(columns)} as digest, ${rule.id} as id
      from (select to_jsonb(t) as fields from ${sql.table(`public.${name}`)} t) row
    )
    select ${name} as table, count(f.key) as in_file, count(h.key) as here,
      count(*) filter (where h.key is null) as added,
      count(*) filter (where f.digest <> h.digest and not (${rule.stays})) as changed,
      count(*) filter (where f.digest = h.digest) as unchanged,
      count(*) filter (where h.key is not null and f.digest is distinct from h.digest and (${rule.stays})) as kept,
      count(*) filter (where f.key is null and not (${rule.stays})) as removed
    from restored_digests f full join here h on h.key = f.key`.execute(db);
  const [counts] = rows;
  if (!counts) throw new Error(`The rows of ${name} were not counted.`);
  return counts;
}
