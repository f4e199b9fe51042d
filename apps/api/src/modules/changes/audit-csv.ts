import type { AuditEntry } from '@cmp/shared/changes';

/** The entries as CSV (RFC 4180), part by part. It begins with a byte order mark, so that Excel reads UTF-8. */
export async function* asCsv(batches: AsyncIterable<AuditEntry[]>): AsyncGenerator<string> {
  yield `\uFEFF${line(Object.keys(columns))}`;
  for await (const entries of batches)
    yield entries.map((entry) => line(Object.values(columns).map((cell) => cell(entry)))).join('');
}

const columns: Record<string, (entry: AuditEntry) => string | number | null> = {
  at: ({ at }) => at,
  change_id: ({ changeId }) => changeId,
  account: ({ accountName }) => accountName,
  via: ({ via }) => via,
  ip: ({ ip }) => ip,
  action: ({ action }) => action,
  reason: ({ reason }) => reason,
  table: ({ table }) => table,
  row_id: ({ rowId }) => rowId,
  row_name: ({ rowName }) => rowName,
  server: ({ serverName }) => serverName,
  before: ({ before }) => JSON.stringify(before),
  after: ({ after }) => JSON.stringify(after),
};

function line(cells: (string | number | null)[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

/** A spreadsheet would run what begins like a formula; behind an apostrophe it is text. */
function quoted(cell: string | number | null): string {
  const text = String(cell ?? '').replace(/^[=+\-@\t\r]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
