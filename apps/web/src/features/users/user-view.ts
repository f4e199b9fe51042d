import { CalendarDate } from '@cmp/shared/primitives';
import { Status } from '@cmp/shared/status';
import { UserSort } from '@cmp/shared/users';
import { type ColumnId, isColumnId } from './user-columns.ts';

/** What of the users is shown, and how: everything that the page's address says. */
export interface UserView {
  q: string;
  status: Status | undefined;
  services: readonly string[];
  /** Days on which a term ends, both included. */
  expires: { from: CalendarDate; to: CalendarDate } | undefined;
  sort: UserSort;
  /** The columns someone chose; undefined is the usual ones. */
  columns: readonly ColumnId[] | undefined;
  /** The user in the drawer, or the form for a new one. */
  open: number | 'new' | undefined;
}

/** Reads an address. What it cannot mean is left out, so that an old or mistyped link still shows users. */
export function viewOf(search: URLSearchParams): UserView {
  const open = search.get('row');
  return {
    q: search.get('q') ?? '',
    status: Status.safeParse(search.get('status')).data,
    services: listIn(search, 'service'),
    expires: daysIn(search.get('exp')),
    sort: UserSort.safeParse(search.get('sort')).data ?? 'name',
    columns: search.has('cols') ? listIn(search, 'cols').filter(isColumnId) : undefined,
    open: open === 'new' ? open : positiveIn(open),
  };
}

/** Writes a view as an address; what is as usual is not said. */
export function searchOf(view: UserView): URLSearchParams {
  const search = new URLSearchParams();
  if (view.status) search.set('status', view.status);
  if (view.services.length > 0) search.set('service', view.services.join(','));
  if (view.expires) search.set('exp', daysText(view.expires));
  if (view.q) search.set('q', view.q);
  if (view.sort !== 'name') search.set('sort', view.sort);
  if (view.columns) search.set('cols', view.columns.join(','));
  if (view.open !== undefined) search.set('row', String(view.open));
  return search;
}

/** The same question as the API asks it. */
export function apiQueryOf(view: Omit<UserView, 'columns' | 'open'>): URLSearchParams {
  const query = new URLSearchParams();
  if (view.q.trim()) query.set('q', view.q.trim());
  if (view.status) query.set('status', view.status);
  if (view.services.length > 0) query.set('service', view.services.join(','));
  if (view.expires) {
    query.set('expiresFrom', view.expires.from);
    query.set('expiresTo', view.expires.to);
  }
  query.set('sort', view.sort);
  return query;
}

/** How many filters narrow the list, the segment among them. */
export function filterCount({ q, status, services, expires }: UserView): number {
  return [q.trim() !== '', status, services.length > 0, expires].filter(Boolean).length;
}

/** The view with every filter lifted. */
export function withoutFilters(view: UserView): UserView {
  return { ...view, q: '', status: undefined, services: [], expires: undefined };
}

const listIn = (search: URLSearchParams, name: string) =>
  (search.get(name) ?? '').split(',').filter(Boolean);

function daysIn(text: string | null): UserView['expires'] {
  const [first, last = first] = (text ?? '').split('..');
  const from = CalendarDate.safeParse(first).data;
  const to = CalendarDate.safeParse(last).data;
  if (!from || !to) return undefined;
  return from <= to ? { from, to } : { from: to, to: from };
}

const daysText = ({ from, to }: { from: string; to: string }) =>
  from === to ? from : `${from}..${to}`;

function positiveIn(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}
