import type { Server, ServerList } from '@cmp/shared/servers';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import type { Scope } from '#plugins/access.ts';

const columns = [
  'id',
  'name',
  'owner',
  'serviceType',
  'ipAddress',
  'domainName',
  'note',
  'position',
  'version',
  'createdAt',
  'updatedAt',
] as const;

/** The servers of the scope, in their order. */
export async function listServers(db: Db, scope: Scope): Promise<ServerList> {
  const items = await db
    .selectFrom('servers')
    .select(columns)
    .where(living(scope))
    .orderBy('position')
    .execute();
  return { items, total: items.length };
}

export async function findServer(
  db: Db,
  scope: Scope,
  serverId: number,
): Promise<Server | undefined> {
  return db
    .selectFrom('servers')
    .select(columns)
    .where('id', '=', serverId)
    .where(living(scope))
    .executeTakeFirst();
}

function living({ serverIds }: Scope) {
  return serverIds === 'all'
    ? sql<boolean>`deleted_at is null`
    : sql<boolean>`deleted_at is null and id = any(${serverIds}::int[])`;
}

export interface NewServerRow {
  name: string;
  nameKey: string;
  owner: string | null;
  serviceType: string | null;
  ipAddress: string | null;
  domainName: string | null;
}

/** Adds servers behind the last one, in the order given; gives their ids in that order. */
export async function insertServers(trx: Trx, rows: NewServerRow[]): Promise<number[]> {
  await sql`select pg_advisory_xact_lock(hashtext('order of servers'))`.execute(trx);
  const { last } = await trx
    .selectFrom('servers')
    .select((eb) => eb.fn.coalesce(eb.fn.max('position'), sql<number>`0`).as('last'))
    .where('deletedAt', 'is', null)
    .executeTakeFirstOrThrow();
  const inserted = await trx
    .insertInto('servers')
    .values(rows.map((row, index) => ({ ...row, position: last + index + 1 })))
    .returning(['id', 'position'])
    .execute();
  return inserted.toSorted((a, b) => a.position - b.position).map(({ id }) => id);
}
