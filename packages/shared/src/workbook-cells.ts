import type { CellIssue } from './changes.ts';
import { nameKey } from './primitives.ts';
import { NewUser } from './users.ts';
import {
  type Column,
  columns,
  fieldOf,
  nearest,
  type ReadingRules,
  shown,
  UNLIMITED,
} from './workbook.ts';
import { readDateText, readSerial } from './workbook-dates.ts';

/** A cell as the file holds it. A date of a workbook is the number of its day, formatted as one. */
export type Cell =
  | { kind: 'blank' }
  | { kind: 'text'; text: string }
  | { kind: 'number'; value: number; isDate: boolean }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'formula'; text: string }
  | { kind: 'error'; text: string };

/** The day that a workbook counts from. */
export type Epoch = 1900 | 1904;

/** What a row says: a field of an absent column is absent, of a blank cell null, and "no limit" is `unlimited`. */
export interface GivenFields {
  accountName?: string | null;
  service?: string | null;
  contact?: string | null;
  expiresOn?: string | null;
  totalDevices?: number | typeof UNLIMITED | null;
  dataLimitGb?: number | typeof UNLIMITED | null;
  remark?: string | null;
  enabled?: boolean | null;
}

export interface ReadRow {
  given: GivenFields;
  errors: CellIssue[];
  warnings: CellIssue[];
}

/** Reads one row by the rules of each column. What is in error is absent from `given`. */
export function readRow(
  cells: ReadonlyMap<Column, Cell>,
  rules: ReadingRules,
  epoch: Epoch,
): ReadRow {
  const given: Record<string, string | number | boolean | null> = {};
  const errors: CellIssue[] = [];
  const warnings: CellIssue[] = [];
  for (const column of columns) {
    const cell = cells.get(column);
    if (!cell) continue;
    const { value, error, warning } = readCell(column, cell, rules, epoch);
    if (error) errors.push({ column, ...error });
    else if (value !== undefined) given[fieldOf[column]] = value;
    if (warning) warnings.push({ column, ...warning });
  }
  return { given, errors, warnings };
}

type Issue = Omit<CellIssue, 'column'>;
interface Reading {
  value?: string | number | boolean | null;
  error?: Issue;
  warning?: Issue;
}

/** Reads one cell by the rule of its column. */
export function readCell(
  column: Column,
  cell: Cell,
  rules: ReadingRules,
  epoch: Epoch = 1900,
): Reading {
  if (cell.kind === 'formula')
    return refused('formula', cell.text, 'a value; formulas are not worked out');
  if (cell.kind === 'error') return refused('cell_error', cell.text, 'a value');
  return readerOf[column](cell, rules, epoch);
}

type Plain = Exclude<Cell, { kind: 'formula' } | { kind: 'error' }>;
type Reader = (cell: Plain, rules: ReadingRules, epoch: Epoch) => Reading;

const readerOf: Record<Column, Reader> = {
  account_name: (cell, _rules, epoch) => {
    if (/^[\p{DI}\p{Z}\s]*$/u.test(textOf(cell)))
      return refused('required', '', 'a name of 1 to 80 characters, in every row');
    return readText(cell, epoch, NewUser.shape.accountName, 80);
  },
  service_type: (cell, { services }) => {
    const text = textOf(cell).trim();
    if (text === '') return { value: null };
    const key = nameKey(text);
    const service = services.find(
      ({ name, aliases }) => nameKey(name) === key || aliases.includes(key),
    );
    if (service) return { value: service.name };
    const names = services.map(({ name }) => name);
    return refused('unknown_service', text, names.join(', '), nearestService(key, services));
  },
  contact: (cell, _rules, epoch) => readText(cell, epoch, NewUser.shape.contact, 200),
  expire_date: (cell, { dateOrder }, epoch) => {
    if (cell.kind === 'number') return asReading(readSerial(cell.value, epoch), textOf(cell));
    const text = textOf(cell).trim();
    if (text === '') return { value: null };
    return asReading(readDateText(text, dateOrder), text);
  },
  total_devices: (cell) =>
    readNumber(
      cell,
      NewUser.shape.totalDevices,
      `a whole number from 0 to 100000, or ${UNLIMITED}`,
    ),
  data_limit_gb: (cell) =>
    readNumber(cell, NewUser.shape.dataLimitGb, `a number from 0 to 10000000, or ${UNLIMITED}`),
  remark: (cell, _rules, epoch) => readText(cell, epoch, NewUser.shape.remark, 1000),
  enabled: (cell) => {
    const text = textOf(cell).trim().toLowerCase();
    if (text === '') return { value: null };
    if (['true', 'yes', '1'].includes(text)) return { value: true };
    if (['false', 'no', '0'].includes(text)) return { value: false };
    return refused('not_yes_or_no', text, 'true or false');
  },
};

