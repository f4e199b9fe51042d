import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { test as base, describe, expect } from 'vitest';
import type { Config } from '#config.ts';
import { execute } from '#test/global-setup.ts';
import { connect, type Db } from './client.ts';
import { startEmbeddedPostgres } from './embedded.ts';
import { pendingMigrations } from './migrator.ts';
import { prepareOutsideDatabase } from './outside.ts';
import { outsideCredentialsFile } from './outside-credentials.ts';
import { withDb } from './outside-roles.ts';
import { readPowers, refusePowerfulRole } from './role-powers.ts';
import { urlAs } from './roles.ts';
import { refuseOtherSessions } from './session-defaults.ts';

const password = 'of-a-throw-away-server-again';

/** Somebody's PostgreSQL, with passwords and without anything of ours; each test gets it so. */
const test = base
  .extend('server', { scope: 'file' }, async ({}, { onCleanup }) => {
    const given = process.env.TEST_EMPTY_DATABASE_URL;
    if (given) return given;
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-outside-'));
    const postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
    onCleanup(async () => {
      await postgres.stop();
      rmSync(dataDir, { recursive: true });
    });
    return postgres.superuserUrl;
  })
  .extend('superuserUrl', async ({ server }, { onCleanup }) => {
    onCleanup(() => empty(server));
    return server;
  })
  .extend('dataDir', async ({}, { onCleanup }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
    onCleanup(() => rmSync(dataDir, { recursive: true }));
    return dataDir;
  })
  .extend(
    'prepare',
    ({ dataDir }) =>
      (url: string, more: Access = {}) =>
        prepareOutsideDatabase({ dataDir, database: outside(url, more) }),
  );

interface Access {
  directUrl?: string;
  ownerUrl?: string;
  singleRole?: boolean;
}

function outside(
  url: string,
  { directUrl, ownerUrl, singleRole = false }: Access,
): Config['database'] {
  return { kind: 'outside', url, directUrl, ownerUrl, singleRole, poolSize: 4, isPrepared: true };
}

async function empty(server: string): Promise<void> {
  const { databases, roles } = await withDb(server, async (db) => ({
    databases: await sql<{ name: string }>`
      select datname as name from pg_database
      where not datistemplate and datname <> 'postgres'`.execute(db),
    roles: await sql<{ name: string }>`
      select rolname as name from pg_roles where rolname <> current_user and rolname !~ '^pg_'`.execute(
      db,
    ),
  }));
  for (const { name } of databases.rows)
    await execute(server, `drop database "${name}" with (force)`);
  for (const { name } of roles.rows)
    await execute(server, `drop owned by "${name}"`, `drop role "${name}"`);
}

const powersAt = (url: string) => withDb(url, readPowers);

