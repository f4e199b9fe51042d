import { CalendarDate, IdText } from '@cmp/shared/primitives';
import * as z from 'zod';

/** Which of the log is shown: everything that the page's address says. */
export interface AuditView {
  actor: number | undefined;
  action: string | undefined;
  object: string | undefined;
  row: number | undefined;
  server: number | undefined;
  change: number | undefined;
  from: CalendarDate | undefined;
  to: CalendarDate | undefined;
}

const id = IdText.optional().catch(undefined);
const name = z
  .string()
  .regex(/^[a-z_:-]{1,40}$/)
  .optional()
  .catch(undefined);
const day = CalendarDate.optional().catch(undefined);

/** What it cannot mean is left out, so that an old or mistyped link still shows the log. */
const Address = z.object({
  actor: id,
  action: name,
  object: name,
  row: id,
  server: id,
  change: id,
  from: day,
  to: day,
});

/** Reads an address. Days the wrong way round are turned; a row means nothing without its table. */
export function auditViewOf(search: URLSearchParams): AuditView {
  const read = Address.parse(Object.fromEntries(search));
  const [from, to] =
    read.from && read.to && read.from > read.to ? [read.to, read.from] : [read.from, read.to];
  return {
    actor: read.actor,
    action: read.action,
    object: read.object,
    row: read.object ? read.row : undefined,
    server: read.server,
    change: read.change,
    from,
    to,
  };
}

/** Writes it as an address; what is not asked for is not said. */
export function searchOfAudit(view: AuditView): URLSearchParams {
  return said(Object.entries(view));
}

/** The same question as the API asks it. */
export function apiQueryOfAudit(view: AuditView): URLSearchParams {
  return said([
    ['accountId', view.actor],
    ['action', view.action],
    ['table', view.object],
    ['rowId', view.row],
    ['serverId', view.server],
    ['changeId', view.change],
    ['from', view.from],
    ['to', view.to],
  ]);
}

function said(pairs: [string, string | number | undefined][]): URLSearchParams {
  const search = new URLSearchParams();
  for (const [key, value] of pairs) if (value !== undefined) search.set(key, String(value));
  return search;
}

export const wholeLog: AuditView = {
  actor: undefined,
  action: undefined,
  object: undefined,
  row: undefined,
  server: undefined,
  change: undefined,
  from: undefined,
  to: undefined,
};

/** How many filters are in force; an object and its row are one. */
export function auditFilterCount({ row: _row, ...view }: AuditView): number {
  return Object.values(view).filter((value) => value !== undefined).length;
}
