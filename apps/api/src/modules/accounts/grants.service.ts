import type { GrantList, GrantsChange } from '@cmp/shared/accounts';
import { actionsOfLevel, type Grant, type GrantedAction } from '@cmp/shared/permissions';
import type { Db, Trx } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { livingServerIds } from '#modules/servers/servers.service.ts';
import type { Actor } from '#plugins/access.ts';
import { touchAccount } from './accounts.repository.ts';
import { getAccount, lockAt } from './accounts.service.ts';
import { listGrants, replaceGrants } from './grants.repository.ts';

export async function readGrants(db: Db, accountId: number): Promise<GrantList> {
  await getAccount(db, accountId);
  const items = await listGrants(db, accountId);
  return { items, total: items.length };
}

/** Replaces an account's grants as one change. */
export function changeGrants(
  db: Db,
  actor: Actor,
  accountId: number,
  { version, grants }: GrantsChange,
): Promise<GrantList> {
  return inChange(db, actor, 'grants:update', null, async (trx) => {
    const { role } = await lockAt(trx, accountId, version);
    if (role === 'viewer' && grants.some((grant) => grant.level !== 'view'))
      throw new AppError('viewer_grant', 'A viewer’s grant is always “view”.');

    const existingIds = new Set(await livingServerIds(trx, actor.scope));
    if (grants.some((grant) => !existingIds.has(grant.serverId))) throw notFound();

    const isAltered = await replaceGrants(trx, accountId, grants.map(withActions));
    if (isAltered) await touchAccount(trx, accountId);
    return readGrants(trx, accountId);
  });
}

/** Gives an account these levels, each with all it allows, within a change. */
export async function giveGrants(
  trx: Trx,
  accountId: number,
  grants: Pick<Grant, 'serverId' | 'level'>[],
): Promise<void> {
  await replaceGrants(trx, accountId, grants.map(withActions));
}

function withActions({ serverId, level, actions }: GrantsChange['grants'][number]): Grant {
  const allowed: readonly GrantedAction[] = actionsOfLevel[level];
  const excess = actions?.find((action) => !allowed.includes(action));
  if (excess)
    throw new AppError('rule_broken', `A grant of level “${level}” cannot allow ${excess}.`);
  // In one order, so that the same list saved again is no change.
  return {
    serverId,
    level,
    actions: allowed.filter((action) => actions?.includes(action) ?? true),
  };
}
