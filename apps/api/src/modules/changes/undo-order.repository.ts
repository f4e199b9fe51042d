import { sql } from 'kysely';
import type { Trx } from '#database/client.ts';

/**
 * An order is set back whole or not at all, or it would be half one operator's. A server that came since and
 * stands where another returns goes behind the last.
 */
export async function settleOrder(trx: Trx, planId: number): Promise<void> {
  await sql`
    update plan_entries p set kind = 'refused', reason = 'order_altered_since'
    where plan_id = ${planId} and table_name = 'servers' and base_version is null and exists (
      select from plan_entries moved join servers s on s.id = moved.row_id
      where moved.plan_id = ${planId} and moved.table_name = 'servers'
        and moved.base_version is null and moved.kind = 'refused' and s.deleted_at is null)`.execute(
    trx,
  );
  await sql`
    with back as (
      select row_id, (after ->> 'position')::integer as position from plan_entries
      where plan_id = ${planId} and table_name = 'servers' and kind = 'changed'
        and base_version is null
    ), displaced as (
      select s.id, s.name, s.position, row_number() over (order by s.position) as place
      from servers s join back on back.position = s.position
      where s.deleted_at is null and s.id not in (select row_id from back)
    )
    insert into plan_entries (plan_id, ordinal, kind, table_name, row_id, server_id, name, before, after)
    select ${planId}, place + (select max(ordinal) from plan_entries where plan_id = ${planId}),
      'changed', 'servers', id, id, name, jsonb_build_object('position', position),
      jsonb_build_object('position', place + greatest(
        (select max(position) from servers where deleted_at is null), (select max(position) from back)))
    from displaced`.execute(trx);
}
