import { type Separator, separators } from '@cmp/shared/spreadsheets';
import type { WrittenCell } from './workbook-writer.ts';

/**
 * Rows as CSV that a spreadsheet program opens as it is meant: UTF-8 with its mark, and text that would be
 * taken for a formula behind an apostrophe, which an import takes away again.
 */
export async function* writeCsv(
  header: readonly string[],
  batches: AsyncIterable<WrittenCell[][]>,
  separator: Separator,
): AsyncGenerator<string> {
  yield `\uFEFF${line(header, separator)}`;
  for await (const rows of batches) yield rows.map((row) => line(row, separator)).join('');
}

/** Also the wide forms, which some programs fold before they look. An apostrophe, so that one of the text's own survives. */
const guarded = /^[=+\-@\t\r'＝＋－＠]/;

export function guard(text: string): string {
  return guarded.test(text) ? `'${text}` : text;
}

/** Takes away exactly the one apostrophe that `guard` put. */
export function unguard(text: string): string {
  return text.startsWith("'") && guarded.test(text.slice(1)) ? text.slice(1) : text;
}

function line(cells: readonly WrittenCell[], separator: Separator): string {
  const written = cells.map((cell) => {
    if (cell === null) return '';
    const text = typeof cell === 'number' ? String(cell) : guard(cell);
    return /["\r\n,;\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${written.join(separators[separator])}\r\n`;
}
