import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { describe, expect, onTestFinished } from 'vitest';
import type { AppConfig } from '#app.ts';
import { readConfig } from '#config.ts';
import type { Db } from '#database/client.ts';
import { sayAtWork } from '#modules/jobs/heartbeat.service.ts';
import { test as base } from '#test/command-fixtures.ts';
import type { Finding } from './doctor/finding.ts';

const { versions } = readConfig({});

const test = base
  /** A portal that was deployed: it serves a panel, and somebody works. */
  .extend('deploy', ({ startInstance, db, dataDir }) => async (more: Partial<AppConfig> = {}) => {
    // What the tests' instances are keyed by.
    writeFileSync(join(dataDir, 'keys/secret-key'), Buffer.alloc(32, 1));
    onTestFinished(sayAtWork(db, (failure) => expect.fail(String(failure))).stop);
    const app = await startInstance({ versions, webFolder: builtPanel(), ...more });
    await app.listen({ host: '127.0.0.1', port: 0 });
    return app;
  })
  .extend(
    'walk',
    ({ cmp }) =>
      async (app: FastifyInstance, words = '', more: NodeJS.ProcessEnv = {}) => {
        const environment = { PORT: new URL(app.listeningOrigin).port, ...more };
        const line = `--json doctor --after-deploy --wait 0 ${words}`;
        const { exitCode, out } = await cmp(line, environment);
        const { findings, error } = JSON.parse(out);
        const faults = ((findings ?? []) as Finding[])
          .filter(({ state }) => state !== 'ok')
          .map(({ check, state, says }) => `${state} ${check}: ${says}`);
        const checks = ((findings ?? []) as Finding[]).map(({ check }) => check);
        return { exitCode, faults, checks, error };
      },
  );

