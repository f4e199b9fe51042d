import { sql } from 'kysely';
import type { Trx } from '#database/client.ts';

/** Rows that are written by one statement: its triggers hold them all. */
const windowRows = 20_000;

/** Writes what the plan says: what others refer to first. */
export async function writeMerge(
  trx: Trx,
  planId: number,
  progress: (done: number) => void,
): Promise<void> {
  await addServices(trx, planId);
  await changeServices(trx, planId);
  await addServers(trx, planId);
  await changeServers(trx, planId);
  await writeSettings(trx, planId);
  const { first, last } = await span(trx, planId);
  for (let from = first; from <= last; from += windowRows) {
    await addUsers(trx, planId, from);
    await changeUsers(trx, planId, from);
    progress(Math.min(from + windowRows, last) - first);
  }
}

async function span(trx: Trx, planId: number): Promise<{ first: number; last: number }> {
  const { rows } = await sql<{ first: number; last: number }>`
    select coalesce(min(ordinal), 1) as first, coalesce(max(ordinal), 0) as last
    from plan_entries where plan_id = ${planId} and table_name = 'users'`.execute(trx);
  return rows[0] ?? { first: 1, last: 0 };
}

async function addServices(trx: Trx, planId: number): Promise<void> {
  await sql`
    insert into services (name, name_key, aliases, devices, data_limit_gb, price_cents, position)
    select n.name, n.name_key, n.aliases, n.devices, n.data_limit_gb, n.price_cents,
      (select coalesce(max(position), 0) from services) + row_number() over (order by p.ordinal)
    from plan_entries p cross join lateral jsonb_populate_record(null::services, p.after) n
    where p.plan_id = ${planId} and p.kind = 'added' and p.table_name = 'services'
    order by p.ordinal`.execute(trx);
}

async function changeServices(trx: Trx, planId: number): Promise<void> {
  await sql`
    update services set name = n.name, aliases = n.aliases, devices = n.devices,
      data_limit_gb = n.data_limit_gb, price_cents = n.price_cents,
      updated_at = now(), version = services.version + 1
    from plan_entries p join services r on r.id = p.row_id
    cross join lateral jsonb_populate_record(r, p.after) n
    where p.plan_id = ${planId} and p.kind = 'changed' and p.table_name = 'services'
      and services.id = p.row_id`.execute(trx);
}

async function addServers(trx: Trx, planId: number): Promise<void> {
  await sql`
    insert into servers (name, name_key, owner, service_type, ip_address, domain_name, note, position)
    select n.name, n.name_key, n.owner, n.service_type, n.ip_address, n.domain_name, n.note,
      (select coalesce(max(position), 0) from servers where deleted_at is null)
        + row_number() over (order by p.ordinal)
    from plan_entries p cross join lateral jsonb_populate_record(null::servers, p.after) n
    where p.plan_id = ${planId} and p.kind = 'added' and p.table_name = 'servers'
    order by p.ordinal`.execute(trx);
}

async function changeServers(trx: Trx, planId: number): Promise<void> {
  await sql`
    update servers set name = n.name, owner = n.owner, service_type = n.service_type,
      ip_address = n.ip_address, domain_name = n.domain_name, note = n.note,
      updated_at = now(), version = servers.version + 1
    from plan_entries p join servers r on r.id = p.row_id
    cross join lateral jsonb_populate_record(r, p.after) n
    where p.plan_id = ${planId} and p.kind = 'changed' and p.table_name = 'servers'
      and servers.id = p.row_id`.execute(trx);
}

async function writeSettings(trx: Trx, planId: number): Promise<void> {
  await sql`
    insert into settings (section, fields)
    select p.name, p.after - 'id' from plan_entries p
    where p.plan_id = ${planId} and p.kind = 'added' and p.table_name = 'settings'`.execute(trx);
  await sql`
    update settings set fields = settings.fields || p.after, version = settings.version + 1, updated_at = now()
    from plan_entries p
    where p.plan_id = ${planId} and p.kind = 'changed' and p.table_name = 'settings'
      and settings.id = p.row_id`.execute(trx);
}

async function addUsers(trx: Trx, planId: number, from: number): Promise<void> {
  await sql`
    insert into users (server_id, account_name, name_key, search_key, service_id, contact, expires_on,
      total_devices, data_limit_gb, remark, enabled)
    select coalesce(p.server_id, server.id), n.account_name, n.name_key, n.search_key,
      coalesce(n.service_id, service.id), n.contact, n.expires_on, n.total_devices, n.data_limit_gb,
      n.remark, n.enabled
    from plan_entries p
    cross join lateral jsonb_populate_record(null::users, p.after) n
    left join servers server on server.name = p.after ->> 'server' and server.deleted_at is null
    left join services service on service.name = p.after ->> 'service'
    where p.plan_id = ${planId} and p.kind = 'added' and p.table_name = 'users'
      and p.ordinal between ${from} and ${from + windowRows - 1}
    order by p.ordinal`.execute(trx);
}

async function changeUsers(trx: Trx, planId: number, from: number): Promise<void> {
  await sql`
    update users set account_name = n.account_name, contact = n.contact, expires_on = n.expires_on,
      total_devices = n.total_devices, data_limit_gb = n.data_limit_gb, remark = n.remark,
      enabled = n.enabled, search_key = n.search_key,
      server_id = coalesce(server.id, n.server_id), service_id = coalesce(service.id, n.service_id),
      updated_at = now(), version = users.version + 1
    from plan_entries p
    join users r on r.id = p.row_id
    cross join lateral jsonb_populate_record(r, p.after) n
    left join servers server on server.name = p.after ->> 'server' and server.deleted_at is null
    left join services service on service.name = p.after ->> 'service'
    where p.plan_id = ${planId} and p.kind = 'changed' and p.table_name = 'users'
      and p.ordinal between ${from} and ${from + windowRows - 1} and users.id = p.row_id`.execute(
    trx,
  );
}
