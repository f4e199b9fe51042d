import type { Db } from '#database/client.ts';
import { inScope, type Scope } from '#plugins/access.ts';
import { listNames } from './entry-fields.repository.ts';

type Fields = Record<string, unknown>;

/** Before and after of a row, as the log or a plan keeps them. */
export interface Altered {
  table: string;
  before: Fields;
  after: Fields;
}

/**
 * The same rows under the API's names: services by their name, a server also by its own, no end as null. What
 * only the database needs is left out, and so is a server that is not in the scope.
 */
export async function asApiFields<Row extends Altered>(
  db: Db,
  scope: Scope,
  rows: Row[],
): Promise<Row[]> {
  const sides = rows.flatMap(({ before, after }) => [before, after]);
  const names = await listNames(db, idsIn(sides, 'service_id'), idsIn(sides, 'server_id'));

  return rows.map((row) => {
    const { before, after } = withBothSides(row);
    return { ...row, before: side(row.table, before), after: side(row.table, after) };
  });

  function side(table: string, fields: Fields): Fields {
    return Object.fromEntries(
      Object.entries(fields).flatMap(([column, value]) => told(table, column, value)),
    );
  }

  function told(table: string, column: string, value: unknown): [string, unknown][] {
    if (hidden.has(column) || (table === 'users' && column === 'position')) return [];
    if (column === 'service_id')
      return [['service', (typeof value === 'number' && names.services.get(value)) || null]];
    if (column === 'server_id') {
      if (typeof value !== 'number' || !inScope(scope, value)) return [];
      return [
        ['serverId', value],
        ['serverName', names.servers.get(value) ?? null],
      ];
    }
    return [[camelCase(column), inApi(column, value)]];
  }
}

/** What an alteration left out on one side was null there; a row that came or went has one side alone. */
function withBothSides({ before, after }: Altered): Omit<Altered, 'table'> {
  if ('id' in before || 'id' in after) return { before, after };
  const nulls = (fields: Fields) =>
    Object.fromEntries(Object.keys(fields).map((key) => [key, null]));
  return { before: { ...nulls(after), ...before }, after: { ...nulls(before), ...after } };
}

const hidden = new Set([
  'id',
  'version',
  'created_at',
  'name_key',
  'search_key',
  'server_key',
  'password_hash',
]);

function inApi(column: string, value: unknown): unknown {
  if (column === 'expires_on' && value === 'infinity') return null; // Never expires.
  return column.endsWith('_at') && typeof value === 'string' ? value.replace('+00:00', 'Z') : value;
}

function camelCase(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function idsIn(sides: Fields[], column: string): number[] {
  const ids = sides.map((fields) => fields[column]).filter((id) => typeof id === 'number');
  return [...new Set(ids)];
}
