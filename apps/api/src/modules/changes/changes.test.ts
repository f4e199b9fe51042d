import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { addSampleData } from '#modules/setup/sample-data.service.ts';
import { system, test } from '#test/fixtures.ts';
import { inChange } from './changes.service.ts';

const renameAll = sql`update servers set name = 'renamed'`;

describe('the database', () => {
  test('refuses a write outside a change', async ({ db, given }) => {
    await given.servers('tokyo');

    await expect(renameAll.execute(db)).rejects.toThrow('a write outside a change');
  });

  test('refuses a change of another transaction', async ({ db, given }) => {
    await given.servers('tokyo');

    const write = db.transaction().execute(async (trx) => {
      await sql`select set_config('cmp.change_id', max(id)::text, true) from changes`.execute(trx);
      await renameAll.execute(trx);
    });

    await expect(write).rejects.toThrow('a write outside a change');
  });

  test.for(['servers', 'users', 'services', 'accounts', 'grants', 'settings'])(
    'refuses to truncate %s, even for its owner',
    async (table, { owner }) => {
      await expect(sql`truncate ${sql.table(table)} cascade`.execute(owner)).rejects.toThrow(
        /would leave no entries|append-only/,
      );
    },
  );

  test.for([
    'delete from entries',
    "update entries set before = '{}'",
    'truncate entries',
    'drop table entries',
    "insert into entries (at, change_id, table_name, row_id, before, after) values (now(), 1, 'x', 1, '{}', '{}')",
    'delete from changes',
    'update changes set account_id = 2',
    'truncate changes cascade',
    "insert into changes (account_name, via, action, xid) values ('x', 'system', 'x', '1')",
    "insert into changes (account_name, via, action, at) values ('x', 'system', 'x', '2020-01-01')",
    'alter table servers disable trigger all',
    'alter table entries disable trigger all',
    'drop trigger record_servers_update on servers',
    'create or replace function current_change() returns changes language sql as $$ select null::changes $$',
    "set session_replication_role = 'replica'",
    'set role cmp_owner',
    'truncate servers cascade',
    'drop table servers cascade',
    'create table mine (id int)',
    "call let_app('all', 'entries')",
    "call audit('sessions')",
  ])('refuses the application: %s', async (forgery, { db, given }) => {
    await given.servers('tokyo');

    await expect(sql.raw(forgery).execute(db)).rejects.toThrow(
      /permission denied|must be owner|append-only/,
    );
  });

  test('refuses its owner to rewrite the log, also by a partition’s name', async ({
    owner,
    given,
  }) => {
    await given.servers('tokyo');
    const { rows } = await sql<{ name: string }>`
      select tableoid::regclass::text as name from entries limit 1`.execute(owner);
    const partition = sql.table(rows[0]?.name ?? '');

    for (const forgery of [
      sql`update changes set account_name = 'nobody'`,
      sql`delete from entries`,
      sql`delete from ${partition}`,
      sql`truncate ${partition}`,
      sql`truncate entries_default`,
      sql`update ${partition} set row_id = 0`,
      sql`insert into ${partition} (at, change_id, table_name, row_id, before, after)
        values (now(), 1, 'servers', 1, '{}', '{}')`,
    ])
      await expect(forgery.execute(owner)).rejects.toThrow('append-only');
  });

  test('keeps the password’s hash out of every entry', async ({ db, given }) => {
    const { id } = await given.account();
    const { passwordHash } = await db
      .selectFrom('accounts')
      .select('passwordHash')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();

    const { rows } = await sql<{ text: string }>`
      select coalesce(string_agg(entries::text, ' '), '') as text from entries`.execute(db);

    expect(rows[0]?.text).toContain('username');
    expect(rows[0]?.text).not.toContain(passwordHash.slice(-20));
    expect(rows[0]?.text).not.toContain('password_hash');
  });

  test('takes an entry for which no month is there', async ({ owner, given }) => {
    const { rows } = await sql<{ name: string }>`
      select inhrelid::regclass::text as name from pg_inherits
      where inhparent = 'entries'::regclass and inhrelid <> 'entries_default'::regclass`.execute(
      owner,
    );
    for (const { name } of rows) await sql`drop table ${sql.table(name)}`.execute(owner);

    await given.servers('tokyo');

    const strays = await sql<{ count: number }>`
      select count(*) as count from entries_default`.execute(owner);
    expect(strays.rows[0]?.count).toBe(1);
  });
});

