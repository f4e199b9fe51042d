import { createHash } from 'node:crypto';
import { nameKey } from '@cmp/shared/primitives';
import { sql } from 'kysely';
import * as z from 'zod';
import type { Db } from '#database/client.ts';
import type { Keys } from '#lib/keys.ts';
import { hashPassword } from '#lib/passwords.ts';
import { seal } from '#lib/secret-box.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { keysOf } from '#modules/users/user-keys.ts';
import { systemActor } from '#plugins/access.ts';
import { password } from './given.ts';

/** Texts that a careless hand would break: other scripts, marks of direction, quotes, line ends, joined emoji. */
const texts = [
  'plain',
  '👩‍👩‍👧‍👦 família 🇲🇲',
  'مرحبا بالعالم \u200f(RTL)',
  'кириллица и 漢字',
  `"quoted" 'twice' \\back\\slash`,
  'line one\nline two\ttabbed',
  '\u2028separated\u2029\u0001',
  '{"json": [1, null]}',
  '\\u0041 \\x41 \\N',
  'z\u0301\u0323 combined',
];

const roles = ['admin', 'server_admin', 'viewer'] as const;
const system = systemActor('system');

/** Fills every table that a snapshot holds with values at the edge of what its columns take. */
export async function fillWithEdges(db: Db, owner: Db, keys: Keys): Promise<void> {
  const passwordHash = await hashPassword(password);
  await inChange(db, system, 'seed', 'edges: “every” table\nfilled 👍', async (trx) => {
    await sql`insert into services (name, name_key, aliases, devices, data_limit_gb, price_cents, position, created_at)
      select name, lower(name), aliases, devices, gb, cents, place, '2020-02-29 23:59:59.999999+00'
      from (values ('Edge', array['a', 'b,c', '"d"', '']::text[], 0, 0::float8, 0, 101),
        ('Null', '{}', null, null, null, 102),
        ('Most', '{x}', 2147483647, 1.7976931348623157e308, 2147483647, 2147483646),
        ('Least', '{}', 1, 5e-324, 1, 103), ('Third', '{}', 1, 0.1, 33, 104)) v (name, aliases, devices, gb, cents, place)`.execute(
      trx,
    );
    for (const [index, text] of texts.entries()) {
      const name = `${text.replaceAll('\n', ' ')} ${index}`.slice(0, 80);
      const binned = index % 4 === 3 ? '2026-01-31T12:00:00.000001Z' : null;
      const { id: serverId } = await trx
        .insertInto('servers')
        .values({
          ...{ name, nameKey: nameKey(name), owner: index % 2 ? null : text.slice(0, 80) },
          ...{ note: text.repeat(20).slice(0, 2000), ipAddress: index % 3 ? null : '2001:db8::1' },
          ...{ serviceType: index % 2 ? text.slice(0, 80) : null },
          ...{ domainName: index % 3 ? `${'a'.repeat(63)}.example` : null },
          ...{ position: index + 1, deletedAt: binned },
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      for (const [number, other] of texts.entries()) {
        const user = {
          accountName: `${other.replaceAll('\n', ' ')} ${number}`.slice(0, 80),
          contact: number % 2 ? other : null,
          remark: number % 3 ? other.repeat(30).slice(0, 1000) : null,
        };
        await sql`
          insert into users (server_id, account_name, name_key, search_key, contact, remark, service_id,
            expires_on, total_devices, data_limit_gb, enabled, deleted_at, created_at)
          values (${serverId}, ${user.accountName}, ${keysOf(user).nameKey}, ${keysOf(user).searchKey},
            ${user.contact}, ${user.remark}, ${number % 2 ? null : sql`(select id from services where name = 'Edge')`},
            ${['infinity', '0001-01-01', '9999-12-31', '-infinity', '2024-02-29'][number % 5]}::date,
            ${number % 4 ? number : null}, ${[null, 0.1, 1e-9, 1e300, 123456.789][number % 5]},
            ${number % 2 === 0}, ${number % 7 === 6 ? sql`'2026-03-01 00:00:00.000001+00'::timestamptz` : null},
            '1999-12-31 23:59:59.123456+00')`.execute(trx);
      }
    }
    await sql`delete from users where id = (select max(id) from users)`.execute(trx);
    for (const [index, text] of texts.entries()) {
      const username = `${text.slice(0, 40)} ${index}`;
      const { id: accountId } = await trx
        .insertInto('accounts')
        .values({
          ...{ username, nameKey: nameKey(username), displayName: text.slice(0, 80) || 'x' },
          ...{ email: index % 2 ? null : `a${index}@example.net`, passwordHash },
          ...{ role: roles[Math.min(index, 2)] ?? 'viewer' },
          ...{ disabledAt: index % 5 === 4 ? '2026-05-05T05:05:05.555555Z' : null },
          ...{ oneTimeUntil: index % 3 === 2 ? '2026-12-31T23:59:59.999999Z' : null },
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      await sql`insert into grants (account_id, server_id, level, actions)
        select ${accountId}, id, 'manage', '{users:create,users:export}' from servers order by id limit 3`.execute(
        trx,
      );
      await sql`insert into sign_in_attempts (name_key, account_id, outcome, ip, user_agent, at)
        values (${nameKey(username)}, ${index % 2 ? null : accountId}, 'unknown_account', '::1', ${text},
          '2026-06-30 23:59:60+00')`.execute(trx);
      await sql`insert into notification_preferences (account_id, choices, quiet_from, quiet_until)
        values (${accountId}, ${JSON.stringify({ sign_in: { panel: true } })}, '23:59', '00:00')`.execute(
        trx,
      );
      await sql`insert into telegram_chats (chat_id, telegram_user_id, name, account_id, blocked_at)
        values (${`-100${index}`}, ${String(index)}, ${text.slice(0, 60) || 'x'}, ${accountId},
          '2026-06-30 23:59:59.999999+00')`.execute(trx);
      const bytes = Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 7 + index) % 256));
      await sql`insert into images (purpose, account_id, media_type, bytes, sha256)
        values ('avatar', ${accountId}, 'image/webp', ${bytes}, ${digestOf(bytes)})`.execute(trx);
    }
    await sql`insert into images (purpose, media_type, bytes, sha256)
      values ('favicon', 'image/png', ${Buffer.from([0, 255, 0, 92])}, ${'0'.repeat(64)})`.execute(
      trx,
    );
    const sealed = seal(keys.settings, 'telegram.token', '123:secret');
    await sql`insert into settings (section, fields, secrets, secret_states) values
      ('general', ${JSON.stringify({ siteName: 'Edges 👾', soonWindowHours: 72 })}, '{}', '{}'),
      ('telegram', '{"deep": {"list": [1.10, 1e5, null, "\\"x\\""], "empty": {}}}',
        ${JSON.stringify({ token: sealed })}, '{"token": {"set": true, "lastFour": null}}')`.execute(
      trx,
    );
  });
  await addOldEntries(owner);
}

/** As the log of an older portal looks: months that have no partition of their own, and one that has. */
async function addOldEntries(owner: Db): Promise<void> {
  await owner.transaction().execute(async (trx) => {
    for (const table of ['changes', 'entries'])
      await sql`alter table ${sql.table(table)} disable trigger user`.execute(trx);
    await sql`alter table entries_default disable trigger user`.execute(trx);
    await sql`insert into changes (account_name, via, action, at) values
      ('long ago', 'cli', 'seed', '2019-02-28 23:59:59.999999+00')`.execute(trx);
    await sql`
      insert into changes (account_id, account_name, via, action, request_id, ip, months, undoes_change_id)
      select (select min(id) from accounts), 'undone', 'panel', 'users:extend', 'request', '2001:db8::1', 12, min(id)
      from changes`.execute(trx);
    await sql`
      insert into entries (at, change_id, table_name, row_id, before, after)
      select at::timestamptz, 1, 'users', 1, '{}', jsonb_build_object('text', ${texts.join(' ')}::text, 'n', 1.10)
      from unnest(array['2019-02-28 23:59:59.999999+00', '2019-03-01 00:00:00+00', '2020-01-01 00:00:00+00']) at`.execute(
      trx,
    );
    for (const table of ['changes', 'entries', 'entries_default'])
      await sql`alter table ${sql.table(table)} enable trigger user`.execute(trx);
  });
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Of the tables of a dump, those without a row, and the columns of the others that no row has a value in: what a
 * comparison of two dumps would say nothing about.
 */
export function unfilledOf(dump: Readonly<Record<string, string[]>>): string[] {
  return Object.entries(dump).flatMap(([table, lines]) => {
    const rows = lines.map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
    const isEmpty = (column: string) => rows.every((row) => row[column] === null);
    const columns = Object.keys(rows[0] ?? {}).filter(isEmpty);
    return rows.length === 0 ? [table] : columns.map((column) => `${table}.${column}`);
  });
}

/** By table, its rows in the order of the key, as one text: what two databases are compared by. */
export async function canonicalDump(
  owner: Db,
  leftOut: Readonly<Record<string, readonly string[] | 'all'>>,
): Promise<Record<string, string[]>> {
  const { rows: tables } = await sql<{ name: string }>`
    select relname::text as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    order by 1`.execute(owner);
  const dump: Record<string, string[]> = {};
  for (const { name } of tables) {
    const without = leftOut[name] ?? [];
    if (without === 'all') continue;
    const { rows } = await sql<{ line: string }>`
      select (to_jsonb(t) - ${without}::text[])::text as line from ${sql.table(name)} t order by 1`.execute(
      owner,
    );
    dump[name] = rows.map(({ line }) => line);
  }
  return dump;
}
