import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import { expect, inject } from 'vitest';
import { test as base } from '#test/fixtures.ts';
import { freePort } from '#test/free-port.ts';
import { execute, rolePassword } from '#test/global-setup.ts';
import { urlAs } from './roles.ts';

const entry = join(import.meta.dirname, '..', 'main.ts');

const test = base
  /** The role that serves, through the pooler and past it, and the role that owns. */
  .extend('urls', ({ database, databaseUrl }) => ({
    pooled: urlAs(inject('poolerUrl') ?? '', 'cmp_app', rolePassword, database),
    direct: databaseUrl,
    owner: urlAs(inject('postgresUrl'), 'cmp_owner', rolePassword, database),
  }))
  .extend('startApi', async ({}, { onCleanup }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
    const children: ChildProcess[] = [];
    onCleanup(async () => {
      for (const child of children) {
        child.kill('SIGTERM');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
      rmSync(dataDir, { recursive: true });
    });
    return async (environment: NodeJS.ProcessEnv) => {
      const port = String(await freePort());
      const child = fork(entry, {
        env: {
          ...{ DATA_DIR: dataDir, PORT: port, HOST: '127.0.0.1', LOG_LEVEL: 'silent' },
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      children.push(child);
      const said = child.stderr ? text(child.stderr) : Promise.resolve('');
      return { ready: once(child, 'message'), ended: once(child, 'exit'), said };
    };
  });

test('an API that is sent through a pooler unawares says which address it lacks', {
  timeout: 60_000,
}, async ({ startApi, urls }) => {
  const { ended, said } = await startApi({ DATABASE_URL: urls.pooled });

  expect(await ended).toEqual([1, null]);
  expect(await said).toMatch(
    /^A pooler answers at DATABASE_URL \(unsupported startup parameter: \w+\): name PostgreSQL itself in DATABASE_DIRECT_URL, too\.\n$/,
  );
});

test('an API does not serve by sessions that begin in another zone', {
  timeout: 60_000,
}, async ({ database, startApi, urls }) => {
  await execute(
    inject('postgresUrl'),
    `alter role cmp_app in database "${database}" set timezone = 'Asia/Yangon'`,
  );
  const { ended, said } = await startApi({
    ...{ DATABASE_URL: urls.pooled, DATABASE_DIRECT_URL: urls.direct },
  });

  expect(await ended).toEqual([1, null]);
  expect(await said).toBe(
    'The sessions behind DATABASE_URL begin with TimeZone=Asia/Yangon and not UTC: a pooler answers there. ' +
      'Name PostgreSQL itself in DATABASE_DIRECT_URL, run `cmp migrate`, and let the pooler connect anew ' +
      '(RECONNECT, in PgBouncer).\n',
  );
});

test('an API that serves through a pooler does its jobs past it', {
  timeout: 60_000,
}, async ({ db, owner, startApi, urls }) => {
  // Old enough that the snapshot of a night is missing.
  await sql`update schema_migrations set applied_at = now() - interval '9 days'`.execute(owner);
  const { ready } = await startApi({
    DATABASE_URL: urls.pooled,
    DATABASE_DIRECT_URL: urls.direct,
    DATABASE_OWNER_URL: urls.owner,
  });
  await ready;
  const jobs = () => db.selectFrom('jobs').select(['kind', 'state']).orderBy('createdAt').execute();

  await expect.poll(jobs, { timeout: 40_000, interval: 200 }).toEqual([
    { kind: 'snapshot:create', state: 'done' },
    { kind: 'snapshot:drill', state: 'done' },
  ]);
  const snapshots = db.selectFrom('snapshots').select(['reason', 'drillFailure', 'drilledAt']);
  expect(await snapshots.execute()).toEqual([
    { reason: 'scheduled', drillFailure: null, drilledAt: expect.any(String) },
  ]);
});
