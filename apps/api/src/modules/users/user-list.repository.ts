import type { CalendarDate } from '@cmp/shared/primitives';
import type { StatusBounds } from '@cmp/shared/status';
import type {
  AnchorQuery,
  Anchors,
  StatusCounts,
  User,
  UserList,
  UserQuery,
  UserSort,
} from '@cmp/shared/users';
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { type Slot, statements } from '#database/statement.ts';
import { type BoundsSql, statusCountsSql } from '#database/status.ts';
import { AppError } from '#lib/errors.ts';
import type { Scope } from '#plugins/access.ts';
import {
  type CursorSql,
  orderOf,
  readCursor,
  type UserCursor,
  type UserOrder,
  writeCursor,
} from './user-cursor.ts';
import { hasStatus, living, livingIn, livingOn, matches } from './user-filter.ts';
import { columnsOf } from './users.repository.ts';

interface Listing {
  scope: Scope;
  /** One server's users, or everybody's in the scope. */
  serverId?: number;
  bounds: StatusBounds;
}

/** A page of users with the counts by status, in one statement. */
export async function listUsers(db: Db, listing: Listing, query: UserQuery): Promise<UserList> {
  const { bounds } = listing;
  const order = orderOf(query.sort ?? 'name');
  refuseTwoPlaces(query);
  const isBackwards = query.before !== undefined || query.last === true;
  const cursor = query.before ?? query.cursor;
  const from = cursor === undefined ? undefined : readCursor(order.sort, cursor);
  const most = query.limit + 1;

  const rows = isWhole(listing, query)
    ? await wholeList(
        db,
        { sort: order.sort, isBackwards, isOnward: !!from, isOfServer: !!listing.serverId },
        { ...bounds, ...from, most, serverId: listing.serverId },
      )
    : await db
        .executeQuery(
          pageQuery(db, {
            ...{ bounds, order, isBackwards, from, most },
            isSearch: !!query.q,
            among: sql`${livingIn(listing.scope, listing.serverId)}
              and ${matches(query, listing.serverId)}`,
            status: hasStatus(query.status ?? [], bounds),
          }),
        )
        .then((found) => found.rows);
  return asPage(rows, order, query, isBackwards);
}

/** No filter, and everybody's or one server's: a list whose plan is the same for all values. */
function isWhole({ scope, serverId }: Listing, query: UserQuery): boolean {
  const { q, status, service, expiresFrom, expiresTo, enabled } = query;
  const isFiltered = [q, status, service, expiresFrom, expiresTo, enabled].some(
    (asked) => asked !== undefined,
  );
  return !isFiltered && (serverId !== undefined || scope.serverIds === 'all');
}

interface WholeShape {
  sort: UserSort;
  isBackwards: boolean;
  isOnward: boolean;
  isOfServer: boolean;
}

type WholeValues = StatusBounds &
  Partial<UserCursor> & { serverId: number | undefined; most: number };

const wholeList = statements((db, slot: Slot<WholeValues>, shape: WholeShape) =>
  pageQuery(db, {
    bounds: { today: slot('today'), soonUntil: slot('soonUntil') },
    order: orderOf(shape.sort),
    isBackwards: shape.isBackwards,
    from: shape.isOnward ? { key: slot('key'), id: slot('id') } : undefined,
    most: slot('most'),
    isSearch: false,
    among: shape.isOfServer ? livingOn(slot('serverId')) : living,
    status: sql`true`,
  }),
);

interface PageSql {
  bounds: BoundsSql;
  order: UserOrder;
  isBackwards: boolean;
  /** Where the page begins, if not at an end of the list. */
  from: CursorSql | undefined;
  most: number | RawBuilder<number>;
  isSearch: boolean;
  /** Which users are counted; of them, the page has those with the status. */
  among: RawBuilder<boolean>;
  status: RawBuilder<boolean>;
}

function pageQuery(
  db: Db,
  { bounds, order, isBackwards, from, most, isSearch, among, status }: PageSql,
): CompiledQuery<PageRow> {
  return db
    .with(
      // What a search found is found once and sorted then: an index in the list's order would mislead the
      // planner for common words. Without one, the order's index gives the page.
      (cte) => (isSearch ? cte('found').materialized() : cte('found').notMaterialized()),
      () =>
        db
          .selectFrom('users')
          .select(['users.id', 'enabled', 'expiresOn', 'nameKey', 'users.position'])
          .where(among),
    )
    .with('counted', (found) =>
      found.selectFrom('found as users').select(statusCountsSql(bounds).as('counts')),
    )
    .with('placed', (found) =>
      found
        .selectFrom('found as users')
        .select('users.id')
        .where(status)
        .where(from ? order.isPast(from, isBackwards) : sql<boolean>`true`)
        .orderBy(order.orderBy(isBackwards))
        .limit(most),
    )
    .with('page', (placed) =>
      placed
        .selectFrom('placed')
        .innerJoin('users', 'users.id', 'placed.id')
        .innerJoin('servers', 'servers.id', 'users.serverId')
        .leftJoin('services', 'services.id', 'users.serviceId')
        .select(columnsOf(bounds))
        .select(order.keyText.as('key'))
        .select(sql`row_number() over (order by ${order.orderBy(isBackwards)})`.as('place')),
    )
    .selectFrom('counted')
    .leftJoin('page', (join) => join.onTrue())
    .selectAll('page')
    .select((eb) => eb.ref('counted.counts').as('counts'))
    .orderBy('place')
    .compile();
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

type FoundRow = User & { key: string };
/** Without a row on the page there are still the counts. */
type PageRow = { [Field in keyof FoundRow]: FoundRow[Field] | null } & { counts: StatusCounts };

function asPage(
  rows: PageRow[],
  order: UserOrder,
  query: UserQuery,
  isBackwards: boolean,
): UserList {
  const counts = rows[0]?.counts ?? { all: 0, active: 0, soon: 0, expired: 0, disabled: 0 };
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
