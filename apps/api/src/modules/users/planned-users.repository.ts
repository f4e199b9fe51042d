import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '#database/client.ts';
import type { Window } from '#modules/plans/plans.service.ts';

/** What the plan leaves out of a user's fields stays as it is; tells how many there were. */
export async function changePlannedUsers(
  trx: Trx,
  planId: number,
  window: Window,
): Promise<number> {
  const { numAffectedRows } = await sql`
    update users set service_id = n.service_id, contact = n.contact, expires_on = n.expires_on,
      total_devices = n.total_devices, data_limit_gb = n.data_limit_gb, remark = n.remark,
      enabled = n.enabled, search_key = n.search_key, updated_at = now(), version = users.version + 1
    from plan_entries p
    join users r on r.id = p.row_id
    cross join lateral jsonb_populate_record(r, p.after) n
    where ${isOf(planId, 'changed', window)} and users.id = p.row_id`.execute(trx);
  return Number(numAffectedRows ?? 0);
}

/** Tells how many there were. */
export async function binPlannedUsers(trx: Trx, planId: number, window: Window): Promise<number> {
  const { numAffectedRows } = await sql`
    update users set deleted_at = now(), updated_at = now(), version = users.version + 1
    from plan_entries p
    where ${isOf(planId, 'removed', window)} and users.id = p.row_id`.execute(trx);
  return Number(numAffectedRows ?? 0);
}

function isOf(
  planId: number,
  kind: 'removed' | 'changed',
  { after, to }: Window,
): RawBuilder<boolean> {
  return sql<boolean>`p.plan_id = ${planId} and p.ordinal > ${after} and p.ordinal <= ${to}
    and p.kind = ${kind} and p.table_name = 'users'`;
}
