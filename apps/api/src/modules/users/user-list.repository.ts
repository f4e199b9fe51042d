import type { CalendarDate } from '@cmp/shared/primitives';
import type {
  AnchorQuery,
  Anchors,
  StatusCounts,
  User,
  UserFilter,
  UserList,
  UserQuery,
  UserSort,
} from '@cmp/shared/users';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { statusCountsSql } from '#database/status.ts';
import { AppError } from '#lib/errors.ts';
import { orderOf, readCursor, writeCursor } from './user-cursor.ts';
import { hasStatus, livingIn, matches } from './user-filter.ts';
import {
  type FoundRow,
  findPage,
  type Listing,
  type PagePlace,
  type PageRow,
} from './user-page.repository.ts';
import { columnsOf } from './users.repository.ts';

type ShareCounts = (key: string, run: () => Promise<StatusCounts>) => Promise<StatusCounts>;

/**
 * A page across servers: an index gives the rows at once, and those who ask at the same time, wherever they are
 * in the list, share the count of all. A search finds both at once.
 */
export async function listAllUsers(
  db: Db,
  share: ShareCounts,
  listing: Listing,
  query: UserQuery,
): Promise<UserList> {
  if (query.q) return listUsers(db, listing, query);
  const { service, expiresFrom, expiresTo, enabled } = query;
  const filter = { service, expiresFrom, expiresTo, enabled };
  const asked = JSON.stringify([listing.scope.serverIds, filter, listing.bounds]);
  const place = placeOf(query);
  const [rows, counts] = await Promise.all([
    findPage(db, listing, query, place, { isCounted: false }),
    share(asked, () => countUsers(db, listing, filter)),
  ]);
  return asPage(rows, counts, query, place);
}

async function countUsers(db: Db, listing: Listing, filter: UserFilter): Promise<StatusCounts> {
  const { counts } = await db
    .selectFrom('users')
    .select(statusCountsSql(listing.bounds).as('counts'))
    .where(livingIn(listing.scope, listing.serverId))
    .where(matches(filter, listing.serverId))
    .executeTakeFirstOrThrow();
  return counts;
}

/** A page of users with the counts by status, in one statement. */
export async function listUsers(db: Db, listing: Listing, query: UserQuery): Promise<UserList> {
  const place = placeOf(query);
  const rows = await findPage(db, listing, query, place, { isCounted: true });
  return asPage(rows, rows[0]?.counts ?? none, query, place);
}

const none: StatusCounts = { all: 0, active: 0, soon: 0, expired: 0, disabled: 0 };

function placeOf(query: UserQuery): PagePlace {
  refuseTwoPlaces(query);
  const order = orderOf(query.sort ?? 'name');
  const isBackwards = query.before !== undefined || query.last === true;
  const cursor = query.before ?? query.cursor;
  const from = cursor === undefined ? undefined : readCursor(order.sort, cursor);
  return { order, isBackwards, from, most: query.limit + 1 };
}

function refuseTwoPlaces({ cursor, before, last }: UserQuery): void {
  const places = [cursor !== undefined, before !== undefined, last === true];
  if (places.filter(Boolean).length > 1)
    throw new AppError('invalid_request', 'A page is after a cursor, before one, or the last.');
}

/** The cursors behind every n-th row, so that any window of a long list is one keyset fetch. */
export async function listAnchors(db: Db, listing: Listing, query: AnchorQuery): Promise<Anchors> {
  const order = orderOf(query.sort ?? 'name');
  // The last row is known by none being behind it: a count over all would hold them all in memory.
  const { rows } = await sql<{ key: string; id: number; place: number }>`
    select ${order.keyText} as key, id, place from (
      select users.id, name_key, expires_on, position,
        row_number() over list as place,
        lead(users.id) over list is null as is_last
      from users
      where ${livingIn(listing.scope, listing.serverId)}
        and ${matches(query, listing.serverId)}
        and ${hasStatus(query.status ?? [], listing.bounds)}
      window list as (order by ${order.orderBy(false)})
    ) as users
    where place % ${query.every} = 0 or is_last
    order by place`.execute(db);

  const total = rows.at(-1)?.place ?? 0;
  const anchors = rows.filter(({ place }) => place % query.every === 0 && place < total);
  return { items: anchors.map((anchor) => writeCursor(order.sort, anchor)), total };
}

/** A page by its number, for who turns pages one by one and keeps no cursor. */
export async function listNumberedPage(
  db: Db,
  { scope, serverId, bounds }: Listing,
  filter: UserFilter,
  { sort, page, size }: { sort: UserSort; page: number; size: number },
): Promise<{ items: User[]; total: number }> {
  const counts = await countUsers(db, { scope, bounds, ...(serverId && { serverId }) }, filter);
  const items = await db
    .selectFrom('users')
    .innerJoin('servers', 'servers.id', 'users.serverId')
    .leftJoin('services', 'services.id', 'users.serviceId')
    .select(columnsOf(bounds))
    .where(livingIn(scope, serverId))
    .where(matches(filter, serverId))
    .where(hasStatus(filter.status ?? [], bounds))
    .orderBy(orderOf(sort).orderBy(false))
    .limit(size)
    .offset((page - 1) * size)
    .execute();
  return { items, total: totalOf(counts, filter.status ?? []) };
}

/** The enabled users whose term ends soonest, from a day on: who to renew next. */
export async function listNextToExpire(
  db: Db,
  { scope, bounds }: Listing,
  from: CalendarDate,
  most: number,
): Promise<User[]> {
  return db
    .selectFrom('users')
    .innerJoin('servers', 'servers.id', 'users.serverId')
    .leftJoin('services', 'services.id', 'users.serviceId')
    .select(columnsOf(bounds))
    .where(livingIn(scope))
    .where('users.enabled', '=', true)
    .where('users.expiresOn', '>=', from)
    .where('users.expiresOn', '<', 'infinity')
    .orderBy('users.expiresOn')
    .orderBy('users.id')
    .limit(most)
    .execute();
}

function asPage(
  rows: PageRow[],
  counts: StatusCounts,
  query: UserQuery,
  { order, isBackwards }: PagePlace,
): UserList {
  const found = rows.filter((row): row is FoundRow & PageRow => row.id !== null);
  const hasMore = found.length > query.limit;
  const page = found.slice(0, query.limit);
  if (isBackwards) page.reverse();

  const [first, last] = [page.at(0), page.at(-1)];
  const isAtStart = isBackwards ? !hasMore : query.cursor === undefined;
  const isAtEnd = isBackwards ? query.last === true : !hasMore;
  return {
    items: page,
    total: totalOf(counts, query.status ?? []),
    counts,
    ...(last && !isAtEnd && { nextCursor: writeCursor(order.sort, last) }),
    ...(first && !isAtStart && { previousCursor: writeCursor(order.sort, first) }),
  };
}

function totalOf(counts: StatusCounts, statuses: readonly (keyof StatusCounts)[]): number {
  if (statuses.length === 0) return counts.all;
  return [...new Set(statuses)].reduce((total, status) => total + counts[status], 0);
}
