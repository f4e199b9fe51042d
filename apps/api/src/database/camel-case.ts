import { CamelCasePlugin, type KyselyPlugin } from 'kysely';

/**
 * Columns are snake_case in the database and camelCase here. The names of a result are worked out once for
 * all its rows, because Kysely's own plugin does it for every field of every row; what lies inside a jsonb
 * stays as it is.
 */
export function camelCase(): KyselyPlugin {
  const names = new CamelCasePlugin();
  return {
    transformQuery: (query) => names.transformQuery(query),
    transformResult: async ({ result }) => ({ ...result, rows: renamed(result.rows) }),
  };
}

type Row = Record<string, unknown>;

function renamed(rows: Row[]): Row[] {
  const [first] = rows;
  if (!first) return rows;
  const columns = Object.keys(first);
  const names = columns.map(fieldOf);
  return rows.map((row) => {
    const item: Row = {};
    for (let at = 0; at < columns.length; at += 1) item[names[at] ?? ''] = row[columns[at] ?? ''];
    return item;
  });
}

/** As many as our statements name. */
const fields = new Map<string, string>();

function fieldOf(column: string): string {
  const known = fields.get(column);
  if (known !== undefined) return known;
  const field = column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  fields.set(column, field);
  return field;
}
