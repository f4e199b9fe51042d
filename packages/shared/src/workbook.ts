import type { GeneralSettings } from './settings/general.ts';
import type { NewUser } from './users.ts';

/** What a spreadsheet of users can hold, in the order in which it is written. */
export const columns = [
  'account_name',
  'service_type',
  'contact',
  'expire_date',
  'total_devices',
  'data_limit_gb',
  'remark',
  'enabled',
] as const;
export type Column = (typeof columns)[number];

/** The columns of every file we write; `enabled` comes only where it is asked for. */
export const plainColumns = columns.filter((column) => column !== 'enabled');

export const fieldOf = {
  account_name: 'accountName',
  service_type: 'service',
  contact: 'contact',
  expire_date: 'expiresOn',
  total_devices: 'totalDevices',
  data_limit_gb: 'dataLimitGb',
  remark: 'remark',
  enabled: 'enabled',
} as const satisfies Record<Column, keyof NewUser>;

/** Files of older portals carry these; they mean nothing here. */
const ignored = ['id', 'server_id'];

/** How a number that says "no limit" is written and read. */
export const UNLIMITED = 'unlimited';

/** What bounds a file. */
export const workbookLimits = {
  bytes: 20_000_000,
  unpackedBytes: 100_000_000,
  entries: 2_000,
  ratio: 100,
  rows: 100_000,
} as const;

export const importModes = ['merge', 'mirror'] as const;
export type ImportMode = (typeof importModes)[number];

/** What the reading of a file depends on beside the file. */
export interface ReadingRules {
  dateOrder: GeneralSettings['dateOrder'];
  services: readonly { name: string; aliases: readonly string[] }[];
}

/** Where each column stands; or why the header cannot be used. */
export type Header =
  | { kind: 'columns'; places: ReadonlyMap<Column, number> }
  | { kind: 'unknown'; names: { name: string; suggestion: Column | null }[] }
  | { kind: 'duplicate'; names: string[] }
  | { kind: 'incomplete'; names: Column[] };

/** Reads the header, by the place of each name, without regard to case, spaces or underscores. */
export function readHeader(names: ReadonlyMap<number, string>): Header {
  const places = new Map<Column, number>();
  const unknown: { name: string; suggestion: Column | null }[] = [];
  const duplicate: string[] = [];
  const seen = new Set<string>();

  for (const [place, name] of names) {
    const key = headerKey(name);
    if (key === '') continue;
    const column = columns.find((known) => headerKey(known) === key);
    if (seen.has(key)) duplicate.push(shown(name));
    else if (column) places.set(column, place);
    else if (!ignored.some((known) => headerKey(known) === key))
      unknown.push({ name: shown(name), suggestion: nearest(key, columns, headerKey) });
    seen.add(key);
  }

  if (unknown.length > 0) return { kind: 'unknown', names: unknown };
  if (duplicate.length > 0) return { kind: 'duplicate', names: duplicate };
  if (!places.has('account_name')) return { kind: 'incomplete', names: ['account_name'] };
  return { kind: 'columns', places };
}

function headerKey(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_\uFEFF]+/g, '');
}

/** The candidate that the fewest strokes lead to; null where hardly a stroke would stay. */
export function nearest<Candidate extends string>(
  key: string,
  candidates: readonly Candidate[],
  keyOf: (candidate: Candidate) => string,
  mostOfLength = 0.35,
): Candidate | null {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(key, keyOf(candidate)) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  const most = Math.max(2, key.length * mostOfLength);
  return best && best.distance <= most ? best.candidate : null;
}

/** How many strokes lead from one text to another; long texts are compared by their beginning. */
export function editDistance(from: string, to: string): number {
  const [a, b] = [[...from].slice(0, 60), [...to].slice(0, 60)];
  let row = b.map((_, index) => index + 1);
  for (const [i, mine] of a.entries()) {
    let left = i + 1;
    let diagonal = i;
    row = b.map((theirs, j) => {
      const above = row[j] ?? 0;
      const cost = Math.min(above + 1, left + 1, diagonal + (mine === theirs ? 0 : 1));
      diagonal = above;
      left = cost;
      return cost;
    });
  }
  return row.at(-1) ?? a.length;
}

/** A file's text as an answer may repeat it: short, and nothing in it that would not be seen. */
export function shown(text: string): string {
  const visible = text.toWellFormed().replace(/\p{Cc}/gu, '\u{FFFD}');
  return visible.length > 100 ? `${visible.slice(0, 100).toWellFormed()}…` : visible;
}