describe('inChange', () => {
  test('records who, what, from where, and the row before and after', async ({ db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const actor = { ...system, username: 'sam', accountId: 7, ip: '192.0.2.7', requestId: 'r-1' };

    await inChange(db, actor, 'servers:update', 'as the owner asked', (trx) =>
      trx.updateTable('servers').set({ name: 'kyoto' }).where('id', '=', tokyo.id).execute(),
    );

    const entry = await db
      .selectFrom('changes')
      .innerJoin('entries', 'entries.changeId', 'changes.id')
      .select(['accountId', 'accountName', 'via', 'reason', 'ip', 'requestId'])
      .select(['tableName', 'rowId', 'serverId', 'before', 'after'])
      .where('action', '=', 'servers:update')
      .execute();
    expect(entry).toEqual([
      {
        accountId: 7,
        accountName: 'sam',
        via: 'system',
        reason: 'as the owner asked',
        ip: '192.0.2.7',
        requestId: 'r-1',
        tableName: 'servers',
        rowId: tokyo.id,
        serverId: tokyo.id,
        before: { name: 'tokyo' },
        after: { name: 'kyoto' },
      },
    ]);
  });

  test('records all of a row that comes or goes, and only what altered of one that stays', async ({
    db,
    given,
  }) => {
    const [tokyo, kyoto] = await given.servers('tokyo', 'kyoto');

    await inChange(db, system, 'servers:update', null, async (trx) => {
      await sql`update servers set note = case when id = ${tokyo.id} then 'new disk' end`.execute(
        trx,
      );
      await sql`update servers set note = null where id = ${tokyo.id}`.execute(trx);
      await sql`delete from servers where id = ${kyoto.id}`.execute(trx);
    });

    const entries = await db
      .selectFrom('entries')
      .select(['rowId', 'serverId', 'before', 'after'])
      .where('tableName', '=', 'servers')
      .orderBy('id')
      .execute();
    const of = ({ id }: { id: number }) => ({ rowId: id, serverId: id });
    const whole = ({ id, name }: { id: number; name: string }) => ({
      id,
      name,
      position: expect.any(Number),
      version: 1,
      created_at: expect.any(String),
    });
    expect(entries).toEqual([
      { ...of(tokyo), before: {}, after: whole(tokyo) },
      { ...of(kyoto), before: {}, after: whole(kyoto) },
      { ...of(tokyo), before: {}, after: { note: 'new disk' } },
      { ...of(tokyo), before: { note: 'new disk' }, after: {} },
      { ...of(kyoto), before: whole(kyoto), after: {} },
    ]);
  });

  test('takes 20,000 rows on a connection that altered one row before', async ({ db }) => {
    await inChange(db, system, 'seed', null, (trx) =>
      addSampleData(trx, '2026-01-01', { servers: 1, users: 20_000 }),
    );
    const extend = (condition = sql`true`) =>
      inChange(db, system, 'users:extend', null, (trx) =>
        sql`update users set version = version + 1 where ${condition}`.execute(trx),
      );

    await extend(sql`id = (select min(id) from users)`);
    await extend();

    const { rows } = await sql<{ count: number }>`
      select count(*) as count from entries join changes on changes.id = change_id
      where action = 'users:extend'`.execute(db);
    expect(rows[0]?.count).toBe(20_001);
  });

  test('fails where the commit stored nothing', async ({ db }) => {
    const change = inChange(db, system, 'servers:create', null, async (trx) => {
      await sql`select 1 / 0`.execute(trx).catch(() => {});
    });

    await expect(change).rejects.toThrow();
  });

  test('leaves nothing of a change whose work failed', async ({ db, given }) => {
    await given.servers('tokyo');
    const before = await db.selectFrom('changes').select('id').execute();

    const change = inChange(db, system, 'servers:update', null, async (trx) => {
      await renameAll.execute(trx);
      throw new Error('thought better of it');
    });

    await expect(change).rejects.toThrow('thought better of it');
    expect(await db.selectFrom('changes').select('id').execute()).toEqual(before);
    expect(await db.selectFrom('servers').select('name').execute()).toEqual([{ name: 'tokyo' }]);
  });
});
