import type { ImportMode } from '@cmp/shared/workbook';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import type { Window } from '#modules/plans/plans.service.ts';

/**
 * Gathers a file's rows as they are read, batch by batch, in a table of this connection alone: no transaction is
 * open while a file is being read. Adding a batch tells how many rows it held.
 */
export function withStaging<Result>(
  db: Db,
  use: (staging: Db, add: (rows: string) => Promise<number>) => Promise<Result>,
): Promise<Result> {
  return db.connection().execute(async (connection) => {
    await sql`drop table if exists pg_temp.import_rows`.execute(connection);
    await sql`create temp table import_rows (
      file_row integer not null, name text, name_key text collate "C", search_key text collate "C",
      given jsonb not null, errors jsonb not null, warnings jsonb not null, raw jsonb
    )`.execute(connection);
    const add = async (rows: string) => {
      const { numAffectedRows } = await sql`
        insert into import_rows
        select "fileRow", name, "nameKey", "searchKey", given, errors, warnings, raw
        from jsonb_to_recordset(${rows}::jsonb) as row ("fileRow" integer, name text, "nameKey" text,
          "searchKey" text, given jsonb, errors jsonb, warnings jsonb, raw jsonb)`.execute(
        connection,
      );
      return Number(numAffectedRows ?? 0);
    };
    try {
      return await use(connection, add);
    } finally {
      await sql`drop table if exists pg_temp.import_rows`.execute(connection);
    }
  });
}

/** Whether a row names a service that is no longer there. */
export async function hasLostService(trx: Trx): Promise<boolean> {
  const { rows } = await sql`
    select from import_rows
    where given ->> 'service' is not null
      and not exists (select from services where name = given ->> 'service')
    limit 1`.execute(trx);
  return rows.length > 0;
}

/**
 * Compares the gathered rows with a server's users, in one statement: what each would add or change, what stays,
 * and in mirror mode who would go. Two rows of one account are both in error, because nobody can know which holds.
 */
export async function compareWithUsers(
  trx: Trx,
  planId: number,
  serverId: number,
  mode: ImportMode,
): Promise<void> {
  await sql`analyze import_rows`.execute(trx);
  await sql`
    with file as (
      select *, row_number() over (order by file_row)::integer as ordinal,
        case when name_key is not null then count(*) over same > 1 end as is_twice,
        first_value(file_row) over same as first_row
      from import_rows
      window same as (partition by name_key order by file_row rows between unbounded preceding and unbounded following)
    ), known as (
      select * from users where server_id = ${serverId} and deleted_at is null
    ), judged as (
      select f.ordinal, f.file_row, f.name, f.raw, f.warnings, k.id, k.version,
        f.name_key, f.errors || case when f.is_twice then jsonb_build_array(jsonb_build_object(
          'column', 'account_name', 'code', 'duplicate', 'found', f.name,
          'accepted', 'each account once; the first is row ' || f.first_row, 'suggestion', null))
          else '[]' end as errors,
        k.service_id as old_service_id, k.contact as old_contact, k.expires_on as old_expires_on,
        k.total_devices as old_total_devices, k.data_limit_gb as old_data_limit_gb,
        k.remark as old_remark, k.enabled as old_enabled,
        k.search_key as old_search_key, n.*,
        rtrim(concat_ws(E'\n', f.name_key,
          split_part(case when given ? 'contact' then f.search_key else coalesce(k.search_key, '') end, E'\n', 2),
          split_part(case when given ? 'remark' then f.search_key else coalesce(k.search_key, '') end, E'\n', 3)),
          E'\n') as search_key
      from file f
      left join known k on k.name_key = f.name_key
      left join services s on s.name = given ->> 'service'
      cross join lateral (select
        case when given ? 'service' then s.id else k.service_id end as service_id,
        case when given ? 'contact' then given ->> 'contact' else k.contact end as contact,
        case when given ? 'expiresOn' then coalesce((given ->> 'expiresOn')::date, 'infinity')
          else coalesce(k.expires_on, 'infinity') end as expires_on,
        case when given ->> 'totalDevices' = 'unlimited' then null
          when given ->> 'totalDevices' is not null then (given ->> 'totalDevices')::integer
          when k.id is null then s.devices
          when given ? 'totalDevices' then null else k.total_devices end as total_devices,
        case when given ->> 'dataLimitGb' = 'unlimited' then null
          when given ->> 'dataLimitGb' is not null then (given ->> 'dataLimitGb')::float8
          when k.id is null then s.data_limit_gb
          when given ? 'dataLimitGb' then null else k.data_limit_gb end as data_limit_gb,
        case when given ? 'remark' then given ->> 'remark' else k.remark end as remark,
        coalesce((given ->> 'enabled')::boolean, k.enabled, true) as enabled) n
    ), sorted as (
      select *, case
        when errors <> '[]' then 'error'
        when id is null then 'added'
        when (service_id, contact, expires_on, total_devices, data_limit_gb, remark, enabled)
          is distinct from (old_service_id, old_contact, old_expires_on, old_total_devices,
            old_data_limit_gb, old_remark, old_enabled) then 'changed'
        else 'unchanged' end as kind
      from judged
    )
    insert into plan_entries (plan_id, ordinal, kind, table_name, row_id, server_id, name, file_row,
      base_version, before, after, errors, warnings)
    select ${planId}, ordinal, kind, 'users', id, ${serverId}, name, file_row, version,
      case kind when 'changed' then altered.before else '{}' end,
      case kind when 'changed' then altered.after
        when 'error' then coalesce(raw, '{}')
        when 'added' then jsonb_build_object('id', null, 'account_name', name, 'name_key', name_key,
          'search_key', search_key) || fields else '{}' end,
      errors, warnings
    from sorted
    cross join lateral (select jsonb_build_object('service_id', service_id, 'contact', contact,
      'expires_on', expires_on, 'total_devices', total_devices, 'data_limit_gb', data_limit_gb,
      'remark', remark, 'enabled', enabled) as fields) f
    left join lateral (
      select jsonb_object_agg(o.key, o.value) as before,
        jsonb_object_agg(o.key, n.value) || jsonb_build_object('search_key', search_key) as after
      from jsonb_each(jsonb_build_object('service_id', old_service_id, 'contact', old_contact,
        'expires_on', old_expires_on, 'total_devices', old_total_devices,
        'data_limit_gb', old_data_limit_gb, 'remark', old_remark, 'enabled', old_enabled)) o
      join jsonb_each(fields) n on n.key = o.key
      -- In here, so that the rows of other kinds cost nothing.
      where sorted.kind = 'changed' and n.value is distinct from o.value
    ) altered on true`.execute(trx);
  if (mode === 'mirror') await removeTheUnnamed(trx, planId, serverId);
}

