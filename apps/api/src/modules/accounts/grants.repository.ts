import { actionsOfLevel, type Grant } from '@cmp/shared/permissions';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

/** An account's grants on living servers, in the servers' order. */
export async function listGrants(db: Db, accountId: number): Promise<Grant[]> {
  return db
    .selectFrom('grants')
    .innerJoin('servers', 'servers.id', 'grants.serverId')
    .select((eb) => [
      'serverId',
      eb.ref('level').$castTo<Grant['level']>().as('level'),
      eb.ref('actions').$castTo<Grant['actions']>().as('actions'),
    ])
    .where('accountId', '=', accountId)
    .where('deletedAt', 'is', null)
    .orderBy('servers.position')
    .execute();
}

/**
 * Makes the account's grants on living servers exactly these; a binned server's wait for its return. Gives
 * whether that altered any.
 */
export async function replaceGrants(
  trx: Trx,
  accountId: number,
  grants: Grant[],
): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('grants')
    .using('servers')
    .whereRef('servers.id', '=', 'grants.serverId')
    .where('deletedAt', 'is', null)
    .where('accountId', '=', accountId)
    .where(sql<boolean>`server_id <> all(${grants.map((grant) => grant.serverId)}::int[])`)
    .executeTakeFirst();
  if (grants.length === 0) return numDeletedRows > 0n;

  const { numInsertedOrUpdatedRows = 0n } = await trx
    .insertInto('grants')
    .values(grants.map((grant) => ({ accountId, ...grant })))
    .onConflict((conflict) =>
      conflict
        .columns(['accountId', 'serverId'])
        .doUpdateSet((eb) => ({
          level: eb.ref('excluded.level'),
          actions: eb.ref('excluded.actions'),
        }))
        .where(
          sql<boolean>`(grants.level, grants.actions) is distinct from (excluded.level, excluded.actions)`,
        ),
    )
    .executeTakeFirst();
  return numDeletedRows + numInsertedOrUpdatedRows > 0n;
}

/** A viewer's grant is always `view`, and allows what that level does at most. */
export async function lowerGrants(trx: Trx, accountId: number): Promise<void> {
  const most = [...actionsOfLevel.view];
  await trx
    .updateTable('grants')
    .set({
      level: 'view',
      actions: sql`array(select unnest(actions) intersect select unnest(${most}::text[]))`,
    })
    .where('accountId', '=', accountId)
    .where('level', '=', 'manage')
    .execute();
}
