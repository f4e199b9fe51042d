import type { SnapshotKind } from '@cmp/shared/snapshots';
import type { CatalogueTable } from './contents.repository.ts';
import { configured, type Exception, exceptions } from './exceptions.ts';

export interface Content {
  table: string;
  columns: string[];
  primaryKey: string[];
  where?: string | undefined;
}

export interface Contents {
  tables: Content[];
  /** As the manifest says it. */
  excluded: Exception[];
  /** What nobody decided about: tables without a key, and what is new to a configuration. A test wants none. */
  undecided: string[];
}

/** What a snapshot of a kind holds of the tables there are, in their order. */
export function contentsOf(kind: SnapshotKind, catalogue: readonly CatalogueTable[]): Contents {
  const listed = exceptions[kind];
  const contents: Contents = { tables: [], excluded: [...listed], undecided: [] };
  for (const { table, columns, primaryKey } of catalogue) {
    const except = listed.find((one) => one.table === table);
    if (except && !except.columns) continue;
    const left = columns.filter((column) => !except?.columns?.includes(column));
    const limits = kind === 'config' ? (configured[table] ?? { columns: [] }) : { columns: left };
    const unnamed = left.filter((column) => !limits.columns.includes(column));
    const taken = left.filter((column) => limits.columns.includes(column));
    contents.undecided.push(...unnamed.map((column) => `${table}.${column}`));
    if (unnamed.length > 0)
      contents.excluded.push({ table, columns: unnamed, reason: 'Not known to be configuration.' });
    if (primaryKey.length === 0) contents.undecided.push(`${table}: no primary key`);
    if (taken.length > 0)
      contents.tables.push({
        table,
        columns: taken,
        primaryKey,
        where: 'where' in limits ? limits.where : undefined,
      });
  }
  const missing = listed.filter(({ table }) => !catalogue.some((one) => one.table === table));
  contents.undecided.push(...missing.map(({ table }) => `${table}: excepted, but not there`));
  return contents;
}
