import {
  type AuditEntry,
  type AuditFilter,
  type AuditQuery,
  type Change,
  COUNTED_AT_MOST,
} from '@cmp/shared/changes';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '#database/client.ts';
import type { Scope } from '#plugins/access.ts';

/** Which entries: the days are the site's. */
export type AuditWish = AuditFilter & Pick<AuditQuery, 'beforeChange'> & { timeZone?: string };

/** The entry behind which a page begins. */
export interface AuditPosition {
  changeId: number;
  id: number;
}

/** The changes with an entry in the scope, newest first. */
export async function listChanges(
  db: Db,
  scope: Scope,
  wish: { before?: number | undefined; changeId?: number; limit: number },
): Promise<Change[]> {
  const { rows } = await sql<Change>`
    select c.id, c.at, c.account_id, c.account_name, c.via, c.action, c.reason, c.months, c.undoes_change_id,
      (select max(undo.id) from changes undo where undo.undoes_change_id = c.id)
        as undone_by_change_id,
      (select count(*) from entries e
        where e.change_id = c.id and ${within(scope)}) as entry_count
    from changes c
    where ${known(scope)}
      and ${wish.before === undefined ? sql`true` : sql`c.id < ${wish.before}`}
      and ${wish.changeId === undefined ? sql`true` : sql`c.id = ${wish.changeId}`}
    order by c.id desc limit ${wish.limit}`.execute(db);
  return rows;
}

/** Counts them, but only so far. */
export async function countChanges(db: Db, scope: Scope): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from (
      select from changes c where ${known(scope)} limit ${COUNTED_AT_MOST}) as counted`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Whether the scope holds an entry of the change `c`; to an admin also one that altered no row is known. */
function known({ serverIds }: Scope): RawBuilder<unknown> {
  if (serverIds === 'all') return sql`true`;
  return sql`exists (select from unnest(${serverIds}::int[]) as mine (id)
    cross join lateral (select from entries e
      where e.server_id = mine.id and e.change_id = c.id and e.at = c.at limit 1) as entry)`;
}

function within({ serverIds }: Scope): RawBuilder<unknown> {
  return serverIds === 'all' ? sql`true` : sql`e.server_id = any(${serverIds}::int[])`;
}

/** A page of entries in the scope, newest change first, each with the names that its rows have now. */
export async function listEntries(
  db: Db,
  scope: Scope,
  wish: AuditWish,
  before: AuditPosition | undefined,
  limit: number,
): Promise<AuditEntry[]> {
  const { rows } = await sql<AuditEntry>`
    with page as materialized (${pageOf(scope, wish, before, limit)})
    select page.id, page.at, page.change_id, c.action, c.account_id, c.account_name, c.via, c.reason, c.months, c.ip,
      coalesce(e.table_name, 'changes') as "table", coalesce(e.row_id, 0) as row_id, e.server_id, s.name as server_name,
      coalesce(
        case e.table_name when 'servers' then s.name when 'users' then u.account_name
          when 'services' then v.name when 'telegram_chats' then t.name else coalesce(a.username, g.username, i.purpose) end,
        e.after ->> 'account_name', e.before ->> 'account_name', e.after ->> 'name',
        e.before ->> 'name', e.after ->> 'username', e.before ->> 'username', e.after ->> 'section',
        e.after ->> 'purpose', e.before ->> 'purpose'
      ) as row_name,
      coalesce(e.before, '{}') as before, coalesce(e.after, '{}') as after
    from page
    join changes c on c.id = page.change_id
    left join entries e on e.id = page.id and e.at = page.at
    left join servers s on s.id = e.server_id
    -- Where a transfer took the user to another server, its name is that server's to tell.
    left join users u on e.table_name = 'users' and u.id = e.row_id and u.server_id = e.server_id
    left join services v on e.table_name = 'services' and v.id = e.row_id
    left join accounts a on e.table_name = 'accounts' and a.id = e.row_id
    left join telegram_chats t on e.table_name = 'telegram_chats' and t.id = e.row_id
    left join images i on e.table_name = 'images' and i.id = e.row_id
    left join accounts g on e.table_name in ('grants', 'images', 'notification_preferences') and g.id = coalesce(
      e.after ->> 'account_id', e.before ->> 'account_id', i.account_id::text)::integer
    order by page.change_id desc, page.id desc`.execute(db);
  return rows;
}

/**
 * Where a page's rows are. Of each server alone and then together, since the index of one server is in the
 * page's order, and that of several is not.
 */
function pageOf(
  { serverIds }: Scope,
  wish: AuditWish,
  before: AuditPosition | undefined,
  limit: number,
): RawBuilder<unknown> {
  const asked = matching(wish);
  const behind = before ? sql`(e.change_id, e.id) < (${before.changeId}, ${before.id})` : sql`true`;
  const columns = sql`e.id, e.at, e.change_id`;
  const inOrder = sql`order by change_id desc, id desc limit ${limit}`;
  if (serverIds === 'all' && wish.serverId === undefined)
    return sql`(select ${columns} from entries e ${asked.from}
        where ${behind} and ${asked.where} ${inOrder})
      union all (${actsWithoutRows(wish, before, limit)}) ${inOrder}`;

  const ofServers =
    wish.serverId === undefined ? sql`${serverIds}::int[]` : sql`array[${wish.serverId}]::int[]`;
  const allowed = serverIds === 'all' ? sql`true` : sql`mine.id = any(${serverIds}::int[])`;
  return sql`select entry.* from unnest(${ofServers}) as mine (id)
    cross join lateral (
      select ${columns} from entries e ${asked.from}
      where e.server_id = mine.id and ${behind} and ${asked.where} ${inOrder}) as entry
    where ${allowed} ${inOrder}`;
}

/** Whoever took a key or read a secret altered nothing, and is to be seen all the same. The index is of this very list. */
function actsWithoutRows(
  wish: AuditWish,
  before: AuditPosition | undefined,
  limit: number,
): RawBuilder<unknown> {
  const behind = before ? sql`(c.id, 0) < (${before.changeId}, ${before.id})` : sql`true`;
  const asked = [
    // They are no row, and of no table.
    (wish.table !== undefined || wish.rowId !== undefined) && sql`false`,
    ...ofChange(wish),
    wish.changeId !== undefined && sql`c.id = ${wish.changeId}`,
    wish.beforeChange !== undefined && sql`c.id < ${wish.beforeChange}`,
    wish.from !== undefined && sql`c.at >= ${midnight(wish.from, 0, wish.timeZone)}`,
    wish.to !== undefined && sql`c.at < ${midnight(wish.to, 1, wish.timeZone)}`,
  ].filter((one) => one !== false);
  return sql`select 0::bigint as id, c.at, c.id as change_id from changes c
    where c.action in ('keys:export', 'settings:reveal', 'matviews:update', 'host:certificate-renew',
        'host:restart-api', 'host:restart-worker', 'host:restart-bot')
      and ${behind} and ${sql.join([sql`true`, ...asked], sql` and `)}
    order by c.id desc limit ${limit}`;
}

/** Counts the entries in the scope, but only so far. */
export async function countEntries(db: Db, scope: Scope, wish: AuditWish): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from (${pageOf(scope, wish, undefined, COUNTED_AT_MOST)}) as counted`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

