import { separators } from '@cmp/shared/spreadsheets';
import { workbookLimits } from '@cmp/shared/workbook';
import type { Cell } from '@cmp/shared/workbook-cells';
import Papa from 'papaparse';
import { unguard } from './csv.ts';
import { damaged, RefusedFile, tooManyRows } from './file-refusal.ts';
import type { Table } from './sheet-reader.ts';

/** A CSV file: UTF-8, separated by commas, semicolons or tabs. */
export function readCsv(bytes: Buffer): Table {
  let header: string[] | undefined;
  let place = 0;
  const rows: { number: number; cells: string[] }[] = [];
  const { text, separator } = withoutSeparatorLine(decode(bytes));
  Papa.parse<string[]>(text, {
    delimiter: separator ?? separatorOf(text),
    step: ({ data, errors }) => {
      if (errors.some(({ type }) => type === 'Quotes')) throw damaged();
      place += 1;
      if (!header) header = data;
      else if (data.some((cell) => cell !== '')) rows.push({ number: place, cells: data });
      if (rows.length > workbookLimits.rows) throw tooManyRows();
    },
  });
  return {
    header: new Map((header ?? []).entries()),
    epoch: 1900,
    *rows() {
      for (const { number, cells } of rows)
        yield {
          number,
          cellAt: (place) => asCell(cells[place]),
          places: () => [...cells.keys().filter((place) => cells[place] !== '')],
        };
    },
  };
}

/**
 * Excel's own first line says the separator. Programs that know it do not show it, so it does not count as a row.
 */
function withoutSeparatorLine(text: string): { text: string; separator?: string | undefined } {
  const [line, , separator] = /^("?)sep=([,;\t])\1(?:\r\n|\r|\n|$)/i.exec(text) ?? [];
  return line === undefined ? { text } : { text: text.slice(line.length), separator };
}

/** The names of columns hold no separator, so the first line says which one it is. */
function separatorOf(text: string): string {
  const [line = ''] = text.trimStart().split(/[\r\n]/, 1);
  const counted = Object.values(separators).map((separator) => ({
    separator,
    count: line.split(separator).length,
  }));
  return counted.toSorted((a, b) => b.count - a.count)[0]?.separator ?? ',';
}

function asCell(text: string | undefined): Cell {
  return text ? { kind: 'text', text: unguard(text) } : { kind: 'blank' };
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new RefusedFile(
      'file_unreadable',
      'The file is not UTF-8. Save it as “CSV UTF-8”, then import it.',
      { reason: 'encoding' },
    );
  }
}