describe('cmp doctor --after-deploy', () => {
  test('walks through a portal that is well, a line for each thing', async ({
    deploy,
    cmp,
    given,
  }) => {
    const app = await deploy();
    const { username } = await given.account();
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann', 'bob');
    const running = { PORT: new URL(app.listeningOrigin).port };

    const { exitCode, out, err } = await cmp('doctor --after-deploy', running);

    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    const told = out.split('\n').map((line) => line.replace(/,? *\d+ ms\.$/, '').trimEnd());
    expect(told).toEqual([
      `ok    health         ${versions.appVersion}`,
      'ok    internal',
      'ok    metrics',
      'ok    panel          2 files',
      'ok    headers',
      'ok    site',
      'ok    closed',
      `ok    sign-in        as ${username}`,
      'ok    session        admin',
      'ok    overview',
      'ok    servers',
      'ok    users          2 of them',
      'ok    search',
      'ok    spreadsheets',
      'ok    services',
      'ok    audit',
      'ok    jobs',
      'ok    settings',
      'ok    snapshots',
      'ok    notifications',
      'ok    worker',
      'ok    sign-out',
      'All is well.',
      '',
    ]);
  });

  test('leaves a sign-in in the history, and nothing else', async ({
    deploy,
    walk,
    given,
    db,
    owner,
  }) => {
    const app = await deploy();
    const { id } = await given.account();
    const before = await countAll(owner);

    await walk(app);

    const after = await countAll(owner);
    const grown = Object.keys(after).filter((table) => after[table] !== before[table]);
    expect(grown.toSorted()).toEqual(['events', 'refresh_tokens', 'sessions', 'sign_in_attempts']);
    const sessions = await db.selectFrom('sessions').selectAll().execute();
    expect(sessions).toMatchObject([
      { accountId: id, userAgent: 'cmp doctor', endedBecause: 'signed_out' },
    ]);
    const lasts = Date.parse(sessions[0]?.expiresAt ?? '') - Date.now();
    expect(lasts).toBeLessThanOrEqual(600_000);
  });

  test('signs in by a key that was made elsewhere, once', async ({ deploy, walk, given, cmp }) => {
    const app = await deploy();
    const { username } = await given.account();
    const printed = JSON.parse((await cmp(`doctor key --username ${username} --json`)).out);
    const nowhere = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };

    const first = await walk(app, '', { ...nowhere, CMP_DOCTOR_KEY: printed.key });
    const again = await walk(app, `--key ${printed.key}`, nowhere);

    expect(first).toMatchObject({ exitCode: 0, faults: [] });
    expect(again.exitCode).toBe(1);
    expect(again.faults).toEqual([expect.stringMatching(/^bad sign-in: 401 /)]);
  });

  test('refuses a wrong key, and goes no further', async ({ deploy, walk }) => {
    const app = await deploy();

    const { exitCode, faults, checks } = await walk(app, '--key nobody-made-this-key');

    expect(exitCode).toBe(1);
    expect(faults).toEqual([
      expect.stringMatching(/^bad sign-in: 401 unauthenticated, request [\w-]+$/),
    ]);
    expect(checks.at(-1)).toBe('sign-in');
  });

  test('says that nobody could sign in, where nobody can', async ({ deploy, walk, given }) => {
    const app = await deploy();
    const empty = await walk(app);
    await given.account({ mustChangePassword: true });
    await given.account({ disabled: true });
    await given.account({ role: 'viewer' });
    const waiting = await walk(app);

    for (const { exitCode, faults } of [empty, waiting])
      expect({ exitCode, faults }).toEqual({
        exitCode: 0,
        faults: ['warn sign-in: not tried: no admin can sign in yet'],
      });
  });

  test('tells one thing that is broken from the rest', async ({ deploy, walk, given, owner }) => {
    const app = await deploy();
    await given.account();
    await sql`revoke select on services from cmp_app`.execute(owner);

    const { exitCode, faults, checks } = await walk(app);

    expect(exitCode).toBe(1);
    expect(faults).toContainEqual(
      expect.stringMatching(/^bad services: 500 internal, request [\w-]+$/),
    );
    expect(checks).toContain('sign-out');
  });

  test('ends its session also where it cannot sign out', async ({ deploy, walk, given, db }) => {
    const app = await deploy();
    await given.account();
    const port = await proxyBefore(app, {
      // The portal refuses what does not say from where it comes.
      pass: ({ url, headers }) => (url === '/api/auth/logout' ? { host: headers.host } : headers),
    });

    const { exitCode, faults } = await walk(app, '', { PORT: port });

    expect(exitCode).toBe(1);
    expect(faults).toEqual([expect.stringMatching(/^bad sign-out: 403 origin_refused/)]);
    const open = await db
      .selectFrom('sessions')
      .where('endedAt', 'is', null)
      .select('id')
      .execute();
    expect(open).toEqual([]);
  });

  test.for([
    [
      { ...versions, appVersion: 'cmp ver 0.9.0' },
      `cmp ver 0.9.0 answers, and not ${versions.appVersion}`,
    ],
    [{ ...versions, gitSha: 'a1b2c3d' }, 'a build of a1b2c3d answers, and not of null'],
  ] as const)(
    'does not take an old process for the new one: %o',
    async ([old, says], { deploy, walk, given }) => {
      const app = await deploy({ versions: old });
      await given.account();

      const { exitCode, faults, checks } = await walk(app);

      expect({ exitCode, faults }).toEqual({ exitCode: 1, faults: [`bad health: ${says}`] });
      expect(checks).toEqual(['health']);
    },
  );

  test('waits for a portal that was started a moment ago', async ({ deploy, walk, given, cmp }) => {
    const app = await deploy();
    await given.account();
    const port = await proxyBefore(app, { lateMs: 700 });

    const nobody = await walk(app, '', { PORT: port });
    const patient = await cmp('doctor --after-deploy --wait 10', { PORT: port });

    expect(nobody).toMatchObject({ exitCode: 1, faults: ['bad health: Nothing answers there'] });
    expect(patient).toMatchObject({ exitCode: 0 });
  });

  test('reports a panel whose files are missing, and headers that a proxy takes', async ({
    deploy,
    walk,
    given,
  }) => {
    const webFolder = builtPanel();
    rmSync(join(webFolder, 'assets/index-1.css'));
    const app = await deploy({ webFolder });
    await given.account();
    const port = await proxyBefore(app, {
      answer: (answer) => {
        delete answer.headers['content-security-policy'];
      },
    });

    const { faults } = await walk(app, '', { PORT: port });

    expect(faults).toEqual([
      expect.stringMatching(/^bad panel: \/assets\/index-1\.css: 404 not_found/),
      'bad headers: not as set: content-security-policy',
    ]);
  });

  test('reports that nobody works', async ({ startInstance, walk, given, dataDir }) => {
    writeFileSync(join(dataDir, 'keys/secret-key'), Buffer.alloc(32, 1));
    const app = await startInstance({ versions, webFolder: builtPanel() });
    await app.listen({ host: '127.0.0.1', port: 0 });
    await given.account();

    expect(await walk(app)).toMatchObject({
      exitCode: 1,
      faults: ['bad worker: nobody does the long work'],
    });
  });

  test('wants what is inside hidden from those who come by another way', async ({
    deploy,
    walk,
    given,
  }) => {
    const app = await deploy({ metricsToken: 'a-token-for-metrics' });
    await given.account();
    const away = `http://[::ffff:127.0.0.1]:${new URL(app.listeningOrigin).port}`;

    const open = await walk(app, `--url ${away}`);

    expect(open.exitCode).toBe(1);
    expect(open.faults).toEqual([
      'bad internal: the proxy lets everybody there: 200',
      'bad metrics: everybody may read them',
    ]);
  });

  test('refuses what was not understood in a sentence', async ({ cmp, dataDir }) => {
    const address = await cmp('doctor --after-deploy --url portal');
    const seconds = await cmp('doctor --after-deploy --wait soon');
    const stranger = await cmp('doctor key --username nobody');
    rmSync(join(dataDir, 'keys/secret-key'));
    const keyless = await cmp('doctor --after-deploy --wait 0');

    expect([address, seconds, stranger, keyless].map(({ exitCode }) => exitCode)).toEqual([
      1, 1, 1, 1,
    ]);
    expect(address.err).toMatch(/^The address begins with http/);
    expect(seconds.err).toMatch(/^--wait is a whole number/);
    expect(stranger.err).toBe('nobody is no admin who may sign in and go on.\n');
    expect(keyless.err).toMatch(/secret-key is not there: give the key/);
  });
});

