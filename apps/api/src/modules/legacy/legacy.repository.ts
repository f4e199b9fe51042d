import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

/** Puts a batch of rows, as JSON text, into the plan behind `offset`; gives how many they were. */
export async function addLegacyRows(
  db: Db,
  planId: number,
  offset: number,
  rows: string,
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    insert into plan_entries (plan_id, ordinal, kind, table_name, file_row, name, after, reason, errors, warnings)
    select ${planId}, ${offset} + ordinal, row ->> 'kind', row ->> 'table', (row ->> 'fileRow')::integer,
      row ->> 'name', row -> 'after', row ->> 'reason', row -> 'errors', row -> 'warnings'
    from jsonb_array_elements(${rows}::jsonb) with ordinality as _ (row, ordinal)`.execute(db);
  return Number(numAffectedRows);
}

/**
 * Compares what the file would add with what is here, by the names' keys: a server or an account that is here
 * stays as it is; a user that is here is changed to what the file says.
 */
export async function compareLegacy(trx: Trx, planId: number): Promise<void> {
  const ofPlan = sql`p.plan_id = ${planId} and p.kind = 'added'`;
  await sql`
    update plan_entries p set kind = 'unchanged', row_id = s.id, server_id = s.id, after = '{}', reason = 'known_here'
    from servers s
    where ${ofPlan} and p.table_name = 'servers' and s.name_key = p.after ->> 'name_key'
      and s.deleted_at is null`.execute(trx);
  await sql`
    update plan_entries p set kind = 'unchanged', row_id = a.id, after = '{}', reason = 'known_here'
    from accounts a
    where ${ofPlan} and p.table_name = 'accounts' and a.name_key = p.after ->> 'name_key'`.execute(
    trx,
  );
  await sql`
    update plan_entries p set after = p.after || jsonb_build_object('service_id', s.id)
    from services s
    where ${ofPlan} and p.table_name = 'users' and s.name = p.after ->> 'service'`.execute(trx);
  await sql`
    with compared as (
      select p.ordinal, u.id, u.version, u.server_id, p.after -> 'search_key' as search_key,
        altered.before, altered.after
      from plan_entries p
      join servers s on s.name_key = p.after ->> 'server_key' and s.deleted_at is null
      join users u on u.server_id = s.id and u.name_key = p.after ->> 'name_key' and u.deleted_at is null
      left join lateral (
        select jsonb_object_agg(o.key, o.value) as before, jsonb_object_agg(o.key, n.value) as after
        from jsonb_each(jsonb_build_object('service_id', u.service_id, 'contact', u.contact,
          'expires_on', u.expires_on, 'total_devices', u.total_devices, 'data_limit_gb', u.data_limit_gb,
          'remark', u.remark, 'enabled', u.enabled)) o
        cross join lateral (select coalesce(p.after -> o.key, 'null') as value) n
        where n.value is distinct from o.value
      ) altered on true
      where ${ofPlan} and p.table_name = 'users'
    )
    update plan_entries p set
      kind = case when c.before is null then 'unchanged' else 'changed' end,
      row_id = c.id, base_version = c.version, server_id = c.server_id, before = coalesce(c.before, '{}'),
      after = case when c.before is null then '{}'
        else c.after || jsonb_build_object('search_key', c.search_key) end
    from compared c where p.plan_id = ${planId} and p.ordinal = c.ordinal`.execute(trx);
}

interface PlannedServer {
  name: string;
  owner: string | null;
  serviceType: string | null;
  ipAddress: string | null;
  domainName: string | null;
}

/** The servers to add, in the file's order. */
export async function listPlannedServers(trx: Trx, planId: number): Promise<PlannedServer[]> {
  const { rows } = await sql<PlannedServer>`
    select n.name, n.owner, n.service_type, n.ip_address, n.domain_name
    from plan_entries p cross join lateral jsonb_populate_record(null::servers, p.after) n
    where p.plan_id = ${planId} and p.table_name = 'servers' and p.kind = 'added'
    order by p.ordinal`.execute(trx);
  return rows;
}

/** Adds the users to their servers, in the file's order; tells whether a name was taken or a server lost meanwhile. */
export async function addLegacyUsers(trx: Trx, planId: number): Promise<boolean> {
  const { rows } = await sql<{ isShort: boolean }>`
    with wanted as (
      select p.ordinal, p.after ->> 'server_key' as server_key, n.*
      from plan_entries p cross join lateral jsonb_populate_record(null::users, p.after) n
      where p.plan_id = ${planId} and p.kind = 'added' and p.table_name = 'users'
    ), held as materialized (
      select id, name_key from servers
      where deleted_at is null and name_key in (select server_key from wanted) for share
    ), added as (
      insert into users (server_id, account_name, name_key, search_key, service_id, contact,
        expires_on, total_devices, data_limit_gb, remark, enabled)
      select h.id, w.account_name, w.name_key, w.search_key, w.service_id, w.contact,
        w.expires_on, w.total_devices, w.data_limit_gb, w.remark, w.enabled
      from wanted w join held h on h.name_key = w.server_key
      order by w.ordinal
      on conflict (server_id, name_key) where deleted_at is null do nothing
      returning id
    )
    select (select count(*) from added) < (select count(*) from wanted) as is_short`.execute(trx);
  return rows[0]?.isShort ?? false;
}

export interface PlannedAccount {
  username: string;
  displayName: string;
  role: string;
  passwordHash: string | null;
  grants: { serverId: number; level: string }[];
}

/** The accounts to add, with their grants on servers that are here. */
export async function listPlannedAccounts(db: Db, planId: number): Promise<PlannedAccount[]> {
  const { rows } = await sql<PlannedAccount>`
    select after ->> 'username' as username, after ->> 'display_name' as display_name,
      after ->> 'role' as role, after ->> 'password_hash' as password_hash,
      (select coalesce(jsonb_agg(jsonb_build_object('serverId', s.id, 'level', g ->> 'level')), '[]')
        from jsonb_array_elements(after -> 'grants') g
        join servers s on s.name_key = g ->> 'server_key' and s.deleted_at is null) as grants
    from plan_entries
    where plan_id = ${planId} and table_name = 'accounts' and kind = 'added'
    order by ordinal`.execute(db);
  return rows;
}

/** What the file said of itself. */
export async function saveLegacySubject(
  db: Db,
  planId: number,
  said: { type: string | null; createdAt: string | null },
): Promise<void> {
  await sql`
    update plans set subject = subject || ${JSON.stringify(said)}::jsonb
    where id = ${planId}`.execute(db);
}

/** Accounts that a change added and whose one-time password still holds and was not used. */
export async function findWaitingAccounts(
  db: Db,
  changeId: number,
): Promise<{ username: string; expiresAt: string }[]> {
  return (
    db
      .selectFrom('accounts')
      .select((eb) => ['username', eb.ref('oneTimeUntil').$notNull().as('expiresAt')])
      .where('mustChangePassword', '=', true)
      // The version it came with: a reset since made another password.
      .where('version', '=', 1)
      .where('oneTimeUntil', '>', sql<string>`now()`)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('entries')
            .select('entries.id')
            .where('changeId', '=', changeId)
            .where('tableName', '=', 'accounts')
            .whereRef('rowId', '=', 'accounts.id'),
        ),
      )
      .orderBy('nameKey')
      .execute()
  );
}
