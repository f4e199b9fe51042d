import type { StatusBounds } from '@cmp/shared/status';
import type { StatusCounts, User, UserQuery, UserSort } from '@cmp/shared/users';
import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { type Slot, statements } from '#database/statement.ts';
import { type BoundsSql, statusCountsSql } from '#database/status.ts';
import type { Scope } from '#plugins/access.ts';
import { type CursorSql, orderOf, type UserCursor, type UserOrder } from './user-cursor.ts';
import { hasStatus, living, livingIn, livingOn, matches } from './user-filter.ts';
import { columnsOf } from './users.repository.ts';

export interface Listing {
  scope: Scope;
  /** One server's users, or everybody's in the scope. */
  serverId?: number;
  bounds: StatusBounds;
}

/** Which rows of the list a page has, and in which order. */
export interface PagePlace {
  order: UserOrder;
  isBackwards: boolean;
  /** Where the page begins, if not at an end of the list. */
  from: UserCursor | undefined;
  most: number;
}

export type FoundRow = User & { key: string };
/** Without a row on the page there are still the counts, where they are asked for. */
export type PageRow = { [Field in keyof FoundRow]: FoundRow[Field] | null } & {
  counts: StatusCounts | null;
};

/** The rows of a page, each with the counts of the whole list where they are asked for. */
export async function findPage(
  db: Db,
  { scope, serverId, bounds }: Listing,
  query: UserQuery,
  place: PagePlace,
  { isCounted }: { isCounted: boolean },
): Promise<PageRow[]> {
  const { order, isBackwards, from, most } = place;
  if (isWhole(scope, serverId, query)) {
    const shape = { sort: order.sort, isBackwards, isCounted };
    return wholeList(
      db,
      { ...shape, isOnward: from !== undefined, isOfServer: serverId !== undefined },
      { ...bounds, ...from, most, serverId },
    );
  }
  const { rows } = await db.executeQuery(
    pageQuery(db, {
      ...place,
      bounds,
      isSearch: !!query.q,
      isCounted,
      among: sql`${livingIn(scope, serverId)} and ${matches(query, serverId)}`,
      status: hasStatus(query.status ?? [], bounds),
    }),
  );
  return rows;
}

/** No filter, and everybody's or one server's: a list whose plan is the same for all values. */
function isWhole(scope: Scope, serverId: number | undefined, query: UserQuery): boolean {
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
  isCounted: boolean;
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
    isCounted: shape.isCounted,
    among: shape.isOfServer ? livingOn(slot('serverId')) : living,
    status: sql`true`,
  }),
);

interface PageSql extends Omit<PagePlace, 'from' | 'most'> {
  bounds: BoundsSql;
  from: CursorSql | undefined;
  most: number | RawBuilder<number>;
  isSearch: boolean;
  isCounted: boolean;
  /** Which users are counted; of them, the page has those with the status. */
  among: RawBuilder<boolean>;
  status: RawBuilder<boolean>;
}

function pageQuery(
  db: Db,
  { bounds, order, isBackwards, from, most, isSearch, isCounted, among, status }: PageSql,
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
      isCounted
        ? found.selectFrom('found as users').select(statusCountsSql(bounds).as('counts'))
        : found.selectNoFrom(sql<StatusCounts>`null::json`.as('counts')),
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