describe('a role that may make roles', () => {
  test('makes both, and a database, and hands out the one that owns nothing', async ({
    superuserUrl,
    dataDir,
    prepare,
  }) => {
    const { appUrl, applied } = await prepare(superuserUrl);

    expect(applied).toContain('0001_changes.sql');
    expect(await powersAt(appUrl)).toEqual({
      role: 'cmp_app',
      database: 'cmp',
      isSuperuser: false,
      mayMakeRoles: false,
      ownsTables: false,
      isApp: true,
    });
    expect(statSync(outsideCredentialsFile(dataDir)).mode & 0o777).toBe(0o600);
    expect(await withDb(appUrl, pendingMigrations)).toEqual([]);
  });

  test('finds them again at the next start', async ({ superuserUrl, dataDir, prepare }) => {
    const first = await prepare(superuserUrl);
    const kept = readFileSync(outsideCredentialsFile(dataDir), 'utf8');

    const second = await prepare(superuserUrl);

    expect(second).toEqual({ ...first, applied: [] });
    expect(readFileSync(outsideCredentialsFile(dataDir), 'utf8')).toBe(kept);
  });

  test('goes on where a start was killed after it kept the passwords', async ({
    superuserUrl,
    prepare,
  }) => {
    await prepare(superuserUrl);
    await empty(superuserUrl);

    const { appUrl } = await prepare(superuserUrl);

    expect(await powersAt(appUrl)).toMatchObject({ role: 'cmp_app' });
  });

  test('lets two starts at once agree', async ({ superuserUrl, prepare }) => {
    const [one, other] = await Promise.all([prepare(superuserUrl), prepare(superuserUrl)]);

    expect(one.appUrl).toBe(other.appUrl);
    expect(await powersAt(one.appUrl)).toMatchObject({ role: 'cmp_app' });
  });

  test('leaves roles alone whose passwords it does not know', async ({
    superuserUrl,
    dataDir,
    prepare,
  }) => {
    const { appUrl } = await prepare(superuserUrl);
    rmSync(outsideCredentialsFile(dataDir));

    await expect(prepare(superuserUrl)).rejects.toThrow(/cmp_app and cmp_owner already/);

    expect(await powersAt(appUrl)).toMatchObject({ role: 'cmp_app' });
  });

  test('leaves roles alone that have other passwords', async ({ superuserUrl, prepare }) => {
    await prepare(superuserUrl);
    await execute(superuserUrl, `alter role cmp_app password '${password}'`);

    await expect(prepare(superuserUrl)).rejects.toThrow(/has cmp_app already/);

    const theirs = urlAs(superuserUrl, 'cmp_app', password, 'cmp');
    expect(await powersAt(theirs)).toMatchObject({ role: 'cmp_app' });
  });

  test('uses the database that is named, and leaves it its owner', async ({
    superuserUrl,
    prepare,
  }) => {
    await execute(superuserUrl, "create database portal encoding 'UTF8' template template0");

    const { appUrl } = await prepare(named(superuserUrl, 'portal'));

    expect(await powersAt(appUrl)).toMatchObject({ database: 'portal', ownsTables: false });
    const { rows } = await withDb(superuserUrl, (db) =>
      sql`select datdba::regrole::text as owner from pg_database where datname = 'portal'`.execute(
        db,
      ),
    );
    expect(rows).toEqual([{ owner: new URL(superuserUrl).username }]);
  });

  test('makes the database that is named and not there', async ({ superuserUrl, prepare }) => {
    const { appUrl } = await prepare(named(superuserUrl, 'not there yet'));

    expect(await powersAt(appUrl)).toMatchObject({ database: 'not there yet' });
  });

  test('refuses a database that holds something else', async ({ superuserUrl, prepare }) => {
    await execute(superuserUrl, 'create database shop template template0');
    await execute(named(superuserUrl, 'shop'), 'create table orders (id int)');

    await expect(prepare(named(superuserUrl, 'shop'))).rejects.toThrow(
      'The database shop holds tables of something else (orders)',
    );
  });

  test('need be no superuser', async ({ superuserUrl, prepare }) => {
    await execute(
      superuserUrl,
      `create role maker login createrole createdb password '${password}'`,
    );

    const { appUrl } = await prepare(urlAs(superuserUrl, 'maker', password, 'postgres'));

    expect(await powersAt(appUrl)).toMatchObject({ role: 'cmp_app', database: 'cmp' });
  });

  test('need not make databases, where it names one of its own', async ({
    superuserUrl,
    prepare,
  }) => {
    await execute(
      superuserUrl,
      `create role maker login createrole password '${password}'`,
      "create database portal owner maker encoding 'UTF8' template template0",
    );

    const { appUrl } = await prepare(urlAs(superuserUrl, 'maker', password, 'portal'));

    expect(await powersAt(appUrl)).toMatchObject({ role: 'cmp_app', database: 'portal' });
  });

  test('is told so where it may not open the database', async ({ superuserUrl, prepare }) => {
    await execute(
      superuserUrl,
      `create role maker login createrole password '${password}'`,
      "create database portal encoding 'UTF8' template template0",
    );

    await expect(prepare(urlAs(superuserUrl, 'maker', password, 'portal'))).rejects.toThrow(
      'may not open the database portal',
    );
  });
});

