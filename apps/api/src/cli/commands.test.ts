import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, inject } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { keysOf, setupToken } from '#lib/keys.ts';
import { test } from '#test/command-fixtures.ts';
import { client } from '#test/fixtures.ts';
import { execute, rolePassword } from '#test/global-setup.ts';

const postgresUrl = inject('postgresUrl');
const oneTimePassword = /\b(?:\w{5}-){3}\w{5}\b/;

describe('cmp', () => {
  test('says what it can do when nothing is said', async ({ cmp }) => {
    const { exitCode, err } = await cmp('');

    expect(exitCode).toBe(2);
    for (const command of ['migrate', 'seed', 'account', 'doctor', '--json'])
      expect(err).toContain(command);
  });

  test.for(['--help', 'seed --help', 'seed demo --help', 'account create --help'])(
    'explains %s',
    async (line, { cmp }) => {
      const { exitCode, out } = await cmp(line);

      expect(exitCode).toBe(0);
      expect(out).toMatch(/^Usage: cmp/);
    },
  );

  test.for(['docter', 'account creat', 'seed demo --users many', 'account create --role king'])(
    'does not understand %s',
    async (line, { cmp }) => {
      const { exitCode, out, err } = await cmp(line);

      expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
      expect(err).toMatch(/^error: /);
    },
  );

  test('says what is wrong with the environment, in JSON where asked', async ({ cmp }) => {
    const faulty = { PORT: 'x' };

    const text = await cmp('doctor', faulty);
    const json = await cmp('doctor --json', faulty);

    expect(text).toMatchObject({ exitCode: 1, out: '' });
    expect(text.err).toContain('PORT:');
    expect(json).toMatchObject({ exitCode: 1, err: '' });
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'refused' } });
  });

  test.for(['seed demo', 'account unlock sam'])(
    'does not %s on a database that lacks a migration',
    async (line, { cmp, owner }) => {
      await sql`delete from schema_migrations where name = '0003_accounts.sql'`.execute(owner);

      const { exitCode, err } = await cmp(line);

      expect(exitCode).toBe(1);
      expect(err).toContain('lacks 0003_accounts.sql: run `cmp migrate`');
    },
  );
});

describe('cmp migrate', () => {
  test('applies what is missing, as the owner', async ({ cmp, onTestFinished }) => {
    const name = `test_${randomUUID()}`;
    await execute(
      postgresUrl,
      `create database "${name}" owner cmp_owner encoding 'UTF8' template template0`,
    );
    onTestFinished(() => execute(postgresUrl, `drop database "${name}" with (force)`));
    const urls = {
      DATABASE_URL: urlAs(postgresUrl, 'cmp_app', rolePassword, name),
      DATABASE_OWNER_URL: urlAs(postgresUrl, 'cmp_owner', rolePassword, name),
    };

    const first = await cmp('migrate --json', urls);
    const second = await cmp('migrate', urls);

    expect(JSON.parse(first.out)).toMatchObject({
      applied: expect.arrayContaining(['0001_changes.sql']),
    });
    expect(second).toEqual({ exitCode: 0, out: 'Nothing was missing.\n', err: '' });
  });
});

describe('cmp seed demo', () => {
  test('adds four servers with five users each, as a change by the command line', async ({
    cmp,
    db,
  }) => {
    const { exitCode, out } = await cmp('seed demo');

    expect(exitCode).toBe(0);
    expect(out).toMatch(/^Added 4 servers with 20 users in /);
    const { rows } = await sql`
      select count(*) as users, count(distinct server_id) as servers,
        count(service_id) as with_service from users`.execute(db);
    expect(rows).toEqual([{ users: 20, servers: 4, withService: 20 }]);
    const changes = await sql`
      select via, account_name, table_name, count(*) as rows
      from changes join entries on change_id = changes.id
      where action = 'seed' group by 1, 2, 3 order by 3`.execute(db);
    expect(changes.rows).toEqual([
      { via: 'cli', accountName: 'cli', tableName: 'servers', rows: 4 },
      { via: 'cli', accountName: 'cli', tableName: 'users', rows: 20 },
    ]);
  });

  test('adds as many as asked', async ({ cmp, db }) => {
    const { out } = await cmp('seed demo --servers 20 --users 12000 --json');

    expect(JSON.parse(out)).toMatchObject({ servers: 20, users: 12_000 });
    const { rows } = await sql`select count(*) as users from users`.execute(db);
    expect(rows).toEqual([{ users: 12_000 }]);
  });

  test('adds nothing where there is a server', async ({ cmp, db, given }) => {
    await given.servers('tokyo');

    const { exitCode, err } = await cmp('seed demo');

    expect(exitCode).toBe(1);
    expect(err).toContain('There are servers already (1)');
    expect(await db.selectFrom('servers').select('name').execute()).toEqual([{ name: 'tokyo' }]);
  });
});

