import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, inject } from 'vitest';
import { test as base } from '#test/fixtures.ts';
import { execute, rolePassword } from '#test/global-setup.ts';
import { auditedTables, MigrationError, migrate, pendingMigrations } from './migrator.ts';
import { withDb } from './outside-roles.ts';
import { urlAs } from './roles.ts';

const postgresUrl = inject('postgresUrl');

const test = base
  /** As the owner of an empty database. */
  .extend('emptyUrl', async ({}, { onCleanup }) => {
    const name = `test_${randomUUID()}`;
    await execute(
      postgresUrl,
      `create database "${name}" owner cmp_owner encoding 'UTF8' template template0`,
    );
    onCleanup(() => execute(postgresUrl, `drop database "${name}" with (force)`));
    return urlAs(postgresUrl, 'cmp_owner', rolePassword, name);
  })
  /** A copy of migrations/ to alter. */
  .extend('folder', async ({}, { onCleanup }) => {
    const path = mkdtempSync(join(tmpdir(), 'cmp-migrations-'));
    cpSync(fileURLToPath(new URL('../../../../migrations', import.meta.url)), path, {
      recursive: true,
    });
    onCleanup(() => rmSync(path, { recursive: true }));
    return path;
  })
  /** Somebody else on that database. */
  .extend('holder', async ({ emptyUrl }, { onCleanup }) => {
    const holder = new pg.Client(emptyUrl);
    await holder.connect();
    onCleanup(() => holder.end());
    return holder;
  });

const urlOf = (folder: string) => pathToFileURL(`${folder}/`);

describe('migrate', () => {
  test('applies what is missing, once', async ({ emptyUrl }) => {
    const missing = await withDb(emptyUrl, pendingMigrations);

    expect(await migrate(emptyUrl)).toEqual(missing);
    expect(missing).toContain('0001_changes.sql');
    expect(await migrate(emptyUrl)).toEqual([]);
    expect(await withDb(emptyUrl, pendingMigrations)).toEqual([]);
  });

  test('refuses a file that was altered after it was applied', async ({ emptyUrl, folder }) => {
    await migrate(emptyUrl, urlOf(folder));
    writeFileSync(join(folder, '0002_ledger.sql'), 'select 1;');

    const again = migrate(emptyUrl, urlOf(folder));

    await expect(again).rejects.toThrow(MigrationError);
    await expect(again).rejects.toThrow('0002_ledger.sql was altered');
  });

  test('lets one of two starts run the migrations', async ({ emptyUrl }) => {
    const [one = [], other = []] = await Promise.all([migrate(emptyUrl), migrate(emptyUrl)]);

    expect([one.length, other.length].toSorted()[0]).toBe(0);
    expect([...one, ...other]).toContain('0001_changes.sql');
  });

  test.for([
    ['in the middle', 'create table half (id int); select 1 / 0;'],
    [
      'when it was recorded',
      "create table half (id int); insert into schema_migrations values ('9999_bad.sql', '');",
    ],
  ] as const)(
    'leaves nothing of a migration that failed %s, and keeps those before it',
    async ([, text], { emptyUrl, folder }) => {
      writeFileSync(join(folder, '9998_good.sql'), 'create table good (id int);');
      writeFileSync(join(folder, '9999_bad.sql'), text);

      await expect(migrate(emptyUrl, urlOf(folder))).rejects.toThrow('9999_bad.sql failed');

      const { rows } = await withDb(emptyUrl, (db) =>
        sql`select to_regclass('good')::text as good, to_regclass('half')::text as half,
        exists (select from schema_migrations where name = '9999_bad.sql') as is_recorded`.execute(
          db,
        ),
      );
      expect(rows).toEqual([{ good: 'good', half: null, isRecorded: false }]);
    },
  );

  test('steps aside for those who serve where a table is held, and comes again', async ({
    emptyUrl,
    folder,
    holder,
  }) => {
    await migrate(emptyUrl, urlOf(folder));
    writeFileSync(join(folder, '9998_wide.sql'), 'alter table servers add column wide text;');
    await holder.query('begin; lock table servers in access share mode');

    const migrating = migrate(emptyUrl, urlOf(folder), { lockMs: 100, tries: 50, pauseMs: 100 });
    const waits: number[] = [];
    for (let reading = 0; reading < 20; reading += 1) {
      const askedAt = performance.now();
      await execute(emptyUrl, 'select from servers');
      waits.push(performance.now() - askedAt);
    }
    await holder.query('commit');

    expect(await migrating).toEqual(['9998_wide.sql']);
    expect(Math.max(...waits)).toBeLessThan(2_000);
  });

  test('says so where a table is held for ever', async ({ emptyUrl, folder, holder }) => {
    await migrate(emptyUrl, urlOf(folder));
    writeFileSync(join(folder, '9998_wide.sql'), 'alter table servers add column wide text;');
    await holder.query('begin; lock table servers in access share mode');

    const migrating = migrate(emptyUrl, urlOf(folder), { lockMs: 20, tries: 3, pauseMs: 1 });

    await expect(migrating).rejects.toThrow(
      'Migration 9998_wide.sql was kept from its tables 3 times',
    );
  });

  test.for(['LATIN1', 'SQL_ASCII'])(
    'refuses a database in %s',
    async (encoding, { onTestFinished }) => {
      const name = `test_${randomUUID()}`;
      await execute(
        postgresUrl,
        `create database "${name}" owner cmp_owner encoding '${encoding}' locale 'C' locale_provider libc template template0`,
      );
      onTestFinished(() => execute(postgresUrl, `drop database "${name}" with (force)`));
      const url = urlAs(postgresUrl, 'cmp_owner', rolePassword, name);

      await expect(migrate(url)).rejects.toThrow(`The database's encoding is ${encoding}`);

      const { rows } = await withDb(url, (db) =>
        sql`select from pg_class where relnamespace = 'public'::regnamespace`.execute(db),
      );
      expect(rows).toEqual([]);
    },
  );

  test('makes the log’s months three ahead, and again after they ran out', async ({ emptyUrl }) => {
    const months = () =>
      withDb(emptyUrl, async (db) => {
        const { rows } = await sql<{ name: string }>`
          select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
          where inhparent = 'entries'::regclass order by relname`.execute(db);
        return rows.map(({ name }) => name);
      });
    const expected = Array.from({ length: 4 }, (_, ahead) => {
      const now = new Date();
      const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead));
      return `entries_${month.toISOString().slice(0, 7).replace('-', '_')}`;
    });
    await migrate(emptyUrl);
    expect(await months()).toEqual([...expected, 'entries_default'].toSorted());

    await execute(emptyUrl, ...expected.slice(1).map((name) => `drop table ${name}`));
    await migrate(emptyUrl);

    expect(await months()).toEqual([...expected, 'entries_default'].toSorted());
  });
});

test('the audited tables that the migrations name are those that record', async ({ owner }) => {
  const { rows } = await sql<{ name: string }>`
    select tgrelid::regclass::text as name from pg_trigger
    where tgname like 'record\_%\_insert' order by name`.execute(owner);

  expect((await auditedTables()).toSorted()).toEqual(rows.map(({ name }) => name));
});