describe('two roles of the operator', () => {
  test('migrate and serve', async ({ superuserUrl, prepare }) => {
    const urls = await makeRoles(superuserUrl);

    const { appUrl, applied } = await prepare(urls.app, { ownerUrl: urls.owner });

    expect(appUrl).toBe(urls.app);
    expect(applied).toContain('0001_changes.sql');
    expect(await powersAt(appUrl)).toMatchObject({ role: 'cmp_app', ownsTables: false });
  });

  test('may include one that is a member of cmp_app', async ({ superuserUrl, prepare }) => {
    const urls = await makeRoles(superuserUrl);
    await execute(superuserUrl, `create role portal login in role cmp_app password '${password}'`);
    const url = urlAs(superuserUrl, 'portal', password, 'cmp');

    const { appUrl } = await prepare(url, { ownerUrl: urls.owner });

    expect(await powersAt(appUrl)).toMatchObject({ role: 'portal', isApp: true });
  });

  test('are refused where the one that serves is not cmp_app, before anything is made', async ({
    superuserUrl,
    prepare,
  }) => {
    const urls = await makeRoles(superuserUrl);
    await execute(
      superuserUrl,
      `create role other login password '${password}'`,
      'grant connect on database cmp to other',
    );
    const url = urlAs(superuserUrl, 'other', password, 'cmp');

    await expect(prepare(url, { ownerUrl: urls.owner })).rejects.toThrow('is not cmp_app');

    expect(await withDb(urls.owner, pendingMigrations)).toContain('0001_changes.sql');
  });

  test('are refused where the one that serves owns the tables', async ({
    superuserUrl,
    prepare,
  }) => {
    const urls = await makeRoles(superuserUrl);
    await execute(superuserUrl, 'grant cmp_app to cmp_owner');

    await expect(prepare(urls.owner, { ownerUrl: urls.owner })).rejects.toThrow(
      'would serve as cmp_owner, which owns the tables',
    );
  });

  test.for(['cmp_owner', 'tenant'])(
    'may come after the tables, which %s made alone, and are let in as if they had been there',
    async (owner, { superuserUrl, prepare }) => {
      await execute(
        superuserUrl,
        `create role ${owner} login password '${password}'`,
        `create database cmp owner ${owner}`,
      );
      const ownerUrl = urlAs(superuserUrl, owner, password, 'cmp');
      await prepare(ownerUrl, { singleRole: true });
      await execute(superuserUrl, `create role cmp_app login password '${password}'`);
      const appUrl = urlAs(superuserUrl, 'cmp_app', password, 'cmp');

      expect(await prepare(appUrl, { ownerUrl })).toEqual({ appUrl, ownerUrl, applied: [] });
      const late = await privilegesOf(superuserUrl);

      await empty(superuserUrl);
      const urls = await makeRoles(superuserUrl);
      await prepare(urls.app, { ownerUrl: urls.owner });
      expect(late.length).toBeGreaterThan(50);
      expect(late).toEqual(await privilegesOf(superuserUrl));
    },
  );

  test('are told who owns the tables, where a maker of roles comes after a role that served alone', async ({
    superuserUrl,
    prepare,
  }) => {
    const url = await makeTenant(superuserUrl);
    await prepare(url, { singleRole: true });
    await execute(superuserUrl, 'alter role tenant createrole');

    await expect(prepare(url)).rejects.toThrow(
      /The tables belong to tenant.*DATABASE_OWNER_URL.*DATABASE_URL/,
    );
  });

  test('are refused in a sentence where a password is wrong', async ({ superuserUrl, prepare }) => {
    const urls = await makeRoles(superuserUrl);

    await expect(
      prepare(urlAs(urls.app, 'cmp_app', 'not-it'), { ownerUrl: urls.owner }),
    ).rejects.toThrow('The outside database cannot be used: password authentication failed');
  });
});

