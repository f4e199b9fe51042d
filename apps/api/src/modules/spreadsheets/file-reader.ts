import type { CellIssue } from '@cmp/shared/changes';
import {
  type Column,
  type Header,
  type ReadingRules,
  readHeader,
  workbookLimits,
} from '@cmp/shared/workbook';
import { type Cell, type GivenFields, readRow } from '@cmp/shared/workbook-cells';
import { keysOf } from '#modules/users/user-keys.ts';
import { checkArchive } from './archive.ts';
import { readCsv } from './csv-reader.ts';
import { kindOf } from './file-kind.ts';
import { RefusedFile, tooManyRows } from './file-refusal.ts';
import { readSheet, type Table } from './sheet-reader.ts';

/** A row of a file, read by the rules. */
export interface FileRow {
  fileRow: number;
  /** What it calls its user, wrong or right; null where it says nothing. */
  name: string | null;
  nameKey: string | null;
  /** Of the fields that the file has columns for. */
  searchKey: string | null;
  given: GivenFields;
  errors: CellIssue[];
  warnings: CellIssue[];
  /** What its cells hold, where one of them is in error: for the workbook of such rows. */
  raw: Partial<Record<Column, string>> | null;
}

/** Reads a file of users in batches of rows. Runs in a child that may be killed: the file is nobody's friend. */
export async function* readFile(
  bytes: Buffer,
  fileName: string,
  rules: ReadingRules,
): AsyncGenerator<FileRow[]> {
  const table = await open(bytes, fileName);
  const places = placesOf(readHeader(table.header));
  let batch: FileRow[] = [];
  let rows = 0;

  for (const { number, cellAt, places: held } of table.rows()) {
    refuseStray(held(), table.header);
    const cells = new Map<Column, Cell>();
    for (const [column, place] of places) cells.set(column, cellAt(place));
    if (cells.values().every(isBlank)) continue;
    rows += 1;
    if (rows > workbookLimits.rows) throw tooManyRows();
    batch.push(asFileRow(number, cells, rules, table));
    if (batch.length === batchRows) {
      yield batch;
      batch = [];
    }
  }

  if (rows === 0)
    throw new RefusedFile('file_empty', 'The file has a header, but no rows below it.');
  yield batch;
}

const batchRows = 500;

/** What stands below no name would be lost without a word. */
function refuseStray(held: number[], header: ReadonlyMap<number, string>): void {
  const stray = held.find((place) => !header.get(place)?.trim());
  if (stray === undefined) return;
  const column = `column ${stray + 1}`;
  throw wrong('unnamed', [column], `In ${column} there are values, but no name in the first row.`);
}

async function open(bytes: Buffer, fileName: string): Promise<Table> {
  if (kindOf(bytes, fileName) === 'csv') return readCsv(bytes);
  const { rows: most } = await checkArchive(bytes);
  return readSheet(bytes, most);
}

function asFileRow(
  fileRow: number,
  cells: ReadonlyMap<Column, Cell>,
  rules: ReadingRules,
  { epoch }: Table,
): FileRow {
  const read = readRow(cells, rules, epoch);
  const { accountName, contact = null, remark = null } = read.given;
  const keys = accountName ? keysOf({ accountName, contact, remark }) : undefined;
  return {
    fileRow,
    name: accountName ?? null,
    nameKey: keys?.nameKey ?? null,
    searchKey: keys?.searchKey ?? null,
    ...read,
    raw: read.errors.length > 0 ? rawOf(cells) : null,
  };
}

function rawOf(cells: ReadonlyMap<Column, Cell>): Partial<Record<Column, string>> {
  return Object.fromEntries(
    cells.entries().map(([column, cell]) => {
      if (cell.kind === 'blank') return [column, ''];
      const text = 'text' in cell ? cell.text : String(cell.value);
      return [column, text.toWellFormed().replaceAll('\0', '').slice(0, 2000).toWellFormed()];
    }),
  );
}

function isBlank(cell: Cell): boolean {
  return cell.kind === 'blank' || (cell.kind === 'text' && cell.text.trim() === '');
}

function placesOf(header: Header): ReadonlyMap<Column, number> {
  switch (header.kind) {
    case 'columns':
      return header.places;
    case 'unknown': {
      const names = header.names.map(({ name, suggestion }) =>
        suggestion ? `“${name}” (perhaps ${suggestion})` : `“${name}”`,
      );
      throw wrong(
        'unknown',
        header.names.slice(0, 20),
        `There is no column ${names.slice(0, 20).join(', ')}.`,
      );
    }
    case 'duplicate':
      throw wrong('duplicate', header.names, `Two columns are called “${header.names[0]}”.`);
    case 'incomplete':
      throw wrong(
        'missing',
        header.names,
        'The first row must name the columns; account_name is missing.',
      );
  }
}

function wrong(problem: string, names: unknown, sentence: string): RefusedFile {
  return new RefusedFile('columns_wrong', sentence, { problem, names });
}
