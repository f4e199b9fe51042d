import { addDays } from '@cmp/shared/calendar';
import type { Overview, OverviewQuery } from '@cmp/shared/overview';
import type { StatusBounds } from '@cmp/shared/status';
import type { MatviewUse } from '#config.ts';
import type { Db } from '#database/client.ts';
import { isUnreadable } from '#database/violations.ts';
import { findFreshSince } from '#modules/matviews/matviews.service.ts';
import { getServer } from '#modules/servers/servers.service.ts';
import { nextToExpire } from '#modules/users/users.service.ts';
import type { Scope } from '#plugins/access.ts';
import { readTotals } from './overview.repository.ts';

/** How far back a term that ended is still one to renew, and how many of them are shown. */
const daysBack = 30;
const most = 12;

/**
 * What a page opens with: of one server, which must be the caller's and is quickly counted, or of the whole scope,
 * which the status view may answer.
 */
export async function readOverview(
  db: Db,
  callerScope: Scope,
  { serverId }: OverviewQuery,
  bounds: StatusBounds,
  matviewUse: MatviewUse,
): Promise<Overview> {
  const scope = serverId === undefined ? callerScope : await onServer(db, callerScope, serverId);
  const use = serverId === undefined ? matviewUse : 'off';
  const from = addDays(bounds.today, -daysBack);
  const [totals, next] = await Promise.all([
    countTotals(db, scope, bounds, use),
    nextToExpire(db, scope, bounds, from, most),
  ]);
  return { today: bounds.today, ...totals, next };
}

/** From the status view where it may be counted from, else from the users. */
export async function countTotals(
  db: Db,
  scope: Scope,
  bounds: StatusBounds,
  use: MatviewUse,
): Promise<Omit<Overview, 'today' | 'next'>> {
  const asOf = await findFreshSince(db, use);
  if (asOf !== null) {
    try {
      return { asOf, ...(await readTotals(db, scope, bounds, 'matview')) };
    } catch (error) {
      // It was dropped in between, or somebody made one of another shape.
      if (!isUnreadable(error)) throw error;
    }
  }
  return { asOf: null, ...(await readTotals(db, scope, bounds, 'users')) };
}

async function onServer(db: Db, scope: Scope, serverId: number): Promise<Scope> {
  const { id } = await getServer(db, scope, serverId);
  return { ...scope, serverIds: [id] };
}
