import { todayIn } from '@cmp/shared/calendar';
import type { CellIssue } from '@cmp/shared/changes';
import { nameKey } from '@cmp/shared/primitives';
import { type Column, columns, shown, UNLIMITED } from '@cmp/shared/workbook';
import { type Cell, type GivenFields, readRow } from '@cmp/shared/workbook-cells';
import { issue, type LegacyRow, type LegacyRules, placed, textOf } from './legacy-rows.ts';

type Fields = Record<string, unknown>;

/** The users of a snapshot, read by the rules of a spreadsheet's cells: what is wrong is told in the same words. */
export function* legacyUsers(
  list: Fields[],
  keyOfServer: ReadonlyMap<string, string | null>,
  rules: LegacyRules,
): Generator<LegacyRow> {
  const times = new Map<string, number>();
  for (const fields of list) times.set(placeOf(fields), (times.get(placeOf(fields)) ?? 0) + 1);

  for (const [fields, fileRow] of placed(list)) {
    const { cells, warnings: dated } = cellsOf(fields, rules.timeZone);
    const { given, errors, warnings } = readRow(cells, rules, 1900);
    const isTwin = given.accountName !== undefined && (times.get(placeOf(fields)) ?? 0) > 1;
    const all = [
      ...errors,
      ...serverErrors(fields, keyOfServer),
      ...(isTwin
        ? [issue('account_name', 'duplicate', fields.account_name, 'each once on its server')]
        : []),
    ];
    const after = {
      ...fieldsOf(given),
      server_key: keyOfServer.get(textOf(fields.server_id)) ?? null,
    };
    yield {
      ...{ kind: all.length > 0 ? 'error' : 'added', table: 'users', fileRow, after },
      ...{ name: shown(textOf(fields.account_name)), reason: null, errors: all },
      warnings: [...missing(fields), ...dated, ...warnings],
    };
  }
}

function placeOf({ server_id, account_name }: Fields): string {
  return `${textOf(server_id)}\n${nameKey(textOf(account_name))}`;
}

function serverErrors(
  { server_id }: Fields,
  keyOfServer: ReadonlyMap<string, string | null>,
): CellIssue[] {
  const key = keyOfServer.get(textOf(server_id));
  if (key) return [];
  return key === null
    ? [issue('server_id', 'server_in_error', server_id, 'a server that is not in error itself')]
    : [issue('server_id', 'unknown_server', server_id, 'the id of a server in this file')];
}

function missing(fields: Fields): CellIssue[] {
  return Object.entries(defaultOf)
    .filter(([column]) => fields[column] === undefined)
    .map(([column, meant]) => issue(column, 'missing', '', meant));
}

/** What a field that the file does not have means. A name has no such meaning. */
const defaultOf: Record<Exclude<Column, 'account_name'>, string> = {
  service_type: 'no service',
  contact: 'left empty',
  expire_date: 'never expires',
  total_devices: 'no number',
  data_limit_gb: UNLIMITED,
  remark: 'left empty',
  enabled: 'enabled',
};

function cellsOf(fields: Fields, timeZone: string) {
  const warnings: CellIssue[] = [];
  const cells = new Map<Column, Cell>();
  for (const column of columns) {
    const text = textOf(fields[column]);
    if (column === 'expire_date') {
      const day = dayOf(text, timeZone);
      if (day && day !== text)
        warnings.push(issue(column, 'moment', text, `${day}, in ${timeZone}`));
      cells.set(column, { kind: 'text', text: day ?? text });
    } else cells.set(column, text === '' ? { kind: 'blank' } : { kind: 'text', text });
  }
  return { cells, warnings };
}

/** The older portals kept a day as the midnight that begins it, in their own zone. */
function dayOf(text: string, timeZone: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) return undefined;
  const moment = Date.parse(/([zZ]|[+-]\d{2}(:?\d{2})?)$/.test(text) ? iso(text) : `${iso(text)}Z`);
  return Number.isNaN(moment) ? undefined : todayIn(moment, timeZone);
}

/** As PostgreSQL writes a moment: a blank for the T, and an offset of hours alone. */
function iso(text: string): string {
  return text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00');
}

/** A limit that is not set is none: nothing of this portal's services is filled in. */
function fieldsOf(given: GivenFields): Fields {
  const { accountName, contact = null, remark = null } = given;
  const searched = [accountName ?? '', contact ?? '', remark ?? ''].join('\n');
  return {
    ...{ id: null, account_name: accountName, name_key: nameKey(accountName ?? '') },
    ...{ search_key: nameKey(searched), service: given.service ?? null, contact, remark },
    expires_on: given.expiresOn ?? 'infinity',
    total_devices: numberOf(given.totalDevices),
    data_limit_gb: numberOf(given.dataLimitGb),
    enabled: given.enabled ?? true,
  };
}

function numberOf(value: GivenFields['totalDevices']): number | null {
  return typeof value === 'number' ? value : null;
}