async function removeTheUnnamed(trx: Trx, planId: number, serverId: number): Promise<void> {
  await sql`
    insert into plan_entries (plan_id, ordinal, kind, table_name, row_id, server_id, name,
      base_version, before)
    select ${planId}, (select max(ordinal) from plan_entries where plan_id = ${planId})
        + row_number() over (order by position), 'removed', 'users', id, ${serverId}, account_name,
      version, to_jsonb(u) - '{server_id,name_key,search_key,position,version,created_at,updated_at,deleted_at}'::text[]
    from users u
    where server_id = ${serverId} and deleted_at is null
      and not exists (select from import_rows f where f.name_key = u.name_key)`.execute(trx);
}

/** Adds the users in the order of the file; tells how many: fewer where a name was taken meanwhile. */
export async function addImported(
  trx: Trx,
  planId: number,
  window: Window,
  serverId: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into users (server_id, account_name, name_key, search_key, service_id, contact,
      expires_on, total_devices, data_limit_gb, remark, enabled)
    select ${serverId}, n.account_name, n.name_key, n.search_key, n.service_id, n.contact,
      n.expires_on, n.total_devices, n.data_limit_gb, n.remark, n.enabled
    from plan_entries p
    cross join lateral jsonb_populate_record(null::users, p.after) n
    where p.plan_id = ${planId} and p.ordinal > ${window.after} and p.ordinal <= ${window.to}
      and p.kind = 'added'
    order by p.ordinal
    on conflict (server_id, name_key) where deleted_at is null do nothing`.execute(trx);
  return Number(numAffectedRows ?? 0);
}

export interface ErrorRow {
  fileRow: number;
  raw: Record<string, string>;
  errors: { column: string; found: string; accepted: string; suggestion: string | null }[];
}

/** The rows of a plan's file that are in error, in their order, behind `afterOrdinal`. */
export async function listErrorRows(
  db: Db,
  planId: number,
  afterOrdinal: number,
  most: number,
): Promise<(ErrorRow & { ordinal: number })[]> {
  const { rows } = await sql<ErrorRow & { ordinal: number }>`
    select ordinal, file_row, after as raw, errors from plan_entries
    where plan_id = ${planId} and kind = 'error' and ordinal > ${afterOrdinal}
    order by ordinal limit ${most}`.execute(db);
  return rows;
}

/** Says by which job a plan is being worked on. */
export async function saveJobOfPlan(trx: Trx, planId: number, jobId: string): Promise<void> {
  await trx.updateTable('plans').set({ jobId }).where('id', '=', planId).execute();
}

export async function listPlansBeingRead(db: Db): Promise<number[]> {
  const rows = await db.selectFrom('plans').select('id').where('state', '=', 'parsing').execute();
  return rows.map(({ id }) => id);
}
