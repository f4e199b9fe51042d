import { nameKey } from '@cmp/shared/primitives';
import type { NewServer, Server, ServerChange, ServerOrder } from '@cmp/shared/servers';
import type { Db, Trx } from '#database/client.ts';
import { brokenConstraint } from '#database/violations.ts';
import { AppError, notFound, staleVersion } from '#lib/errors.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { type Actor, requireOnServer, type Scope } from '#plugins/access.ts';
import {
  binServer,
  findServer,
  insertServers,
  listServerIds,
  lockServer,
  lockServerOrder,
  type NewServerRow,
  saveServerOrder,
  updateServer,
} from './servers.repository.ts';

export async function getServer(db: Db, scope: Scope, serverId: number): Promise<Server> {
  const server = await findServer(db, scope, serverId);
  if (!server) throw notFound();
  return server;
}

/** Adds a server behind the last one. */
export function createServer(db: Db, actor: Actor, server: NewServer): Promise<Server> {
  return inChange(db, actor, 'servers:create', null, async (trx) => {
    const [serverId = 0] = await addServers(trx, [server]);
    return getServer(trx, actor.scope, serverId);
  });
}

/** Adds servers within a change, behind the last one; gives their ids in the order given. */
export async function addServers(trx: Trx, servers: NewServer[]): Promise<number[]> {
  try {
    return await insertServers(trx, servers.map(asRow));
  } catch (error) {
    throw asNameTaken(error);
  }
}

export async function changeServer(
  db: Db,
  actor: Actor,
  serverId: number,
  { version, ...fields }: ServerChange,
): Promise<Server> {
  requireOnServer(actor, 'servers:update', serverId);
  return inChange(db, actor, 'servers:update', null, async (trx) => {
    await lockAt(trx, actor.scope, serverId, version);
    try {
      return await updateServer(trx, serverId, {
        ...fields,
        ...(fields.name !== undefined && { nameKey: nameKey(fields.name) }),
      });
    } catch (error) {
      throw asNameTaken(error);
    }
  });
}

/** Moves a server and its users to the bin; undoing the change brings both back. */
export function removeServer(
  db: Db,
  actor: Actor,
  serverId: number,
  version: number,
): Promise<null> {
  return inChange(db, actor, 'servers:delete', null, async (trx) => {
    await lockAt(trx, actor.scope, serverId, version);
    await binServer(trx, serverId);
    return null;
  });
}

/** Puts the servers in a new order. A list that is not exactly the living servers is refused. */
export async function reorderServers(
  db: Db,
  actor: Actor,
  { serverIds }: ServerOrder,
): Promise<null> {
  return inChange(db, actor, 'servers:reorder', null, async (trx) => {
    await lockServerOrder(trx);
    const existingIds = new Set(await listServerIds(trx, actor.scope));
    if (existingIds.symmetricDifference(new Set(serverIds)).size > 0)
      throw new AppError('server_order_stale', 'The servers have changed. Look again.');
    await saveServerOrder(trx, serverIds);
    return null;
  });
}

/** The ids of the scope's servers, in their order. */
export function livingServerIds(db: Db, scope: Scope): Promise<number[]> {
  return listServerIds(db, scope);
}

/** Makes whoever alters the order of servers take turns until the transaction ends. */
export function lockOrderOfServers(trx: Trx): Promise<void> {
  return lockServerOrder(trx);
}

async function lockAt(trx: Trx, scope: Scope, serverId: number, version: number): Promise<Server> {
  const server = await lockServer(trx, scope, serverId);
  if (!server) throw notFound();
  if (server.version !== version) throw staleVersion(server);
  return server;
}

function asRow(server: NewServer): NewServerRow {
  const { name, owner = null, serviceType = null, ipAddress = null } = server;
  const { domainName = null, note = null } = server;
  return { name, nameKey: nameKey(name), owner, serviceType, ipAddress, domainName, note };
}

function asNameTaken(error: unknown): unknown {
  return brokenConstraint(error) === 'servers_name'
    ? new AppError('name_taken', 'Another server has this name.', {
        issues: [{ path: '/name', code: 'name_taken', message: 'Choose another name.' }],
      })
    : error;
}
