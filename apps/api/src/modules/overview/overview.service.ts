import { addDays } from '@cmp/shared/calendar';
import type { Overview, OverviewQuery } from '@cmp/shared/overview';
import type { StatusBounds } from '@cmp/shared/status';
import type { Db } from '#database/client.ts';
import { getServer } from '#modules/servers/servers.service.ts';
import { nextToExpire } from '#modules/users/users.service.ts';
import type { Scope } from '#plugins/access.ts';
import { readTotals } from './overview.repository.ts';

/** How far back a term that ended is still one to renew, and how many of them are shown. */
const daysBack = 30;
const most = 12;

/** What a page opens with: of one server, which must be the caller's, or of the whole scope. */
export async function readOverview(
  db: Db,
  callerScope: Scope,
  { serverId }: OverviewQuery,
  bounds: StatusBounds,
): Promise<Overview> {
  const scope = serverId === undefined ? callerScope : await onServer(db, callerScope, serverId);
  const from = addDays(bounds.today, -daysBack);
  const [totals, next] = await Promise.all([
    readTotals(db, scope, bounds),
    nextToExpire(db, scope, bounds, from, most),
  ]);
  return { today: bounds.today, ...totals, next };
}

async function onServer(db: Db, scope: Scope, serverId: number): Promise<Scope> {
  const { id } = await getServer(db, scope, serverId);
  return { ...scope, serverIds: [id] };
}
