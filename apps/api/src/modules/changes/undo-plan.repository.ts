import type { UndoRefusal } from '@cmp/shared/changes';
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '#database/client.ts';
import type { Window } from '#modules/plans/plans.service.ts';

export type UndoneTable = 'servers' | 'services' | 'users';

interface UndoneChange {
  id: number;
  /** Every entry has its change's time: it leads to the one partition. */
  at: string;
}

/** The servers whose grants decide about a change's entries; null among them where only an admin may. */
export async function listServersOf(
  trx: Trx,
  { id, at }: UndoneChange,
): Promise<(number | null)[]> {
  const { rows } = await sql<{ serverId: number | null }>`
    select distinct server_id from entries where change_id = ${id} and at = ${at}`.execute(trx);
  return rows.map(({ serverId }) => serverId);
}

/**
 * Writes the inverse of each row of a table that the change altered into the plan, in one statement; tells how
 * many there are. A row that is no longer as the change left it is kept.
 */
export async function workOutReversals(
  trx: Trx,
  planId: number,
  change: UndoneChange,
  table: UndoneTable,
): Promise<number> {
  const { nameColumn, isBinned, ofServer } = tables[table];
  const gone: RawBuilder<unknown> =
    table === 'services'
      ? sql`when deleted and now_id is null then array['added', null]
            when deleted then array['refused', 'altered_since']`
      : sql`when deleted then array['refused', 'purged']`;
  const { numAffectedRows } = await sql`
    with net as (
      select row_id, min(id) as first_id, max(id) as last_id, (array_agg(server_id order by id desc))[1] as server_id,
        jsonb_merge(${withNulls('before', 'after')} order by id desc) as before,
        jsonb_merge(${withNulls('after', 'before')} order by id) as after
      from entries
      where change_id = ${change.id} and at = ${change.at} and table_name = ${table}
      group by row_id
    ), compared as (
      select net.*, r.id as now_id, r.version as now_version, r.position as now_position,
        ${isBinned} as is_binned, case when ${ofServer} then r.${sql.ref(nameColumn)} end as now_name,
        coalesce(before -> 'id' = 'null', false) as inserted,
        coalesce(after -> 'id' = 'null', false) as deleted,
        (after ->> 'version')::integer as version,
        before - ${worthNothing(table)} as inverse, after - ${worthNothing(table)} as undone,
        case when not after ? 'version' then jsonb_build_object('position', before -> 'position') end as order_before,
        case when not after ? 'version' then jsonb_build_object('position', after -> 'position') end as order_after,
        since.is_altered or not to_jsonb(r) @> (after - ${worthNothing(table)} - 'deleted_at') as is_altered
      from net left join ${sql.table(table)} r on r.id = net.row_id
      left join lateral (${alteredSince(table)}) since on true
    ), judged as (
      select *, case
        when inserted and deleted then array['unchanged', null]
        ${gone}
        when now_id is null then array['refused', 'purged']
        when version is null and (is_binned or now_position <> (after ->> 'position')::integer)
          or is_altered then array['refused', 'altered_since']
        when inserted and is_binned then array['unchanged', null]
        when inserted then array['removed', null]
        when inverse -> 'deleted_at' = 'null' then array['added', null]
        when inverse ? 'deleted_at' then array['removed', null]
        else array['changed', null] end as fate
      from compared
    )
    insert into plan_entries (plan_id, ordinal, kind, table_name, row_id, server_id, name,
      base_version, before, after, reason)
    select ${planId}, ${lastOrdinal(planId)} + row_number() over (order by first_id),
      fate[1], ${table}, row_id, server_id,
      coalesce(after ->> ${nameColumn}, before ->> ${nameColumn}, now_name),
      case when version is not null then now_version end,
      case when inserted then after when deleted then '{}' else undone || coalesce(order_after, '{}') end,
      case when inserted then '{}' when deleted then before
        else inverse || coalesce(order_before, '{}') end,
      fate[2]
    from judged`.execute(trx);
  return Number(numAffectedRows ?? 0);
}

// Where a transfer took a row to another server, its name is that server's to tell.
const tables = {
  servers: { nameColumn: 'name', isBinned: sql`r.deleted_at is not null`, ofServer: sql`true` },
  services: { nameColumn: 'name', isBinned: sql`false`, ofServer: sql`true` },
  users: {
    nameColumn: 'account_name',
    isBinned: sql`r.deleted_at is not null`,
    ofServer: sql`r.server_id = net.server_id`,
  },
};

/**
 * Whether the row was altered since, where its version says that it may have been. What was altered and then
 * undone leaves it as it was, so that the last changes can be undone one after the other.
 */
