import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '#database/client.ts';
import { type MergeRules, mapToHere } from './merge-maps.repository.ts';
import { staged } from './merge-staging.repository.ts';
import { mergedTables } from './tables.ts';

/** Compares the rows with those that are here; what each would add or change becomes a row of the plan. */
export async function compareWithHere(trx: Trx, rules: MergeRules): Promise<void> {
  for (const table of mergedTables) await sql`analyze ${staged(table)}`.execute(trx);
  await mapToHere(trx, rules);
  await planServices(trx, rules);
  await planServers(trx, rules);
  await planUsers(trx, rules);
  await planSettings(trx, rules);
}

/** Whether the row here was altered after the file was made. A version only grows in one installation. */
function isNewer({ createdAt, overwriteNewer, isForeign }: MergeRules): RawBuilder<boolean> {
  return sql<boolean>`(not ${overwriteNewer}::boolean and (h.updated_at > ${createdAt}::timestamptz
    or (not ${isForeign}::boolean and h.id = f.id and h.version > f.version)))`;
}

interface Comparison {
  table: string;
  name: RawBuilder<unknown>;
  serverId: RawBuilder<unknown>;
  /** `f` is the file's row and `h` the one here, with `n` the fields that it would have and `o` those it has. */
  from: RawBuilder<unknown>;
  order: RawBuilder<unknown>;
  /** What an added row has besides. */
  keys: RawBuilder<unknown>;
  /** What a changed row needs besides. */
  changedKeys: RawBuilder<unknown>;
  /** Why it is kept whatever it holds. */
  refusal: RawBuilder<unknown>;
}

/** Unchanged rows are counted and not kept: there may be a million. */
async function plan(trx: Trx, rules: MergeRules, comparison: Comparison): Promise<void> {
  const { table, name, serverId, from, order, keys, changedKeys, refusal } = comparison;
  await sql`
    insert into plan_entries (plan_id, ordinal, kind, table_name, row_id, server_id, name, base_version,
      before, after, reason)
    select ${rules.planId},
      (select coalesce(max(ordinal), 0) from plan_entries where plan_id = ${rules.planId})
        + row_number() over (order by ${order}),
      judged.kind, ${table}, h.id, ${serverId}, ${name}, h.version,
      case judged.kind when 'changed' then altered.before when 'refused' then coalesce(altered.before, '{}') else '{}' end,
      case judged.kind when 'changed' then altered.after || ${changedKeys}
        when 'refused' then coalesce(altered.after, n.fields)
        else jsonb_build_object('id', null) || n.fields || ${keys} end,
      case when judged.kind = 'refused' then coalesce(${refusal}, 'altered_since') end
    from ${from}
    left join lateral (
      select jsonb_object_agg(key, o.fields -> key) as before, jsonb_object_agg(key, n.fields -> key) as after
      from jsonb_object_keys(n.fields || o.fields) key
      where h.id is not null and (n.fields -> key) is distinct from (o.fields -> key)
    ) altered on true
    cross join lateral (select case
      when ${refusal} is not null then 'refused'
      when h.id is null then 'added'
      when altered.after is null then 'unchanged'
      when ${isNewer(rules)} then 'refused'
      else 'changed' end as kind) judged
    where judged.kind <> 'unchanged'`.execute(trx);
}

const none = sql`null::text`;
const noKeys = sql`'{}'::jsonb`;

/** An alias that means another service here stays that one's. */
function planServices(trx: Trx, rules: MergeRules): Promise<void> {
  const fields = (row: string, aliases: RawBuilder<unknown>) => sql`jsonb_build_object(
    'name', ${sql.ref(`${row}.name`)}, 'aliases', ${aliases}, 'devices', ${sql.ref(`${row}.devices`)},
    'data_limit_gb', ${sql.ref(`${row}.data_limit_gb`)}, 'price_cents', ${sql.ref(`${row}.price_cents`)})`;
  return plan(trx, rules, {
    table: 'services',
    name: sql`f.name`,
    serverId: sql`null::integer`,
    from: sql`${staged('services')} f
      join restored_service_ids m on m.id = f.id and (m.is_same or m.here_id is null)
      left join services h on h.id = m.here_id
      cross join lateral (select to_jsonb(array(select a from unnest(f.aliases) with ordinality as l (a, place)
        where not exists (select from services s where s.id is distinct from h.id
          and (s.name_key = a or s.aliases @> array[a])) order by place)) as free) aliases
      cross join lateral (select ${fields('f', sql`aliases.free`)} as fields) n
      cross join lateral (select ${fields('h', sql`to_jsonb(h.aliases)`)} as fields) o`,
    order: sql`f.position`,
    keys: sql`jsonb_build_object('name_key', f.name_key)`,
    changedKeys: noKeys,
    refusal: none,
  });
}