describe('an address past a pooler', () => {
  test('is what is prepared, and makes what sessions begin with the role’s own', async ({
    superuserUrl,
    prepare,
  }) => {
    const { appUrl, ownerUrl = '' } = await prepare(superuserUrl);
    const pooled = 'postgres://cmp_app@127.0.0.1:1/cmp';

    await prepare(pooled, { directUrl: appUrl, ownerUrl });

    await withPool(appUrl, async (db) => {
      await expect(refuseOtherSessions(db)).resolves.toBeUndefined();
    });
    await execute(superuserUrl, 'alter role cmp_app reset statement_timeout');
    await withPool(appUrl, async (db) => {
      await expect(refuseOtherSessions(db)).rejects.toThrow(
        'begin with statement_timeout=0 and not 15000',
      );
    });
  });

  test('is refused where its role makes roles: a pooler would not let them in', async ({
    superuserUrl,
    prepare,
  }) => {
    const pooled = 'postgres://postgres@127.0.0.1:1/cmp';

    await expect(prepare(pooled, { directUrl: superuserUrl })).rejects.toThrow(
      'so DATABASE_DIRECT_URL names cmp_app and not postgres',
    );
  });
});

/** As behind a pooler: nothing is asked of a session when it is opened. */
async function withPool(url: string, use: (db: Db) => Promise<void>): Promise<void> {
  const { db } = connect(url, 1, { isPooled: true });
  try {
    await use(db);
  } finally {
    await db.destroy();
  }
}

describe('cmp_app alone', () => {
  test('serves where someone else has migrated', async ({ superuserUrl, prepare }) => {
    const urls = await makeRoles(superuserUrl);
    await prepare(urls.app, { ownerUrl: urls.owner });

    expect(await prepare(urls.app)).toEqual({ appUrl: urls.app, applied: [] });
  });

  test('is refused where a migration is missing', async ({ superuserUrl, prepare }) => {
    const urls = await makeRoles(superuserUrl);

    await expect(prepare(urls.app)).rejects.toThrow(
      /lacks 0001_changes\.sql.*set DATABASE_OWNER_URL too/,
    );
  });
});

describe('a role that may make no roles', () => {
  test('is refused unless told to serve as the owner', async ({ superuserUrl, prepare }) => {
    const url = await makeTenant(superuserUrl);

    await expect(prepare(url)).rejects.toThrow(/tenant may not make the roles.*DB_SINGLE_ROLE=on/);
  });

  test('migrates and serves when told to, and the log still refuses to be rewritten', async ({
    superuserUrl,
    prepare,
  }) => {
    const url = await makeTenant(superuserUrl);

    const { appUrl } = await prepare(url, { singleRole: true });

    expect(appUrl).toBe(url);
    expect(await powersAt(url)).toMatchObject({ role: 'tenant', ownsTables: true, isApp: false });
    await withDb(url, async (db) => {
      await sql`with change as (
          insert into changes (account_name, via, action) values ('sam', 'system', 'seed') returning id)
        select set_config('cmp.change_id', id::text, true) from change`.execute(db);
      const partition = `entries_${new Date().toISOString().slice(0, 7).replace('-', '_')}`;
      const row =
        "(at, change_id, table_name, row_id, before, after) values (now(), 1, 'x', 1, '{}', '{}')";
      for (const forgery of [
        "update changes set account_name = 'nobody'",
        'delete from changes',
        'truncate changes cascade',
        'truncate entries',
        'delete from entries',
        "update entries set before = '{}'",
        `insert into entries ${row}`,
        `insert into ${partition} ${row}`,
        `truncate ${partition}`,
      ])
        await expect(sql.raw(forgery).execute(db), forgery).rejects.toThrow('append-only');
      await expect(sql`truncate servers cascade`.execute(db)).rejects.toThrow(
        /no entries|append-only/,
      );
      const outsideChange = sql`insert into settings (section) values ('general')`.execute(db);
      await expect(outsideChange).rejects.toThrow('a write outside a change');
    });
  });
});

