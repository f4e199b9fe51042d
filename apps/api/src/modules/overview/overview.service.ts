import { addDays } from '@cmp/shared/calendar';
import type { Overview } from '@cmp/shared/overview';
import type { StatusBounds } from '@cmp/shared/status';
import type { Db } from '#database/client.ts';
import { nextToExpire } from '#modules/users/users.service.ts';
import type { Scope } from '#plugins/access.ts';
import { readTotals } from './overview.repository.ts';

/** How far back a term that ended is still one to renew, and how many of them are shown. */
const daysBack = 30;
const most = 12;

export async function readOverview(db: Db, scope: Scope, bounds: StatusBounds): Promise<Overview> {
  const from = addDays(bounds.today, -daysBack);
  const [totals, next] = await Promise.all([
    readTotals(db, scope, bounds),
    nextToExpire(db, scope, bounds, from, most),
  ]);
  return { today: bounds.today, ...totals, next };
}
