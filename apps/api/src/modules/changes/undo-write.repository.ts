import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '#database/client.ts';
import type { Window } from '#modules/plans/plans.service.ts';
import type { UndoneTable } from './undo-plan.repository.ts';

export type WrittenKind = 'added' | 'changed' | 'removed';

/**
 * Locks the rows that the plan writes, in the order of their ids; tells whether one is not as the plan saw it.
 * Two statements: a plan that was just made has no statistics, and one would join it row against row.
 */
export async function lockUndone(trx: Trx, planId: number, table: UndoneTable): Promise<boolean> {
  if (table === 'users') await lockHomes(trx, planId);
  const written = sql`p.plan_id = ${planId} and p.table_name = ${table}
    and p.kind in ('added', 'changed', 'removed')`;
  await sql`
    with locked as (
      select id from ${sql.table(table)}
      where id in (select row_id from plan_entries p where ${written}) order by id for update
    )
    select count(*) from locked`.execute(trx);
  const { rows } = await sql<{ hasMoved: boolean }>`
    select exists (
      select from plan_entries p left join ${sql.table(table)} r on r.id = p.row_id
      where ${written} and case
        when ${isService(table)} and p.kind = 'added' then r.id is not null
        when p.base_version is null then r.position is distinct from (p.before ->> 'position')::integer
        else r.version is distinct from p.base_version end
    ) as has_moved`.execute(trx);
  return rows[0]?.hasMoved ?? false;
}

function isService(table: UndoneTable): RawBuilder<boolean> {
  return table === 'services' ? sql`true` : sql`false`;
}

/** Nobody bins the servers that users come back to until they are back. */
async function lockHomes(trx: Trx, planId: number): Promise<void> {
  await sql`
    with home as (
      select distinct coalesce((p.after ->> 'server_id')::integer, p.server_id) as id
      from plan_entries p
      where plan_id = ${planId} and table_name = 'users' and kind in ('added', 'changed')
    ), locked as (
      select id from servers where id in (select id from home) order by id for share
    )
    select count(*) from locked`.execute(trx);
}

/** Gives what comes back to a place that was taken meanwhile one behind the last. */
export async function placeBehindLast(
  trx: Trx,
  planId: number,
  table: 'servers' | 'services',
): Promise<void> {
  const isLiving = table === 'servers' ? sql`o.deleted_at is null` : sql`true`;
  await sql`
    with wanted as (
      select p.ordinal, p.row_id,
        coalesce((p.after ->> 'position')::integer, r.position) as position
      from plan_entries p left join ${sql.table(table)} r on r.id = p.row_id
      where plan_id = ${planId} and table_name = ${table}
        and (kind = 'added' or kind = 'changed' and after ? 'position' and base_version is not null)
    ), taken as (
      select ordinal, row_number() over (order by position, ordinal) as place from wanted
      where exists (select from ${sql.table(table)} o where o.position = wanted.position
          and ${isLiving} and o.id not in (select row_id from wanted))
        or exists (select from wanted other
          where other.position = wanted.position and other.ordinal < wanted.ordinal)
    )
    update plan_entries p set after = after || jsonb_build_object('position', taken.place + greatest(
      (select max(position) from ${sql.table(table)}), (select max(position) from wanted)))
    from taken where p.plan_id = ${planId} and p.ordinal = taken.ordinal`.execute(trx);
}

/** What an undo can set back, by table; the other columns are worked out, or tell of the row itself. */
export const reversible = {
  servers: [
    ...['name', 'name_key', 'owner', 'service_type', 'ip_address', 'domain_name', 'note'],
    ...['position', 'deleted_at'],
  ],
  services: ['name', 'name_key', 'aliases', 'devices', 'data_limit_gb', 'price_cents', 'position'],
  users: [
    ...['server_id', 'account_name', 'name_key', 'service_id', 'contact', 'expires_on'],
    ...['total_devices', 'data_limit_gb', 'remark', 'enabled', 'search_key', 'position'],
    'deleted_at',
  ],
} satisfies Record<UndoneTable, string[]>;

/** Writes the plan's rows of one table and kind, those in a window, in one statement; tells how many. */
export async function makeReversals(
  trx: Trx,
  planId: number,
  table: UndoneTable,
  kind: WrittenKind,
  window: Window,
): Promise<number> {
  const rows = sql`${of(planId, table, kind)}
    and p.ordinal > ${window.after} and p.ordinal <= ${window.to}`;
  if (table === 'services' && kind === 'added') return insertServicesAgain(trx, rows);
  if (table === 'services' && kind === 'removed') return deleteServices(trx, rows);

  const columns = reversible[table].map((column) =>
    // Its days in the bin are counted anew.
    column === 'deleted_at' && kind === 'removed'
      ? sql`deleted_at = now()`
      : sql`${sql.ref(column)} = n.${sql.ref(column)}`,
  );
  const { numAffectedRows } = await sql`
    update ${sql.table(table)} t set ${sql.join(columns)},
      version = t.version + (p.base_version is not null)::integer,
      updated_at = case when p.base_version is null then t.updated_at else now() end
    from plan_entries p
    join ${sql.table(table)} r on r.id = p.row_id
    cross join lateral jsonb_populate_record(r, p.after) n
    where ${rows} and t.id = p.row_id`.execute(trx);
  return Number(numAffectedRows ?? 0);
}

async function insertServicesAgain(trx: Trx, rows: RawBuilder<unknown>): Promise<number> {
  const columns = sql.join(reversible.services.map((column) => sql.ref(column)));
  const back = sql.join(reversible.services.map((column) => sql.ref(`n.${column}`)));
  const { numAffectedRows } = await sql`
    insert into services (id, version, created_at, ${columns}) overriding system value
    select n.id, n.version + 1, n.created_at, ${back}
    from plan_entries p cross join lateral jsonb_populate_record(null::services, p.after) n
    where ${rows}`.execute(trx);
  return Number(numAffectedRows ?? 0);
}

async function deleteServices(trx: Trx, rows: RawBuilder<unknown>): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from services t using plan_entries p
    where ${rows} and t.id = p.row_id`.execute(trx);
  return Number(numAffectedRows ?? 0);
}

/** Whether users are left on a server that is in the bin, or came back to one. */
export async function hasStranded(trx: Trx, planId: number): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (
      select from plan_entries p join users u on u.id = p.row_id join servers s on s.id = u.server_id
      where p.plan_id = ${planId} and p.table_name = 'users' and p.kind in ('added', 'changed')
        and u.deleted_at is null and s.deleted_at is not null
    ) or exists (
      select from plan_entries p join users u on u.server_id = p.row_id
      where ${of(planId, 'servers', 'removed')} and u.deleted_at is null
    ) as found`.execute(trx);
  return rows[0]?.found ?? false;
}

function of(planId: number, table: UndoneTable, kind: WrittenKind): RawBuilder<unknown> {
  return sql`p.plan_id = ${planId} and p.table_name = ${table} and p.kind = ${kind}`;
}
