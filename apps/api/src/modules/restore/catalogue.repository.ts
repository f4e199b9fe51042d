import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

/** A table as the database itself knows it, so that a new one needs no line here. */
export interface TableShape {
  name: string;
  columns: string[];
  primaryKey: string[];
  /** The tables its rows refer to. */
  parents: string[];
}

/** The tables of the portal, those that others refer to first. */
export async function listTables(db: Db): Promise<TableShape[]> {
  const { rows } = await sql<TableShape>`
    select c.relname::text as name,
      array(select attname::text from pg_attribute
        where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = ''
        order by attnum) as columns,
      array(select a.attname::text
        from pg_index i
        cross join lateral unnest(i.indkey::int[]) with ordinality as key (attnum, place)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = key.attnum
        where i.indrelid = c.oid and i.indisprimary order by place) as primary_key,
      array(select distinct p.relname::text from pg_constraint f join pg_class p on p.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f' and p.oid <> c.oid) as parents
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname`.execute(db);
  return parentsFirst(rows);
}

function parentsFirst(tables: TableShape[]): TableShape[] {
  const ordered = new Map<string, TableShape>();
  const place = (table: TableShape) => {
    if (ordered.has(table.name)) return;
    for (const parent of tables.filter(({ name }) => table.parents.includes(name))) place(parent);
    ordered.set(table.name, table);
  };
  for (const table of tables) place(table);
  return [...ordered.values()];
}

/** A table and its partitions: each has triggers of its own. */
export async function listParts(db: Db, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relid::regclass::text as name from pg_partition_tree(${`public.${table}`}::regclass)
    union select ${table}`.execute(db);
  return rows.map(({ name }) => name);
}

export interface SequenceUse {
  sequence: string;
  table: string;
  column: string;
}

/** The sequences that give the columns of tables their values: of identities, and of defaults. */
export async function listSequences(db: Db, tables: string[]): Promise<SequenceUse[]> {
  const { rows } = await sql<SequenceUse>`
    select s.relname::text as sequence, c.relname::text as table, a.attname::text as column
    from (
      select d.objid as sequence, d.refobjid as owner, d.refobjsubid as place
      from pg_depend d
      where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i'
      union
      select d.refobjid, v.adrelid, v.adnum
      from pg_depend d join pg_attrdef v on v.oid = d.objid
      where d.classid = 'pg_attrdef'::regclass and d.refclassid = 'pg_class'::regclass
    ) used
    join pg_class s on s.oid = used.sequence and s.relkind = 'S'
    join pg_class c on c.oid = used.owner and c.relnamespace = 'public'::regnamespace and not c.relispartition
    join pg_attribute a on a.attrelid = c.oid and a.attnum = used.place
    where c.relname = any(${tables})`.execute(db);
  return rows;
}