function alteredSince(table: UndoneTable): RawBuilder<unknown> {
  return sql`
    select before - 'deleted_at' <> after - 'deleted_at'
      or (before ->> 'deleted_at' is null) <> (after ->> 'deleted_at' is null) as is_altered
    from (
      select jsonb_merge(${withNulls('before', 'after')} order by id desc) - ${worthNothing(table)} as before,
        jsonb_merge(${withNulls('after', 'before')} order by id) - ${worthNothing(table)} as after
      from entries
      where table_name = ${table} and row_id = net.row_id and id > net.last_id
        and r.version <> (net.after ->> 'version')::integer
    ) as net_since`;
}

/** A server comes back to a place that is free then, so of its positions only an order's are set back. */
function worthNothing(table: UndoneTable): RawBuilder<unknown> {
  const always = ['id', 'version', 'created_at'];
  return sql`${table === 'servers' ? [...always, 'position'] : always}::text[]`;
}

/** The altered fields of an entry with the nulls that it leaves out; of a row that came or went the id tells enough. */
function withNulls(side: 'before' | 'after', other: 'before' | 'after'): RawBuilder<unknown> {
  const [mine, its] = [sql.ref(side), sql.ref(other)];
  return sql`case when ${its} ? 'id' then '{"id": null}' else (
    select coalesce(jsonb_object_agg(key, null::text), '{}') from jsonb_object_keys(${its}) as key) end || ${mine}`;
}

function lastOrdinal(planId: number): RawBuilder<number> {
  return sql`(select coalesce(max(ordinal), 0) from plan_entries where plan_id = ${planId})`;
}

/** Accounts, grants and settings are recorded but not undone. */
export async function refuseWhatIsSetBackByHand(
  trx: Trx,
  planId: number,
  { id, at }: UndoneChange,
): Promise<void> {
  await sql`
    insert into plan_entries (plan_id, ordinal, kind, table_name, row_id, server_id, name,
      before, after, reason)
    select ${planId}, ${lastOrdinal(planId)} + row_number() over (order by id), 'refused',
      table_name, row_id, server_id,
      coalesce(after ->> 'username', before ->> 'username', after ->> 'section'),
      after, before, ${'set_back_by_hand' satisfies UndoRefusal}
    from entries
    where change_id = ${id} and at = ${at} and table_name <> all(${Object.keys(tables)}::text[])`.execute(
    trx,
  );
}

/** The texts, as they would be, of rows whose keys are to be worked out: of a window of ordinals. */
export async function listTexts(
  trx: Trx,
  planId: number,
  table: UndoneTable,
  window: Window,
): Promise<{ ordinal: number; name: string; contact: string | null; remark: string | null }[]> {
  const { nameColumn } = tables[table];
  const text = (column: string) =>
    sql`case when p.after ? ${column} then p.after ->> ${column} else r.${sql.ref(column)} end`;
  const extra =
    table === 'users'
      ? sql`${text('contact')} as contact, ${text('remark')} as remark`
      : sql`null as contact, null as remark`;
  const { rows } = await sql<{
    ordinal: number;
    name: string;
    contact: string | null;
    remark: string | null;
  }>`
    select ordinal, ${text(nameColumn)} as name, ${extra}
    from plan_entries p left join ${sql.table(table)} r on r.id = p.row_id
    where plan_id = ${planId} and ordinal > ${window.after} and ordinal <= ${window.to}
      and table_name = ${table} and kind in ('added', 'changed')
      and p.after ?| ${[nameColumn, 'contact', 'remark']}::text[]`.execute(trx);
  return rows;
}

/** Keeps the keys with what is set back; they are never shown. */
export async function saveKeys(
  trx: Trx,
  planId: number,
  window: Window,
  rows: { ordinal: number; nameKey: string; searchKey: string | null }[],
): Promise<void> {
  await sql`
    update plan_entries set after = after || jsonb_strip_nulls(
      jsonb_build_object('name_key', k.name_key, 'search_key', k.search_key))
    from unnest(${rows.map((row) => row.ordinal)}::int[], ${rows.map((row) => row.nameKey)}::text[],
      ${rows.map((row) => row.searchKey)}::text[]) as k (ordinal, name_key, search_key)
    where plan_id = ${planId} and plan_entries.ordinal > ${window.after}
      and plan_entries.ordinal <= ${window.to} and plan_entries.ordinal = k.ordinal`.execute(trx);
}

/** One of the rights that a plan's rows need. */
export interface RightNeeded {
  table: string;
  kind: 'added' | 'changed' | 'removed' | 'refused' | 'unchanged';
  serverId: number | null;
  /** Where it would go to another server. */
  toServerId: number | null;
  isOrder: boolean;
}

/** The rights that the plan's rows need, each once. */
export async function listRightsNeeded(trx: Trx, planId: number): Promise<RightNeeded[]> {
  const { rows } = await sql<RightNeeded>`
    select distinct table_name as "table", kind, server_id,
      (after ->> 'server_id')::integer as to_server_id, base_version is null as is_order
    from plan_entries where plan_id = ${planId}`.execute(trx);
  return rows;
}
