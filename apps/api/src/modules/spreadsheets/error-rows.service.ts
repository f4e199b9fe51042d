import { columns } from '@cmp/shared/workbook';
import type { Db } from '#database/client.ts';
import { getPlan } from '#modules/plans/plans.service.ts';
import type { Actor } from '#plugins/access.ts';
import { type ErrorRow, listErrorRows } from './imports.repository.ts';
import { type Spooled, spool } from './spool.ts';
import { writeWorkbook } from './workbook-writer.ts';

/** The rows of a plan that are in error, as a workbook to mend and import; a second sheet says what is wrong. */
export async function makeErrorRows(
  db: Db,
  actor: Actor,
  folder: string,
  planId: number,
): Promise<Spooled & { name: string }> {
  await getPlan(db, actor, planId);
  const first = await listErrorRows(db, planId, 0, 1);
  const held = columns.filter((column) => column in (first[0]?.raw ?? {}));

  const file = await spool(folder, (save) =>
    save(
      writeWorkbook([
        {
          name: 'Users',
          columns: held.map(() => ({ width: 20, look: 'text' as const })),
          header: held,
          rows: mapped(db, planId, ({ raw }) => [held.map((column) => raw[column] || null)]),
        },
        {
          name: 'Problems',
          columns: [14, 16, 30, 50, 24].map((width) => ({ width, look: 'text' as const })),
          header: ['row of the file', 'column', 'found', 'accepted', 'suggestion'],
          rows: mapped(db, planId, ({ fileRow, errors }) =>
            errors.map(({ column, found, accepted, suggestion }) => [
              String(fileRow),
              column,
              found,
              accepted,
              suggestion,
            ]),
          ),
        },
      ]),
    ),
  );
  return { ...file, name: 'rows with errors.xlsx' };
}

async function* mapped(
  db: Db,
  planId: number,
  rowsOf: (row: ErrorRow) => (string | null)[][],
): AsyncGenerator<(string | null)[][]> {
  let last = 0;
  for (;;) {
    const rows = await listErrorRows(db, planId, last, 500);
    const end = rows.at(-1);
    if (!end) return;
    yield rows.flatMap(rowsOf);
    last = end.ordinal;
  }
}
