import type { UndoRefusal } from '@cmp/shared/changes';
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '#database/client.ts';
import type { UndoneTable } from './undo-plan.repository.ts';

/** A user comes back to a living server alone, and with a service that still is. */
export async function refuseUsersWithoutHome(trx: Trx, planId: number): Promise<void> {
  await refuse(
    trx,
    planId,
    'users',
    'server_gone',
    sql`not exists (
      select from servers s
      left join plan_entries back on back.plan_id = p.plan_id and back.table_name = 'servers'
        and back.row_id = s.id and back.kind in ('added', 'removed')
      where s.id = coalesce((p.after ->> 'server_id')::integer, r.server_id)
        and coalesce(back.kind = 'added', s.deleted_at is null))`,
  );
  await refuse(
    trx,
    planId,
    'users',
    'service_gone',
    sql`p.after ->> 'service_id' is not null
      and not exists (select from services s where s.id = (p.after ->> 'service_id')::integer)
      and not exists (select from plan_entries back where back.plan_id = p.plan_id
        and back.table_name = 'services' and back.kind = 'added'
        and back.row_id = (p.after ->> 'service_id')::integer)`,
  );
}

/** A name is taken where a living row has it that this very undo does not remove. */
export async function refuseTakenNames(
  trx: Trx,
  planId: number,
  table: UndoneTable,
): Promise<void> {
  const amongSame =
    table === 'users'
      ? sql`o.server_id = coalesce((p.after ->> 'server_id')::integer, r.server_id)`
      : sql`true`;
  const isLiving = table === 'services' ? sql`true` : sql`o.deleted_at is null`;
  await refuse(
    trx,
    planId,
    table,
    'name_taken',
    sql`(p.kind = 'added' or p.after ?| '{name_key,server_id}')
      and exists (
        select from ${sql.table(table)} o
        where ${amongSame} and ${isLiving} and o.id <> p.row_id
          and o.name_key = coalesce(p.after ->> 'name_key', r.name_key)
          and not exists (select from plan_entries going where going.plan_id = p.plan_id
            and going.table_name = p.table_name and going.row_id = o.id and going.kind = 'removed'))`,
  );
}

/** A server that was added cannot go while users live on it that were not added with it. */
export async function refuseServersWithUsers(trx: Trx, planId: number): Promise<void> {
  await refuse(
    trx,
    planId,
    'servers',
    'has_users',
    sql`exists (
      select from users u where u.server_id = p.row_id and u.deleted_at is null
        and not exists (select from plan_entries going where going.plan_id = p.plan_id
          and going.table_name = 'users' and going.row_id = u.id and going.kind = 'removed'))`,
    'removed',
  );
}

/** A service has no bin: it can only go while nobody, in the bin or out of it, has it. */
export async function refuseServicesInUse(trx: Trx, planId: number): Promise<void> {
  await refuse(
    trx,
    planId,
    'services',
    'in_use',
    sql`exists (select from users u where u.service_id = p.row_id)`,
    'removed',
  );
}

async function refuse(
  trx: Trx,
  planId: number,
  table: UndoneTable,
  reason: UndoRefusal,
  where: RawBuilder<unknown>,
  ...kinds: 'removed'[]
): Promise<void> {
  const judged = kinds.length > 0 ? kinds : ['added', 'changed'];
  await sql`
    update plan_entries set kind = 'refused', reason = ${reason}
    from plan_entries p left join ${sql.table(table)} r on r.id = p.row_id
    where p.plan_id = ${planId} and p.table_name = ${table} and p.kind = any(${judged}::text[])
      and plan_entries.plan_id = p.plan_id and plan_entries.ordinal = p.ordinal
      and ${where}`.execute(trx);
}
