import type { CalendarDate } from '@cmp/shared/primitives';
import type { StatusBounds } from '@cmp/shared/status';
import type {
  AnchorQuery,
  Anchors,
  StatusCounts,
  User,
  UserList,
  UserQuery,
} from '@cmp/shared/users';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { statusCountsSql } from '#database/status.ts';
import type { Scope } from '#plugins/access.ts';
import { orderOf, readCursor, type UserOrder, writeCursor } from './user-cursor.ts';
import { hasStatus, livingIn, matches } from './user-filter.ts';
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
  const isBackwards = query.before !== undefined || query.last === true;
  const cursor = query.before ?? query.cursor;

  const rows = await db
    .with(
      // A search is found once, then counted and sorted: an index in the list's order would mislead the planner
      // for common words. Anything else is counted and read by indexes of its own.
      (cte) => (query.q ? cte('found').materialized() : cte('found').notMaterialized()),
      (cte) =>
        cte
          .selectFrom('users')
          // No more than orders and counts, so that a hundred thousand found fit in memory.
          .select(['users.id', 'nameKey', 'expiresOn', 'position', 'enabled'])
          .where(livingIn(listing.scope, listing.serverId))
          .where(matches(query, listing.serverId)),
    )
    .with('counted', (cte) =>
      cte.selectFrom('found as users').select(statusCountsSql(bounds).as('counts')),
    )
    .with('top', (cte) =>
      cte
        .selectFrom('found as users')
        .select(['users.id', order.keyText.as('key')])
        .where(hasStatus(query.status ?? [], bounds))
        .$if(cursor !== undefined, (page) =>
          page.where(order.isPast(readCursor(order.sort, cursor ?? ''), isBackwards)),
        )
        .orderBy(order.orderBy(isBackwards))
        .limit(query.limit + 1),
    )
    .with('page', (cte) =>
      cte
        .selectFrom('top')
        .innerJoin('users', 'users.id', 'top.id')
        .innerJoin('servers', 'servers.id', 'users.serverId')
        .leftJoin('services', 'services.id', 'users.serviceId')
        .select(columnsOf(bounds))
        .select('top.key')
        .orderBy(order.orderBy(isBackwards)),
    )
    .selectFrom('counted')
    .leftJoin('page', (join) => join.onTrue())
    .selectAll('page')
    .select((eb) => eb.ref('counted.counts').as('counts'))
    .execute();

  return asPage(rows, order, query, isBackwards);
}

/** The cursors behind every n-th row, so that any window of a long list is one keyset fetch. */
export async function listAnchors(db: Db, listing: Listing, query: AnchorQuery): Promise<Anchors> {
  const order = orderOf(query.sort ?? 'name');
  const { rows } = await sql<{ key: string; id: number; place: number; total: number }>`
    select key, id, place, total from (
      select ${order.keyText} as key, users.id,
        row_number() over (order by ${order.orderBy(false)}) as place,
        count(*) over () as total
      from users
      where ${livingIn(listing.scope, listing.serverId)}
        and ${matches(query, listing.serverId)}
        and ${hasStatus(query.status ?? [], listing.bounds)}
    ) as placed
    where place % ${query.every} = 0 or place = total
    order by place`.execute(db);

  const total = rows.at(-1)?.total ?? 0;
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