/** The changes are joined only where one of their fields is asked for. */
function matching(wish: AuditWish): { from: RawBuilder<unknown>; where: RawBuilder<unknown> } {
  const asked = ofChange(wish);
  const ofEntry = [
    wish.table !== undefined && sql`e.table_name = ${wish.table}`,
    wish.rowId !== undefined && sql`e.row_id = ${wish.rowId}`,
    wish.changeId !== undefined && sql`e.change_id = ${wish.changeId}`,
    wish.beforeChange !== undefined && sql`e.change_id < ${wish.beforeChange}`,
    wish.from !== undefined && sql`e.at >= ${midnight(wish.from, 0, wish.timeZone)}`,
    wish.to !== undefined && sql`e.at < ${midnight(wish.to, 1, wish.timeZone)}`,
  ].filter((one) => one !== false);
  return {
    from: asked.length > 0 ? sql`join changes c on c.id = e.change_id` : sql``,
    where: sql.join([sql`true`, ...asked, ...ofEntry], sql` and `),
  };
}

function ofChange({ accountId, action }: AuditWish): RawBuilder<unknown>[] {
  return [
    accountId !== undefined && sql`c.account_id = ${accountId}`,
    action !== undefined && sql`c.action = ${action}`,
  ].filter((one) => one !== false);
}

function midnight(day: string, daysLater: number, timeZone = 'UTC'): RawBuilder<unknown> {
  return sql`((${day}::date + ${daysLater}::integer)::timestamp at time zone ${timeZone})`;
}

/** The server of a user, in the bin or not; undefined outside the scope. */
export async function findServerOfUser(
  db: Db,
  { serverIds }: Scope,
  userId: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('users')
    .select('serverId')
    .where('id', '=', userId)
    .$if(serverIds !== 'all', (query) =>
      query.where(sql<boolean>`server_id = any(${serverIds}::int[])`),
    )
    .executeTakeFirst();
  return row?.serverId;
}
