import type { SnapshotKind } from '@cmp/shared/snapshots';
import { type RawBuilder, sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import { listParts, listSequences } from './catalogue.repository.ts';
import { joinAccounts, joinServices } from './joined.repository.ts';
import { type Shifts, shifted, shiftsOf } from './own-ids.repository.ts';
import type { LoadedTable } from './scratch.repository.ts';
import { isJoined, truncated } from './tables.ts';

export interface Swap {
  schema: string;
  /** In the order to fill them: those that others refer to first. */
  tables: LoadedTable[];
  sequences: Readonly<Record<string, number>>;
  isForeign: boolean;
  kind: SnapshotKind;
  withAccounts: boolean;
  /** For accounts that come without one: of a password that nobody knows. */
  passwordHash: string;
}

/**
 * Empties the tables and fills them from the schema beside, past the recording triggers, in the transaction that it
 * is given: by the owner alone. Everybody else waits. Gives the names of the accounts that a configuration added.
 */
export async function swapIn(
  trx: Trx,
  planId: number,
  { schema, tables, sequences, isForeign, kind, withAccounts, passwordHash }: Swap,
  progress: (done: number) => void,
): Promise<string[]> {
  // Only the whole database holds accounts that can take the place of those here.
  const putsAccounts = withAccounts && kind === 'database';
  const names = tables.map(({ name }) => name);
  const dependent = ['grants', 'sessions', 'plans', 'jobs', 'idempotency_keys'];
  await lock(trx, [...new Set([...names, ...dependent])].toSorted());

  const audited = [...new Set([...names, 'grants'])];
  if (names.includes('entries')) await makeMonths(trx, schema);
  await switchTriggers(trx, audited, 'disable');
  await clearTheWay(trx, planId, putsAccounts);
  if (names.includes('servers') && !putsAccounts) await setGrantsAside(trx);
  if (names.includes('settings')) await mendSettings(trx, schema, isForeign, withAccounts);

  const replaced = tables.filter(({ name }) => !isJoined(name, kind));
  const ownIds = replaced.map(({ name }) => name);
  const shifts = putsAccounts ? {} : await shiftsOf(trx, schema, ownIds, isForeign);
  for (const { name } of replaced.toReversed()) await empty(trx, name, putsAccounts);
  let done = 0;
  for (const table of replaced) {
    await fill(trx, schema, table, putsAccounts, shifts);
    done += table.rows;
    progress(done);
  }
  if (isJoined('services', kind) && names.includes('services')) await joinServices(trx, schema);
  const added =
    isJoined('accounts', kind) && names.includes('accounts')
      ? await joinAccounts(trx, schema, passwordHash)
      : [];
  if (names.includes('servers') && !putsAccounts) await putGrantsBack(trx);
  if (putsAccounts) await nameOwners(trx);
  await moveSequences(trx, names, sequences);
  await switchTriggers(trx, audited, 'enable');
  return added;
}

/** Whether somebody could still sign in and put things right. */
export async function hasAdmin(trx: Trx): Promise<boolean> {
  const { rows } = await sql`
    select from accounts where role = 'admin' and disabled_at is null limit 1`.execute(trx);
  return rows.length > 0;
}

async function lock(trx: Trx, tables: string[]): Promise<void> {
  await sql`set local lock_timeout = '30s'`.execute(trx);
  for (const table of tables)
    await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(trx);
}

/** Every partition has triggers of its own, the parent's included. */
async function switchTriggers(trx: Trx, tables: string[], to: 'enable' | 'disable'): Promise<void> {
  for (const table of tables)
    for (const part of await listParts(trx, table))
      await sql`alter table only ${sql.table(part)} ${sql.raw(to)} trigger user`.execute(trx);
}

/** The months of the file's log that have no partition here get one: the default one is for accidents. */
async function makeMonths(trx: Trx, schema: string): Promise<void> {
  const { rows } = await sql<{ name: string; since: string; until: string }>`
    select 'entries' || to_char(month, '_YYYY_MM') as name, month::text as since,
      (month + interval '1 month')::text as until
    from (select distinct date_trunc('month', at) as month
      from ${sql.table(`${schema}.entries`)} order by 1 limit 600) months
    where to_regclass('entries' || to_char(month, '_YYYY_MM')) is null`.execute(trx);
  if (rows.length === 0) return;
  // What lies in the default partition may be of such a month; all of it goes anyway.
  await switchTriggers(trx, ['entries'], 'disable');
  await sql`truncate entries`.execute(trx);
  for (const { name, since, until } of rows) {
    await sql`create table ${sql.table(name)} partition of entries
      for values from (${sql.lit(since)}) to (${sql.lit(until)})`.execute(trx);
    await sql`call keep_whole(${name}::regclass)`.execute(trx);
  }
}

/**
 * Plans were worked out on what goes now, and sessions end. With the accounts go what refers to them; the plan and
 * the job of this very restore stay, and find their account again by its name.
 */
async function clearTheWay(trx: Trx, planId: number, withAccounts: boolean): Promise<void> {
  await sql`delete from plans where id <> ${planId}`.execute(trx);
  if (!withAccounts) {
    await sql`
      update sessions set ended_at = now(), ended_because = 'ended' where ended_at is null`.execute(
      trx,
    );
    return;
  }
  await sql`
    create temp table kept_owners on commit drop as
    select j.id as job_id, j.plan_id, a.name_key
    from jobs j join accounts a on a.id = j.account_id where j.plan_id = ${planId}`.execute(trx);
  await sql`update jobs set account_id = null, change_id = null`.execute(trx);
  await sql`update plans set account_id = null`.execute(trx);
  for (const table of ['refresh_tokens', 'sessions', 'idempotency_keys'])
    await sql`delete from ${sql.table(table)}`.execute(trx);
}

async function nameOwners(trx: Trx): Promise<void> {
  await sql`
    update jobs set account_id = a.id from kept_owners k join accounts a on a.name_key = k.name_key
    where jobs.id = k.job_id`.execute(trx);
  await sql`
    update plans set account_id = a.id from kept_owners k join accounts a on a.name_key = k.name_key
    where plans.id = k.plan_id`.execute(trx);
}

/** With the server's name: another server may have its id in the file. */
async function setGrantsAside(trx: Trx): Promise<void> {
  await sql`
    create temp table kept_grants on commit drop as
    select g.id, g.account_id, g.server_id, g.level, g.actions, s.name_key
    from grants g join servers s on s.id = g.server_id`.execute(trx);
  await sql`delete from grants`.execute(trx);
}

/** Grants on servers that are no more are gone, too. */
async function putGrantsBack(trx: Trx): Promise<void> {
  await sql`
    insert into grants (id, account_id, server_id, level, actions) overriding system value
    select k.id, k.account_id, s.id, k.level, k.actions
    from kept_grants k
    cross join lateral (select id from servers s where s.name_key = k.name_key
      order by s.id = k.server_id desc, s.deleted_at nulls first limit 1) s
    order by k.id
    on conflict do nothing`.execute(trx);
}

/**
 * Without the separate step secrets stay those of this installation. Not where a foreign file alters the section: it
 * could name another place for a password of ours to be sent to.
 */
async function mendSettings(
  trx: Trx,
  schema: string,
  isForeign: boolean,
  withAccounts: boolean,
): Promise<void> {
  if (withAccounts) return;
  const beside = sql.table(`${schema}.settings`);
  await sql`update ${beside} set secrets = '{}', secret_states = '{}'`.execute(trx);
  await sql`
    update ${beside} s set secrets = here.secrets, secret_states = here.secret_states
    from public.settings here
    where here.section = s.section and (not ${isForeign}::boolean or here.fields = s.fields)`.execute(
    trx,
  );
}

async function empty(trx: Trx, table: string, withAccounts: boolean): Promise<void> {
  if (truncated.has(table)) await sql`truncate ${sql.table(table)}`.execute(trx);
  else
    await sql`delete from ${sql.table(table)} where ${reached(table, withAccounts)}`.execute(trx);
}

async function fill(
  trx: Trx,
  schema: string,
  { name, columns, primaryKey }: LoadedTable,
  withAccounts: boolean,
  shifts: Shifts,
): Promise<void> {
  // An avatar that stays may have the id of a picture that comes.
  const taken =
    name === 'images' && !withAccounts ? columns.filter((column) => column !== 'id') : columns;
  const named = sql.join(taken.map((column) => sql.id(column)));
  const values = sql.join(taken.map((column) => shifted(shifts, name, column)));
  const order = sql.join(primaryKey.map((column) => sql.id(column)));
  await sql`
    insert into ${sql.table(`public.${name}`)} (${named}) overriding system value
    select ${values} from ${sql.table(`${schema}.${name}`)}
    where ${reached(name, withAccounts)} order by ${order}`.execute(trx);
}

/** Avatars belong to accounts. */
function reached(table: string, withAccounts: boolean): RawBuilder<unknown> {
  return table === 'images' && !withAccounts ? sql`purpose <> 'avatar'` : sql`true`;
}

/** Above all that is there, and above all that was ever given: an id that was purged comes to nobody again. */
async function moveSequences(
  trx: Trx,
  tables: string[],
  counted: Readonly<Record<string, number>>,
): Promise<void> {
  for (const { sequence, table, column } of await listSequences(trx, tables)) {
    await sql`
      select setval(${sql.lit(sequence)}::regclass, greatest(s.last_value, most.id, ${counted[sequence] ?? 0}::bigint))
      from ${sql.table(sequence)} s,
        (select max(${sql.id(column)}) as id from ${sql.table(table)}) most
      where greatest(most.id, ${counted[sequence] ?? 0}::bigint) > 0`.execute(trx);
  }
}

/** The change of a replacement, which has no entries; bound, so that the plan and the job name it. */
export async function beginReplacement(
  trx: Trx,
  by: { accountName: string; via: string; ip: string | null; requestId: string | null },
  nameKey: string | null,
  reason: string,
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    with change as (
      insert into changes (account_id, account_name, via, action, reason, request_id, ip)
      values ((select id from accounts where name_key = ${nameKey}), ${by.accountName}, ${by.via},
        'snapshots:restore', ${reason}, ${by.requestId}, ${by.ip})
      returning id
    )
    select id, set_config('cmp.change_id', id::text, true) from change`.execute(trx);
  const [change] = rows;
  if (!change) throw new Error('The change was not begun.');
  return change.id;
}

/** The planner has seen nothing of the new rows. */
export async function analyzeTables(owner: Db, tables: string[]): Promise<void> {
  for (const table of tables) await sql`analyze ${sql.table(table)}`.execute(owner);
}
