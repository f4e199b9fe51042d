import { nameKey } from '@cmp/shared/primitives';
import type { Server } from '@cmp/shared/servers';
import type { Db, Trx } from '#database/client.ts';
import { notFound } from '#lib/errors.ts';
import type { Scope } from '#plugins/access.ts';
import { findServer, insertServers, listServers, type NewServerRow } from './servers.repository.ts';

export async function getServer(db: Db, scope: Scope, serverId: number): Promise<Server> {
  const server = await findServer(db, scope, serverId);
  if (!server) throw notFound();
  return server;
}

/** The ids of the servers that exist in the scope. */
export async function listServerIds(db: Db, scope: Scope): Promise<number[]> {
  const { items } = await listServers(db, scope);
  return items.map(({ id }) => id);
}

/** Adds servers within a change, behind the last one; gives their ids in the order given. */
export function addServers(trx: Trx, rows: Omit<NewServerRow, 'nameKey'>[]): Promise<number[]> {
  return insertServers(
    trx,
    rows.map((row) => ({ ...row, nameKey: nameKey(row.name) })),
  );
}