interface Proxy {
  /** The headers that it passes on. */
  pass?: (request: http.IncomingMessage) => http.OutgoingHttpHeaders;
  answer?: (answer: http.IncomingMessage) => void;
  lateMs?: number;
}

/** Its port. */
async function proxyBefore(
  app: FastifyInstance,
  { pass = ({ headers }) => headers, answer: alter = () => {}, lateMs = 0 }: Proxy,
): Promise<string> {
  const proxy = http.createServer((request, response) => {
    const wanted = { path: request.url, method: request.method, headers: pass(request) };
    const passed = http.request(app.listeningOrigin, wanted, (answer) => {
      alter(answer);
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  if (lateMs > 0) {
    await new Promise((resolve) => proxy.close(resolve));
    setTimeout(() => proxy.listen(port, '127.0.0.1'), lateMs);
  }
  return String(port);
}

/** As the build leaves it, in small. */
function builtPanel(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-panel-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(
    join(folder, 'index.html'),
    '<script src="/assets/index-1.js"></script><link href="/assets/index-1.css">',
  );
  writeFileSync(join(folder, 'assets/index-1.js'), 'void 0;');
  writeFileSync(join(folder, 'assets/index-1.css'), 'a{}');
  return folder;
}

async function countAll(owner: Db): Promise<Record<string, number>> {
  const { rows } = await sql<{ table: string }>`
    select tablename as table from pg_tables where schemaname = 'public' order by 1`.execute(owner);
  const counts: Record<string, number> = {};
  for (const { table } of rows.filter(({ table }) => table !== 'schema_migrations')) {
    const counted = await sql<{ count: number }>`select count(*) from ${sql.table(table)}`.execute(
      owner,
    );
    counts[table] = counted.rows[0]?.count ?? 0;
  }
  return counts;
}
