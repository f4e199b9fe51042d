import { once } from 'node:events';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, inject, onTestFinished } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { sayAtWork } from '#modules/jobs/heartbeat.service.ts';
import { test as base } from '#test/doctor-fixtures.ts';
import { rolePassword } from '#test/global-setup.ts';

const test = base
  /** The environment of an operator who serves as another role. */
  .extend('servingAs', ({ database }) => (role: string) => ({
    DATABASE_URL: urlAs(inject('postgresUrl'), role, rolePassword, database),
  }));

describe('cmp doctor', () => {
  test('finds a portal well that was set up', async ({ examine, given, cmp, db }) => {
    await given.account();
    await cmp('key export');
    await cmp('snapshot create');
    await sql`update snapshots set verified_at = now()`.execute(db);
    onTestFinished(sayAtWork(db, (failure) => expect.fail(String(failure))).stop);

    const { exitCode, states } = await examine();

    // Both are as this machine is: whether the panel was built, and what lies beside it.
    const { panel: _panel, '.env': _file, ...others } = states;
    expect(exitCode).toBe(0);
    expect(others).toEqual({
      node: 'ok',
      account: 'ok',
      memory: 'ok',
      'open files': 'ok',
      ntp: 'ok',
      data: 'ok',
      disk: 'ok',
      inodes: 'ok',
      keys: 'ok',
      portal: 'ok',
      proxies: 'ok',
      secrets: 'ok',
      log: 'ok',
      postgresql: 'ok',
      encoding: 'ok',
      latency: 'ok',
      durability: 'ok',
      autovacuum: 'ok',
      pooler: 'ok',
      connections: 'ok',
      migrations: 'ok',
      role: 'ok',
      audit: 'ok',
      months: 'ok',
      strays: 'ok',
      clock: 'ok',
      'time zone': 'ok',
      setup: 'ok',
      folder: 'ok',
      snapshot: 'ok',
      verified: 'ok',
      backups: 'ok',
      recovery: 'ok',
      worker: 'ok',
      jobs: 'ok',
      outbox: 'ok',
      telegram: 'ok',
      webhook: 'ok',
      matview: 'ok',
      settings: 'ok',
    });
  });

  test('warns until there is a snapshot and the recovery key was saved', async ({
    examine,
    cmp,
  }) => {
    const before = await examine();
    await cmp('key export');
    const after = await examine();

    expect(before.states).toMatchObject({ snapshot: 'warn', verified: 'warn', recovery: 'warn' });
    expect(after.states).toMatchObject({ snapshot: 'warn', recovery: 'ok' });
  });

  test('prints a line for each check, with how to mend it', async ({ cmp, dataDir }) => {
    const file = join(dataDir, 'keys', 'jwt-secret');
    chmodSync(file, 0o644);

    const { exitCode, out } = await cmp('doctor');

    expect(exitCode).toBe(1);
    expect(out).toContain(`${file} has mode 0644. Run: chmod 600 ${file}\n`);
    expect(out).toMatch(/^ok {4}postgresql +\d+\.\d+ answers\.$/m);
    expect(out).toMatch(/Something is to be mended\.\n$/);
  });

  test('warns that the setup is open', async ({ examine }) => {
    expect(await examine()).toMatchObject({ exitCode: 0, states: { setup: 'warn' } });
  });

  test('reports a database that does not answer beside the rest', async ({ examine }) => {
    const { exitCode, states } = await examine({
      DATABASE_URL: 'postgres://cmp_app@127.0.0.1:9/cmp',
    });

    expect(exitCode).toBe(1);
    expect(states).toMatchObject({ postgresql: 'bad', node: 'ok', disk: 'ok', portal: 'ok' });
  });

  test('reports a missing migration', async ({ examine, owner }) => {
    await sql`delete from schema_migrations where name = '0001_changes.sql'`.execute(owner);

    const { exitCode, states } = await examine();

    expect({ exitCode, state: states.migrations }).toEqual({ exitCode: 1, state: 'bad' });
  });

  test.for([
    'alter table users disable trigger record_users_update',
    'alter table users enable replica trigger record_users_update',
    'drop trigger record_settings_insert on settings',
    'alter table servers disable trigger refuse_truncate',
    'alter table changes disable trigger append_only',
    'alter table entries disable trigger recorded_only',
    'drop trigger append_only on entries_default',
  ])('reports a log that was tampered with: %s', async (tampering, { examine, owner }) => {
    await sql.raw(tampering).execute(owner);

    const { exitCode, findings } = await examine();

    const audit = findings.find(({ check }) => check === 'audit');
    expect({ exitCode, state: audit?.state }).toEqual({ exitCode: 1, state: 'bad' });
    const [trigger = ''] =
      /record_\w+|refuse_truncate|append_only|recorded_only/.exec(tampering) ?? [];
    expect(audit?.says).toContain(`.${trigger}`);
  });

  test('reports a month that is missing, and the entries that it missed', async ({
    examine,
    owner,
    given,
  }) => {
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = 'entries'::regclass and relname <> 'entries_default'`.execute(owner);
    for (const { name } of rows) await sql`drop table ${sql.table(name)}`.execute(owner);

    expect((await examine()).states).toMatchObject({ months: 'bad', strays: 'ok' });

    await given.servers('tokyo');
    expect((await examine()).states).toMatchObject({ months: 'bad', strays: 'bad' });
  });

  test('says what is weaker where the owner serves: bad unless it was chosen', async ({
    examine,
    servingAs,
  }) => {
    const owner = servingAs('cmp_owner');

    const chosen = await examine({ ...owner, DB_SINGLE_ROLE: 'on' });
    const given = await examine({ ...owner, DATABASE_OWNER_URL: owner.DATABASE_URL });

    expect({ ...chosen.states, exitCode: chosen.exitCode }).toMatchObject({
      role: 'warn',
      exitCode: 0,
    });
    expect(chosen.findings.find(({ check }) => check === 'role')?.says).toBe(
      'serves as cmp_owner, which owns the tables. Triggers still refuse to alter the log, but whoever takes over the API could drop them',
    );
    expect({ ...given.states, exitCode: given.exitCode }).toMatchObject({
      role: 'bad',
      exitCode: 1,
    });
  });

  test('reports settings that name no time zone', async ({ examine, owner }) => {
    await sql`alter table settings disable trigger user`.execute(owner);
    await sql`insert into settings (section, fields) values ('general', '{"timeZone": "Mars/Olympus"}')`.execute(
      owner,
    );

    expect((await examine()).states).toMatchObject({ 'time zone': 'bad' });
  });

  test('warns of keys that are not there', async ({ examine, dataDir }) => {
    rmSync(join(dataDir, 'keys', 'secret-key'));

    const { exitCode, states } = await examine();

    expect({ exitCode, state: states.keys }).toEqual({ exitCode: 0, state: 'warn' });
  });

  test('leaves no trace in the data directory', async ({ examine, dataDir }) => {
    await examine();

    expect(readdirSync(dataDir)).toEqual(['keys']);
  });

  test('tells our portal from a stranger on its port', async ({ app, examine, onTestFinished }) => {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const stranger = http.createServer((_request, response) => response.end('hello'));
    stranger.listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());

    const refused = await examine({ PORT: '6000' });
    const ours = await examine({ PORT: String(portOf(app.server)) });
    const theirs = await examine({ PORT: String(portOf(stranger)) });

    expect(ours.findings.find(({ check }) => check === 'portal')?.says).toMatch(
      /^cmp ver test answers/,
    );
    expect(refused.findings.find(({ check }) => check === 'portal')?.says).toBe(
      'browsers refuse port 6000',
    );
    expect(theirs).toMatchObject({ exitCode: 1, states: { portal: 'bad' } });
  });
});

function portOf(server: http.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen.');
  return address.port;
}
