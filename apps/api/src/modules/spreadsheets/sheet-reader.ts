import { workbookLimits } from '@cmp/shared/workbook';
import type { Cell, Epoch } from '@cmp/shared/workbook-cells';
import * as XLSX from 'xlsx';
import { damaged, tooManyRows } from './file-refusal.ts';

/** A table as a file holds it: its rows are numbered as people see them, and cells that are blank may be left out. */
export interface Table {
  header: ReadonlyMap<number, string>;
  epoch: Epoch;
  rows: () => Iterable<TableRow>;
}

export interface TableRow {
  number: number;
  cellAt: (place: number) => Cell;
  /** The places that hold something. */
  places: () => number[];
}

/**
 * The first sheet of a workbook whose archive was found sound. Where the archive holds more rows than a list may,
 * only so many are read at first: a flood is refused early, and what merely stands far below is not lost.
 */
export function readSheet(bytes: Buffer, rows: number): Table {
  if (rows > workbookLimits.rows + 1) {
    const { sheet } = open(bytes, workbookLimits.rows + 2);
    if (countRows(sheet) > workbookLimits.rows) throw tooManyRows();
  }
  return tableOf(open(bytes, 0));
}

interface Opened {
  sheet: XLSX.DenseWorkSheet;
  epoch: Epoch;
}

function open(bytes: Buffer, sheetRows: number): Opened {
  const workbook = XLSX.read(bytes, {
    dense: true,
    sheets: 0,
    sheetRows,
    UTC: true,
    cellFormula: true,
    cellHTML: false,
    cellText: false,
    cellNF: true,
  });
  const [name] = workbook.SheetNames;
  const sheet = name === undefined ? undefined : workbook.Sheets[name];
  if (!sheet || !isDense(sheet)) throw damaged();
  return { sheet, epoch: workbook.Workbook?.WBProps?.date1904 ? 1904 : 1900 };
}

function isDense(sheet: XLSX.WorkSheet): sheet is XLSX.DenseWorkSheet {
  return Array.isArray(sheet['!data']);
}

function tableOf({ sheet, epoch }: Opened): Table {
  const data = sheet['!data'];
  const header = new Map<number, string>();
  // forEach visits only what is there: a cell in the last column does not cost those before it.
  data[0]?.forEach((cell, place) => {
    const read = cellOf(cell);
    if (read.kind === 'text') header.set(place, read.text);
    else if (read.kind !== 'blank') header.set(place, String(cell.v));
  });
  return {
    header,
    epoch,
    *rows() {
      for (const [index, row] of data.entries()) {
        if (index === 0 || !row) continue;
        yield {
          number: index + 1,
          cellAt: (place) => cellOf(row[place]),
          places: () => [...row.keys().filter((place) => cellOf(row[place]).kind !== 'blank')],
        };
      }
    },
  };
}

function countRows(sheet: XLSX.DenseWorkSheet): number {
  let rows = 0;
  sheet['!data'].forEach((row, index) => {
    if (index > 0 && row.some((cell) => cellOf(cell).kind !== 'blank')) rows += 1;
  });
  return rows;
}

function cellOf(cell: XLSX.CellObject | undefined): Cell {
  if (!cell) return { kind: 'blank' };
  if (cell.f !== undefined || cell.F !== undefined)
    return { kind: 'formula', text: `=${cell.f ?? cell.F}` };
  switch (cell.t) {
    case 'n':
      return typeof cell.v === 'number'
        ? { kind: 'number', value: cell.v, isDate: isDateFormat(cell.z) }
        : { kind: 'blank' };
    case 's':
      return cell.v === '' || cell.v === undefined
        ? { kind: 'blank' }
        : { kind: 'text', text: String(cell.v) };
    case 'b':
      return { kind: 'boolean', value: cell.v === true };
    case 'd':
      return { kind: 'text', text: String(cell.v) };
    case 'e':
      return { kind: 'error', text: cell.w ?? '#ERROR' };
    default:
      return { kind: 'blank' };
  }
}

function isDateFormat(format: XLSX.NumberFormat | undefined): boolean {
  return typeof format === 'string' && XLSX.SSF.is_date(format);
}
