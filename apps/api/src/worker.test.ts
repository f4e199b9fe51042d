import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, inject } from 'vitest';
import type { Db } from '#database/client.ts';
import { urlAs } from '#database/roles.ts';
import { test as base } from '#test/fixtures.ts';
import { freePort } from '#test/free-port.ts';
import { rolePassword } from '#test/global-setup.ts';

const test = base
  .extend('dataDir', async ({}, { onCleanup }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
    onCleanup(() => rmSync(dataDir, { recursive: true }));
    return dataDir;
  })
  /** The two roles' addresses of the test's database, and the superuser's. */
  .extend('urls', ({ database }) => {
    const superuser = new URL(inject('postgresUrl'));
    superuser.pathname = `/${database}`;
    return {
      app: urlAs(inject('postgresUrl'), 'cmp_app', rolePassword, database),
      owner: urlAs(inject('postgresUrl'), 'cmp_owner', rolePassword, database),
      superuser: superuser.href,
    };
  })
  /** Starts one of the product's programs, which is stopped with the test. */
  .extend('start', async ({ dataDir }, { onCleanup }) => {
    const children: ChildProcess[] = [];
    onCleanup(async () => {
      for (const child of children) {
        child.kill('SIGTERM');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
    });
    return (entry: string, environment: NodeJS.ProcessEnv) => {
      const child = fork(join(import.meta.dirname, entry), {
        env: { DATA_DIR: dataDir, HOST: '127.0.0.1', LOG_LEVEL: 'silent', ...environment },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      children.push(child);
      return child;
    };
  });

test.for([
  [
    'a superuser',
    'superuser',
    'owner',
    ', which is a superuser and so could rewrite the log. ' +
      'Set DATABASE_URL to cmp_app, or DB_SINGLE_ROLE=on to accept that.\n',
  ],
  [
    'the owner of the tables',
    'owner',
    'owner',
    'The portal would serve as cmp_owner, which owns the tables and so could rewrite the log. ' +
      'Set DATABASE_URL to cmp_app, or DB_SINGLE_ROLE=on to accept that.\n',
  ],
  [
    'a superuser for whom no roles were made',
    'superuser',
    undefined,
    'There is no database yet: `npm start` makes it, on the same DATA_DIR and DATABASE_URL.\n',
  ],
] as const)('a worker does not start as %s', ([, as, owner, sentence], { dataDir, urls }) => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'worker.ts')], {
    env: {
      ...{ DATA_DIR: dataDir, DATABASE_URL: urls[as] },
      ...(owner && { DATABASE_OWNER_URL: urls[owner] }),
    },
    encoding: 'utf8',
    timeout: 10_000,
  });

  expect(status).toBe(1);
  expect(stderr).toContain(sentence);
  expect(stderr.trimEnd()).not.toContain('\n');
});

test('with WORK=off the API asks for nothing, and the worker for all there is to do, once', {
  timeout: 60_000,
}, async ({ db, owner, start, urls }) => {
  // Old enough that the snapshot of a night is missing.
  await sql`update schema_migrations set applied_at = now() - interval '9 days'`.execute(owner);
  const addresses = { DATABASE_URL: urls.app, DATABASE_OWNER_URL: urls.owner };
  const api = start('main.ts', { ...addresses, WORK: 'off', PORT: String(await freePort()) });
  await once(api, 'message');
  await wait(3_000);
  const byApi = await jobsOf(db);

  const worker = start('worker.ts', addresses);
  const second = start('worker.ts', addresses);
  const both = ['snapshot:create done', 'snapshot:drill done'];
  await expect.poll(() => jobsOf(db), { timeout: 40_000, interval: 200 }).toEqual(both);

  expect(byApi).toEqual([]);
  const snapshots = db.selectFrom('snapshots').select(['reason', 'drillFailure', 'drilledAt']);
  expect(await snapshots.execute()).toEqual([
    { reason: 'scheduled', drillFailure: null, drilledAt: expect.any(String) },
  ]);
  worker.kill('SIGTERM');
  second.kill('SIGTERM');
  expect(await Promise.all([once(worker, 'exit'), once(second, 'exit')])).toEqual([
    [0, null],
    [0, null],
  ]);
});

async function jobsOf(db: Db): Promise<string[]> {
  const jobs = await db.selectFrom('jobs').select(['kind', 'state']).execute();
  return jobs.map(({ kind, state }) => `${kind} ${state}`).toSorted();
}