function textOf(cell: Plain): string {
  if (cell.kind === 'blank') return '';
  return cell.kind === 'text' ? cell.text : String(cell.value);
}

function readText(
  cell: Plain,
  epoch: Epoch,
  contract: typeof NewUser.shape.accountName | typeof NewUser.shape.contact,
  maxLength: number,
): Reading {
  // 5/1/2026 typed into a remark became a date: its number would say nothing to anybody.
  const day = cell.kind === 'number' && cell.isDate ? readSerial(cell.value, epoch) : undefined;
  const text = day?.kind === 'date' ? day.date : textOf(cell);
  const parsed = contract.safeParse(text);
  if (parsed.success) return { value: parsed.data ?? null, ...doubtsOf(cell, text) };
  if (text.trim().normalize('NFC').length > maxLength)
    return refused('too_long', text, `at most ${maxLength} characters`);
  const clean = text
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return refused(
    'control_characters',
    text,
    'text without line breaks and control characters',
    clean,
  );
}

/** What a spreadsheet program may have spoilt, or a person cannot see. */
function doubtsOf(cell: Plain, text: string): Pick<Reading, 'warning'> {
  // A cell keeps fifteen digits.
  const isRounded = cell.kind === 'number' && Math.abs(cell.value) >= 1e15;
  if (isRounded || /^\d(\.\d+)?E\+\d+$/i.test(text))
    return doubted('rounded_number', text, 'text: a long number in a cell loses its last digits');
  // Joiners belong to words and emoji of many languages.
  const visible = text.replace(/(?!\u200C|\u200D|[\u{E0020}-\u{E007F}])\p{Cf}/gu, '');
  if (visible !== text)
    return doubted(
      'invisible_characters',
      text,
      'text without invisible characters',
      visible.trim(),
    );
  return {};
}

function readNumber(
  cell: Plain,
  contract: typeof NewUser.shape.totalDevices | typeof NewUser.shape.dataLimitGb,
  accepted: string,
): Reading {
  const text = textOf(cell).trim();
  if (text === '') return { value: null };
  if (text.toLowerCase() === UNLIMITED) return { value: UNLIMITED };
  if (cell.kind === 'boolean' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    const [, digits] = /^(\d+(?:[.,]\d+)?)\s*(?:gb|devices?)?$/i.exec(text) ?? [];
    return refused('not_a_number', text, accepted, digits?.replace(',', '.') ?? null);
  }
  const parsed = contract.safeParse(Number(text));
  return parsed.success && parsed.data !== undefined
    ? { value: parsed.data }
    : refused('out_of_range', text, accepted);
}

function nearestService(key: string, services: ReadingRules['services']): string | null {
  const keys = services.flatMap(({ name, aliases }) => [nameKey(name), ...aliases]);
  const best = nearest(key, keys, (candidate) => candidate, Number.POSITIVE_INFINITY);
  const service = services.find(
    ({ name, aliases }) => best !== null && (nameKey(name) === best || aliases.includes(best)),
  );
  return service?.name ?? null;
}

function asReading(read: ReturnType<typeof readDateText>, found: string): Reading {
  const accepted = 'a date as YYYY-MM-DD, a date cell, or nothing for never';
  if (read.kind === 'wrong') return refused(read.code, found, accepted, read.suggestion);
  const isUnlikely = read.date < '2000-01-01' || read.date > '2100-12-31';
  return {
    value: read.date,
    ...(isUnlikely && doubted('unlikely_date', found, 'a date of this century', read.date)),
  };
}

function refused(
  code: string,
  found: string,
  accepted: string,
  suggestion: string | null = null,
): Pick<Reading, 'error'> {
  return { error: issue(code, found, accepted, suggestion) };
}

function doubted(
  code: string,
  found: string,
  accepted: string,
  suggestion: string | null = null,
): Pick<Reading, 'warning'> {
  return { warning: issue(code, found, accepted, suggestion) };
}

function issue(code: string, found: string, accepted: string, suggestion: string | null): Issue {
  return {
    code,
    found: shown(found),
    accepted: shown(accepted),
    suggestion: suggestion === null ? null : shown(suggestion),
  };
}