function planServers(trx: Trx, rules: MergeRules): Promise<void> {
  const fields = (row: string) => sql`jsonb_build_object(
    'name', ${sql.ref(`${row}.name`)}, 'owner', ${sql.ref(`${row}.owner`)},
    'service_type', ${sql.ref(`${row}.service_type`)}, 'ip_address', ${sql.ref(`${row}.ip_address`)},
    'domain_name', ${sql.ref(`${row}.domain_name`)}, 'note', ${sql.ref(`${row}.note`)})`;
  return plan(trx, rules, {
    table: 'servers',
    name: sql`f.name`,
    serverId: sql`h.id`,
    from: sql`${staged('servers')} f
      join restored_server_ids m on m.id = f.id
      left join servers h on h.id = m.here_id
      cross join lateral (select ${fields('f')} as fields) n
      cross join lateral (select ${fields('h')} as fields) o`,
    order: sql`f.position`,
    keys: sql`jsonb_build_object('name_key', f.name_key)`,
    changedKeys: noKeys,
    refusal: sql`case when m.is_gone then 'altered_since' end`,
  });
}

/** A server or a service that is still to be added is told by its name, which the commit looks up. */
function planUsers(trx: Trx, rules: MergeRules): Promise<void> {
  const own = (row: string) => sql`
    'contact', ${sql.ref(`${row}.contact`)}, 'expires_on', ${sql.ref(`${row}.expires_on`)},
    'total_devices', ${sql.ref(`${row}.total_devices`)}, 'data_limit_gb', ${sql.ref(`${row}.data_limit_gb`)},
    'remark', ${sql.ref(`${row}.remark`)}, 'enabled', ${sql.ref(`${row}.enabled`)},
    'account_name', ${sql.ref(`${row}.account_name`)}`;
  const { isForeign, createdAt, overwriteNewer } = rules;
  return plan(trx, rules, {
    table: 'users',
    name: sql`f.account_name`,
    serverId: sql`coalesce(server.here_id, h.server_id)`,
    from: sql`${staged('users')} f
      join restored_server_ids server on server.id = f.server_id
      left join restored_service_ids service on service.id = f.service_id
      left join restored_user_ids m on m.id = f.id
      left join users h on h.id = m.here_id
      left join users gone on h.id is null and not ${isForeign}::boolean and gone.id = f.id
        and gone.name_key = f.name_key and gone.deleted_at > ${createdAt}::timestamptz
      cross join lateral (select jsonb_build_object(${own('f')})
        || case when service.id is null or service.here_id is not null
          then jsonb_build_object('service_id', service.here_id)
          else jsonb_build_object('service', service.name) end
        || case when h.server_id = server.here_id then '{}'
          when server.here_id is not null then case when h.id is null then '{}'
            else jsonb_build_object('server_id', server.here_id) end
          else jsonb_build_object('server', server.name) end as fields) n
      cross join lateral (select jsonb_build_object(${own('h')}, 'service_id', h.service_id)
        || case when h.server_id = server.here_id then '{}'
          else jsonb_build_object('server_id', h.server_id) end as fields) o`,
    order: sql`f.position, f.id`,
    keys: sql`jsonb_build_object('name_key', f.name_key, 'search_key', f.search_key)`,
    changedKeys: sql`jsonb_build_object('search_key', f.search_key)`,
    refusal: sql`case when server.is_gone then 'server_gone'
      when gone.id is not null and not ${overwriteNewer}::boolean then 'altered_since' end`,
  });
}

/**
 * Fields alone. Not of a section that holds a secret here, where the file is foreign: it could name another place
 * for it to be sent to.
 */
function planSettings(trx: Trx, rules: MergeRules): Promise<void> {
  return plan(trx, rules, {
    table: 'settings',
    name: sql`f.section`,
    serverId: sql`null::integer`,
    from: sql`${staged('settings')} f
      left join settings h on h.section = f.section
      cross join lateral (select coalesce(h.fields, '{}') || f.fields as fields) n
      cross join lateral (select h.fields) o`,
    order: sql`f.section`,
    keys: noKeys,
    changedKeys: noKeys,
    refusal: sql`case when ${rules.isForeign}::boolean and h.secrets <> '{}'
      and h.fields <> n.fields then 'altered_since' end`,
  });
}

export interface MergeCounts {
  table: string;
  inFile: number;
  here: number;
  added: number;
  changed: number;
  kept: number;
}

/** How the rows of each table stand; what is in no bucket is unchanged. */
export async function countMerge(trx: Trx, planId: number): Promise<MergeCounts[]> {
  const counts = mergedTables.map((table) => {
    const living = table === 'servers' || table === 'users' ? sql`deleted_at is null` : sql`true`;
    return sql`select ${table} as table,
      (select count(*) from ${staged(table)} where ${living}) as in_file,
      (select count(*) from ${sql.table(`public.${table}`)} where ${living}) as here,
      count(*) filter (where kind = 'added') as added,
      count(*) filter (where kind = 'changed') as changed,
      count(*) filter (where kind = 'refused') as kept
      from plan_entries where plan_id = ${planId} and table_name = ${table}`;
  });
  const { rows } = await sql<MergeCounts>`${sql.join(counts, sql` union all `)}`.execute(trx);
  return rows;
}
