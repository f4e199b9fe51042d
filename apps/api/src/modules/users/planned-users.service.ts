import type { Trx } from '#database/client.ts';
import type { Window } from '#modules/plans/plans.service.ts';
import { binPlannedUsers, changePlannedUsers } from './planned-users.repository.ts';

/** Writes what a plan says of its users, or of those in a window of it; tells how many. */
export function writePlannedUsers(
  trx: Trx,
  planId: number,
  kind: keyof typeof writers,
  window: Window = wholePlan,
): Promise<number> {
  return writers[kind](trx, planId, window);
}

const writers = { removed: binPlannedUsers, changed: changePlannedUsers } as const;

/** No ordinal is larger. */
const wholePlan: Window = { after: 0, to: 2_147_483_647 };