describe('refusePowerfulRole', () => {
  test('lets cmp_app serve', async ({ superuserUrl, prepare }) => {
    const { appUrl } = await prepare(superuserUrl);

    await expect(withDb(appUrl, (db) => refusePowerfulRole(db, false))).resolves.toBeUndefined();
  });

  test('refuses a superuser, a maker of roles, the owner, and who may become it, unless told', async ({
    superuserUrl,
  }) => {
    await makeRoles(superuserUrl);
    await execute(
      superuserUrl,
      `create role maker login createrole password '${password}'`,
      `create role heir login noinherit in role cmp_owner password '${password}'`,
      'grant connect on database cmp to maker',
    );
    await execute(named(superuserUrl, 'cmp'), 'set role cmp_owner', 'create table things (id int)');
    const as = (role: string) => urlAs(superuserUrl, role, password, 'cmp');

    for (const [url, power] of [
      [named(superuserUrl, 'cmp'), 'is a superuser'],
      [as('maker'), 'may make roles'],
      [as('cmp_owner'), 'owns the tables'],
      [as('heir'), 'owns the tables'],
    ] as const) {
      await expect(withDb(url, (db) => refusePowerfulRole(db, false))).rejects.toThrow(power);
      await expect(withDb(url, (db) => refusePowerfulRole(db, true))).resolves.toBeUndefined();
    }
  });
});

test('a database that does not answer is told in a sentence', async ({ prepare }) => {
  await expect(prepare('postgres://cmp_app@127.0.0.1:9/cmp')).rejects.toThrow(
    /^The outside database cannot be used: connect ECONNREFUSED 127\.0\.0\.1:9\.$/,
  );
});

test('kept passwords that cannot be read are told in a sentence', async ({
  superuserUrl,
  dataDir,
  prepare,
}) => {
  await prepare(superuserUrl);
  writeFileSync(outsideCredentialsFile(dataDir), '{"ownerPassword":');

  await expect(prepare(superuserUrl)).rejects.toThrow(/passwords in .* cannot be read/);
});

function named(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}

async function makeRoles(superuserUrl: string): Promise<{ owner: string; app: string }> {
  await execute(
    superuserUrl,
    `create role cmp_owner login password '${password}'`,
    `create role cmp_app login password '${password}'`,
    "create database cmp owner cmp_owner encoding 'UTF8' template template0",
  );
  const as = (role: string) => urlAs(superuserUrl, role, password, 'cmp');
  return { owner: as('cmp_owner'), app: as('cmp_app') };
}

/** What a hosting firm gives: a database, and the one role that owns it. */
async function makeTenant(superuserUrl: string): Promise<string> {
  await execute(
    superuserUrl,
    `create role tenant login password '${password}'`,
    "create database tenancy owner tenant encoding 'UTF8' template template0",
  );
  return urlAs(superuserUrl, 'tenant', password, 'tenancy');
}

/** Everything in the database that cmp_app may do and not everybody may. */
async function privilegesOf(superuserUrl: string): Promise<string[]> {
  const url = urlAs(superuserUrl, new URL(superuserUrl).username, '', 'cmp');
  const withPassword = new URL(url);
  withPassword.password = new URL(superuserUrl).password;
  const { rows } = await withDb(withPassword.href, (db) =>
    sql<{ privilege: string }>`
      select object || ' ' || privilege_type as privilege
      from (
        select oid::regclass::text, relacl from pg_class
        union all select oid::regprocedure::text, proacl from pg_proc
        union all select nspname, nspacl from pg_namespace
        union all select attrelid::regclass || '.' || attname, attacl from pg_attribute
      ) as objects (object, acl), aclexplode(acl)
      where grantee = 'cmp_app'::regrole
      order by 1`.execute(db),
  );
  return rows.map(({ privilege }) => privilege);
}
