import type { Server, ServerListing } from '@cmp/shared/servers';
import type { StatusBounds } from '@cmp/shared/status';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import { type Slot, statement } from '#database/statement.ts';
import { statusCountsSql } from '#database/status.ts';
import type { Scope } from '#plugins/access.ts';

const columns = [
  'servers.id',
  'servers.name',
  'owner',
  'serviceType',
  'ipAddress',
  'domainName',
  'note',
  'servers.position',
  'servers.version',
  'servers.createdAt',
  'servers.updatedAt',
] as const;

/** The servers of the scope in their order, each with how its users stand. */
export async function listServers(
  db: Db,
  scope: Scope,
  bounds: StatusBounds,
): Promise<ServerListing[]> {
  return db
    .selectFrom('servers')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('users')
          .select(statusCountsSql(bounds).as('counts'))
          .whereRef('users.serverId', '=', 'servers.id')
          .where('users.deletedAt', 'is', null)
          .as('standing'),
      (join) => join.onTrue(),
    )
    .select(columns)
    .select((eb) => eb.ref('standing.counts').$notNull().as('counts'))
    .where(living(scope))
    .orderBy('servers.position')
    .execute();
}

export async function findServer(
  db: Db,
  scope: Scope,
  serverId: number,
): Promise<Server | undefined> {
  const serverIds = scope.serverIds === 'all' ? null : scope.serverIds;
  const [server] = await serverById(db, { serverId, serverIds });
  return server;
}

/** `serverIds` are the scope's; null for all. */
const serverById = statement(
  (db, slot: Slot<{ serverId: number; serverIds: readonly number[] | null }>) =>
    db
      .selectFrom('servers')
      .select(columns)
      .where('servers.id', '=', slot('serverId'))
      .where('servers.deletedAt', 'is', null)
      .where(sql<boolean>`coalesce(servers.id = any(${slot('serverIds')}::int[]), true)`)
      .compile(),
);

/** The server, locked until the transaction ends, so that edits take turns. */
export async function lockServer(
  trx: Trx,
  scope: Scope,
  serverId: number,
): Promise<Server | undefined> {
  return trx
    .selectFrom('servers')
    .select(columns)
    .where('servers.id', '=', serverId)
    .where(living(scope))
    .forUpdate()
    .executeTakeFirst();
}

/** Makes whoever alters the order of servers take turns until the transaction ends. */
export async function lockServerOrder(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('order of servers'))`.execute(trx);
}

export async function listServerIds(db: Db, scope: Scope): Promise<number[]> {
  const rows = await db
    .selectFrom('servers')
    .select('servers.id')
    .where(living(scope))
    .orderBy('servers.position')
    .execute();
  return rows.map(({ id }) => id);
}

export interface NewServerRow {
  name: string;
  nameKey: string;
  owner: string | null;
  serviceType: string | null;
  ipAddress: string | null;
  domainName: string | null;
  note: string | null;
}

/** Adds servers behind the last one, in the order given; gives their ids in that order. */
export async function insertServers(trx: Trx, rows: NewServerRow[]): Promise<number[]> {
  await lockServerOrder(trx);
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

/** What is undefined stays as it is. */
export type ServerFields = { [Field in keyof NewServerRow]?: NewServerRow[Field] | undefined };

export async function updateServer(
  trx: Trx,
  serverId: number,
  fields: ServerFields,
): Promise<Server> {
  return trx
    .updateTable('servers')
    .set((eb) => ({ ...fields, version: eb('version', '+', 1), updatedAt: sql`now()` }))
    .where('servers.id', '=', serverId)
    .returning(columns)
    .executeTakeFirstOrThrow();
}

/** Numbers the servers 1, 2, 3… as they come in `serverIds`, in one statement. Their versions stay. */
export async function saveServerOrder(trx: Trx, serverIds: number[]): Promise<void> {
  const ordering = sql<{
    id: number;
    position: number;
  }>`unnest(${serverIds}::int[]) with ordinality`;
  await trx
    .updateTable('servers')
    .from(ordering.as<'ordering'>(sql`ordering(id, position)`))
    .set((eb) => ({ position: eb.ref('ordering.position') }))
    .whereRef('servers.id', '=', 'ordering.id')
    .whereRef('servers.position', '!=', 'ordering.position')
    .execute();
}

/** Moves a server to the bin with the users it has. */
export async function binServer(trx: Trx, serverId: number): Promise<void> {
  const binned = { deletedAt: sql<string>`now()`, updatedAt: sql<string>`now()` };
  await trx
    .updateTable('users')
    .set((eb) => ({ ...binned, version: eb('version', '+', 1) }))
    .where('serverId', '=', serverId)
    .where('deletedAt', 'is', null)
    .execute();
  await trx
    .updateTable('servers')
    .set((eb) => ({ ...binned, version: eb('version', '+', 1) }))
    .where('id', '=', serverId)
    .execute();
}

function living({ serverIds }: Scope) {
  return serverIds === 'all'
    ? sql<boolean>`servers.deleted_at is null`
    : sql<boolean>`servers.deleted_at is null and servers.id = any(${serverIds}::int[])`;
}