describe('cmp account create', () => {
  test('prints a one-time password that signs in', async ({ cmp, api }) => {
    const { exitCode, out } = await cmp('account create --username Sam --role admin');

    expect(exitCode).toBe(0);
    const password = oneTimePassword.exec(out)?.[0];
    const session = await api.post('/auth/login', { username: 'sam', password });
    expect(session.json()).toMatchObject({
      account: { username: 'Sam', displayName: 'Sam', role: 'admin', mustChangePassword: true },
    });
  });

  test('refuses a name that is taken, and what is missing', async ({ cmp, given }) => {
    await given.account({ username: 'sam' });

    const taken = await cmp('account create --username SAM --role viewer --json');
    const missing = await cmp('account create --display-name Sam');

    expect(taken.exitCode).toBe(1);
    expect(JSON.parse(taken.out)).toMatchObject({ error: { code: 'name_taken' } });
    expect(missing).toMatchObject({ exitCode: 1, err: 'Say --username and --role too.\n' });
  });

  test('refuses a first account that could make no other', async ({ cmp, api }) => {
    const { exitCode, err } = await cmp('account create --username sam --role viewer');

    expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining('admin') });
    expect((await api.get('/setup')).json()).toEqual({ required: true });
  });
});

describe('cmp account reset-password', () => {
  test('ends the sessions and prints a one-time password that signs in', async ({
    cmp,
    app,
    api,
    given,
  }) => {
    const { id, username, password } = await given.account({ username: 'sam' });
    const browser = client(app, await given.session(app, id));

    const { exitCode, out } = await cmp('account reset-password SAM --json');

    expect(exitCode).toBe(0);
    const answer = JSON.parse(out);
    const signIn = (tried: string) => api.post('/auth/login', { username, password: tried });
    expect((await browser.get('/auth/session')).statusCode).toBe(401);
    expect((await signIn(password)).statusCode).toBe(401);
    expect((await signIn(answer.oneTimePassword)).statusCode).toBe(200);
  });

  test('says that nobody has the name', async ({ cmp }) => {
    expect(await cmp('account reset-password zed')).toEqual({
      exitCode: 1,
      out: '',
      err: 'No account is named zed.\n',
    });
  });
});

describe('cmp account unlock', () => {
  test('lets an account try again at once', async ({ cmp, api, given }) => {
    const { username, password } = await given.account({ username: 'Sam Lin' });
    const other = await given.account({ username: 'lin' });
    const signIn = (name: string, tried: string) =>
      api.post('/auth/login', { username: name, password: tried });
    for (let attempt = 0; attempt < 6; attempt += 1) await signIn(username, 'not-it');
    for (let attempt = 0; attempt < 6; attempt += 1) await signIn(other.username, 'not-it');
    expect((await signIn(username, password)).statusCode).toBe(429);

    const { out } = await cmp(['account', 'unlock', 'sam lin', '--json']);

    expect(JSON.parse(out)).toEqual({ username: 'Sam Lin', cleared: 1, isDisabled: false });
    expect((await signIn(username, password)).statusCode).toBe(200);
    expect((await signIn(other.username, other.password)).statusCode).toBe(429);
  });

  test('does not enable an account, and says so', async ({ cmp, given }) => {
    await given.account({ username: 'sam', disabled: true });

    const { exitCode, out } = await cmp('account unlock sam');

    expect(exitCode).toBe(0);
    expect(out).toContain('The account is disabled, and stays so');
  });
});

describe('cmp setup link', () => {
  test('prints the link that the start would, while nobody can sign in', async ({
    cmp,
    dataDir,
  }) => {
    const open = await cmp('setup link --address https://portal.example/ --json');
    await cmp('account create --username sam --role admin');
    const closed = await cmp('setup link');

    const token = setupToken(keysOf(readFileSync(join(dataDir, 'keys', 'secret-key'))));
    expect(JSON.parse(open.out)).toEqual({ link: `https://portal.example/setup?token=${token}` });
    expect(closed).toEqual({
      exitCode: 0,
      out: 'The portal is set up already. Sign in.\n',
      err: '',
    });
  });
});
