import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { WebhookPing } from '@cmp/shared/notifications';
import { SMTPServer } from 'smtp-server';
import { describe, expect, onTestFinished } from 'vitest';
import { readConfig } from '#config.ts';
import { certificateFor } from '#test/certificates.ts';
import { test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { httpReceiver } from '#test/receivers.ts';

const canary = 'canary-7f3a-secret-that-nobody-may-read-9876';

/** Listens on the loopback for the length of a test. */
async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('POST /settings/telegram/test', () => {
  test('asks the real question of the server that the environment names', async ({
    startInstance,
    api,
  }) => {
    const asked: string[] = [];
    const port = await listen(
      createHttpServer((request, response) => {
        asked.push(request.url ?? '');
        const result = { id: 42, is_bot: true, first_name: 'Portal', username: 'portal_bot' };
        response.end(JSON.stringify({ ok: true, result }));
      }),
    );
    const app = await startInstance({ telegramApiRoot: `http://127.0.0.1:${port}` });
    const admin = await api.as('admin', [], app);

    const unset = await admin.post('/settings/telegram/test', {});
    const unsaved = { values: { token: '123:abc-DEF' }, password };
    const response = await admin.post('/settings/telegram/test', unsaved);

    expect(unset.json()).toMatchObject({ code: 'target_unset', details: { missing: ['token'] } });
    expect(response.json()).toEqual({
      section: 'telegram',
      ok: true,
      tookMs: expect.any(Number),
      botId: 42,
      botName: 'Portal',
      botUsername: 'portal_bot',
    });
    expect(asked).toEqual(['/bot123:abc-DEF/getMe']);
    expect((await admin.get('/settings/telegram')).json()).toMatchObject({
      version: 1,
      secrets: { token: { set: false } },
    });
  });

  test('says that the token is not known, and follows nobody elsewhere', async ({
    startInstance,
    api,
  }) => {
    const elsewhere: string[] = [];
    const other = await listen(
      createHttpServer((request, response) => {
        elsewhere.push(request.url ?? '');
        response.end();
      }),
    );
    const port = await listen(
      createHttpServer((request, response) => {
        const isMoved = request.url?.includes('/bot1:');
        response.writeHead(isMoved ? 302 : 401, { location: `http://127.0.0.1:${other}/` });
        response.end(JSON.stringify({ ok: false, description: `Unauthorized: ${request.url}` }));
      }),
    );
    const app = await startInstance({ telegramApiRoot: `http://127.0.0.1:${port}` });
    const admin = await api.as('admin', [], app);
    const tryToken = (token: string) =>
      admin.post('/settings/telegram/test', { values: { token }, password });

    const refused = await tryToken('2:unknown-token-0001');
    const moved = await tryToken('1:moved');

    expect(refused.statusCode).toBe(422);
    expect(refused.json()).toMatchObject({
      code: 'target_failed',
      details: { reason: 'sign_in_refused', said: 'Unauthorized: /bot•••/getMe' },
    });
    expect(moved.json()).toMatchObject({ details: { reason: 'redirected' } });
    expect(elsewhere).toEqual([]);
  });

  test('uses the token of the environment, which turns Telegram on, and the panel cannot alter', async ({
    startInstance,
    api,
  }) => {
    const app = await startInstance({
      settings: readConfig({ TELEGRAM_BOT_TOKEN: `9:${canary}` }).settings,
    });
    const admin = await api.as('admin', [], app);

    const section = await admin.get('/settings/telegram');
    const change = { version: 1, values: { token: '1:other' }, password };
    const refused = await admin.patch('/settings/telegram', change);
    const off = { version: 1, values: { enabled: false } };
    const refusedOff = await admin.patch('/settings/telegram', off);
    const same = { version: 1, values: { enabled: true, report: 'daily' } };
    const saved = await admin.patch('/settings/telegram', same);

    expect(section.json()).toMatchObject({
      values: { enabled: true },
      secrets: { token: { set: true, lastFour: '9876' } },
      environment: { token: 'TELEGRAM_BOT_TOKEN', enabled: 'TELEGRAM_BOT_TOKEN' },
    });
    expect(Object.keys(section.json().secrets)).toEqual(['token']);
    expect(section.body).not.toContain(canary);
    expect(refused.json()).toMatchObject({ code: 'rule_broken' });
    expect(refusedOff.json()).toMatchObject({
      code: 'rule_broken',
      details: { issues: [{ path: '/values/enabled' }] },
    });
    expect(saved.json()).toMatchObject({ values: { enabled: true, report: 'daily' } });
  });
});

describe('POST /settings/mail/test', () => {
  async function mailServer(options: ConstructorParameters<typeof SMTPServer>[0] = {}) {
    const server = new SMTPServer({
      authMethods: ['PLAIN', 'LOGIN'],
      allowInsecureAuth: true,
      onAuth: ({ username, password: given }, _, done) =>
        given === canary
          ? done(null, { user: username })
          : done(new Error(`Invalid login with ${given}`)),
      ...options,
    });
    server.on('error', () => {});
    server.listen(0, '127.0.0.1');
    await once(server.server, 'listening');
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    return (server.server.address() as AddressInfo).port;
  }

  test('signs in with what is saved', async ({ api }) => {
    const admin = await api.as('admin');
    const port = await mailServer({ disabledCommands: ['STARTTLS'] });
    const values = {
      ...{ host: '127.0.0.1', port, security: 'none', user: 'portal' },
      ...{ password: canary, allowPrivateAddresses: true },
    };
    await admin.patch('/settings/mail', { version: 1, values, password });

    const response = await admin.post('/settings/mail/test', {});

    expect(response.json()).toMatchObject({
      ...{ section: 'mail', ok: true, address: '127.0.0.1' },
      ...{ isEncrypted: false, hasSignedIn: true },
    });
  });

  test('says that the password is wrong, and repeats it nowhere', async ({ api }) => {
    const admin = await api.as('admin');
    const port = await mailServer({ disabledCommands: ['STARTTLS'] });
    const wrong = 'a-wrong-password-of-some-length';
    const values = {
      ...{ host: '127.0.0.1', port, security: 'none', user: 'portal' },
      ...{ password: wrong, allowPrivateAddresses: true },
    };

    const response = await admin.post('/settings/mail/test', { values, password });

    expect(response.json()).toMatchObject({
      code: 'target_failed',
      details: { reason: 'sign_in_refused', address: '127.0.0.1' },
    });
    expect(response.json().details.said).toContain('Invalid login with •••');
    expect(response.body).not.toContain(wrong);
  });

  test('does not go on in clear where encryption is asked for', async ({ api }) => {
    const admin = await api.as('admin');
    const port = await mailServer({ disabledCommands: ['STARTTLS'] });
    const values = { host: '127.0.0.1', port, security: 'starttls', allowPrivateAddresses: true };

    const response = await admin.post('/settings/mail/test', { values, password });

    expect(response.json()).toMatchObject({
      code: 'target_failed',
      details: { reason: 'tls_failed' },
    });
  });
});

describe('POST /settings/certificate/test', () => {
  test('tells the names, the days left, the issuer and the chain', async ({
    startInstance,
    api,
  }) => {
    const port = await listen(createTlsServer(certificateFor('portal.test', 20)));
    const app = await startInstance({
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    const admin = await api.as('admin', [], app);
    const values = { domain: 'portal.test', port, allowPrivateAddresses: true };

    const response = await admin.post('/settings/certificate/test', { values, password });

    expect(response.json()).toMatchObject({
      ...{ section: 'certificate', ok: true, address: '127.0.0.1', daysLeft: 19, level: 'warn' },
      ...{ subject: 'portal.test', issuer: 'portal.test' },
      names: ['portal.test', 'www.portal.test'],
      ...{ isTrusted: false, distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT', protocol: 'TLSv1.3' },
      chain: [{ subject: 'portal.test', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
  });
});

describe('POST /settings/notifications/test', () => {
  test('posts a signed ping, saved or not, and tells what was answered', async ({ api }) => {
    const admin = await api.as('admin');
    const receiver = await httpReceiver((_, response) => response.writeHead(202).end());
    const values = {
      ...{ webhookUrl: `${receiver.url}/hook`, webhookSecret: canary },
      allowPrivateAddresses: true,
    };

    const unset = await admin.post('/settings/notifications/test', {});
    const response = await admin.post('/settings/notifications/test', { values, password });

    expect(unset.json()).toMatchObject({ details: { missing: ['webhookUrl'] } });
    expect(response.json()).toEqual({
      ...{ section: 'notifications', ok: true, status: 202 },
      tookMs: expect.any(Number),
    });
    const [posted] = receiver.posts;
    expect(receiver.posts).toHaveLength(1);
    expect(posted?.headers).toMatchObject({ 'x-cmp-event': 'ping' });
    expect(WebhookPing.parse(JSON.parse(posted?.body ?? ''))).toMatchObject({ site: 'Portal' });
    const [, seconds, digest] =
      /^t=(\d+),v1=(\w+)$/.exec(String(posted?.headers['x-cmp-signature'])) ?? [];
    const signed = createHmac('sha256', canary).update(`${seconds}.${posted?.body}`);
    expect(digest).toBe(signed.digest('hex'));
    expect(response.body).not.toContain(canary);
  });

  test.for([
    [500, {}, 'answer_unknown', `HTTP 500: I know •••`],
    [302, { location: 'http://127.0.0.1:1/' }, 'redirected', null],
  ] as const)(
    'says what is wrong with an answer of %d',
    async ([status, headers, reason, said], { api }) => {
      const admin = await api.as('admin');
      const receiver = await httpReceiver((_, response) =>
        response.writeHead(status, headers).end(`I know ${canary}`),
      );
      const values = {
        ...{ webhookUrl: receiver.url, webhookSecret: canary, allowPrivateAddresses: true },
      };

      const response = await admin.post('/settings/notifications/test', { values, password });

      expect(response.json()).toMatchObject({ code: 'target_failed', details: { reason, said } });
      expect(receiver.posts).toHaveLength(1);
      expect(response.body).not.toContain(canary);
    },
  );
});

describe('POST /settings/storage/test', () => {
  test('writes, syncs and removes, and tells how much room there is', async ({
    startInstance,
    api,
  }) => {
    const snapshotsDir = join(tmpdir(), `cmp-storage-test-${process.pid}`);
    onTestFinished(() => rmSync(snapshotsDir, { recursive: true, force: true }));
    const app = await startInstance({ snapshotsDir });
    const admin = await api.as('admin', [], app);

    const own = await admin.post('/settings/storage/test', {});
    const values = { folder: join(snapshotsDir, 'not-there') };
    const missing = await admin.post('/settings/storage/test', { values, password });

    expect(own.json()).toMatchObject({ ok: true, folder: { path: snapshotsDir }, s3: null });
    expect(own.json().folder.freeBytes).toBeGreaterThan(1);
    expect(readdirSync(snapshotsDir)).toEqual([]);
    expect(missing.json()).toMatchObject({ details: { reason: 'folder_missing' } });
  });
});

describe('/settings/database', () => {
  test('tells what is in effect and who set it, but no password', async ({
    startInstance,
    api,
  }) => {
    const app = await startInstance({
      database: {
        kind: 'outside',
        url: `postgres://cmp_app:${canary}@db.example.net:6432/portal?sslmode=require`,
        ...{
          directUrl: undefined,
          ownerUrl: undefined,
          singleRole: false,
          poolSize: 7,
          isPrepared: true,
        },
      },
      databaseVariables: ['DATABASE_URL', 'DB_POOL_SIZE'],
    });
    const admin = await api.as('admin', [], app);

    const section = await admin.get('/settings/database');
    const tried = await admin.post('/settings/database/test', {});

    const { status } = section.json();
    expect(status.effective).toEqual([
      { name: 'kind', value: 'outside', source: 'environment', variable: 'DATABASE_URL' },
      { name: 'host', value: 'db.example.net', source: 'environment', variable: 'DATABASE_URL' },
      { name: 'port', value: '6432', source: 'environment', variable: 'DATABASE_URL' },
      { name: 'database', value: 'portal', source: 'environment', variable: 'DATABASE_URL' },
      { name: 'user', value: 'cmp_app', source: 'environment', variable: 'DATABASE_URL' },
      { name: 'password', value: 'set', source: 'environment', variable: 'DATABASE_URL' },
      { name: 'encryption', value: 'require', source: 'environment', variable: 'DATABASE_URL' },
      { name: 'poolSize', value: '7', source: 'environment', variable: 'DB_POOL_SIZE' },
      { name: 'prepared', value: 'on', source: 'default', variable: 'DB_PREPARED' },
    ]);
    expect(status).toMatchObject({
      serverVersion: expect.stringMatching(/^\d\d/),
      pool: { size: 4, waiting: 0 },
    });
    expect(status.sizeBytes).toBeGreaterThan(1_000_000);
    expect(section.body).not.toContain(canary);
    expect(tried.json()).toMatchObject({ section: 'database', ok: true });
    expect(tried.json().roundTripMs).toBeGreaterThan(0);
  });
});

describe('what may be reached', () => {
  const addresses = [
    ['127.0.0.1', 'address_private'],
    ['2130706433', 'address_private'],
    ['0x7f.1', 'address_private'],
    ['10.0.0.1', 'address_private'],
    ['192.168.1.1', 'address_private'],
    ['169.254.1.1', 'address_private'],
    ['100.64.0.1', 'address_private'],
    ['::1', 'address_private'],
    ['::ffff:127.0.0.1', 'address_private'],
    ['::127.0.0.1', 'address_private'],
    ['64:ff9b::7f00:1', 'address_private'],
    ['fd00::1', 'address_private'],
    ['fe80::1', 'address_private'],
    ['169.254.169.254', 'address_forbidden'],
    ['::ffff:169.254.169.254', 'address_forbidden'],
    ['0.0.0.0', 'address_forbidden'],
    ['::', 'address_forbidden'],
    ['224.0.0.1', 'address_forbidden'],
    ['2002:7f00:1::', 'address_forbidden'],
  ] as const;

  test.for(addresses)('is not %s', async ([domain, reason], { api }) => {
    const admin = await api.as('admin');

    const response = await admin.post('/settings/certificate/test', {
      values: { domain },
      password,
    });

    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({ code: 'target_refused', details: { reason } });
  });

  test.for(['169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', 'fd00:ec2::254'])(
    'is not %s either where private addresses are allowed',
    async (domain, { api }) => {
      const admin = await api.as('admin');
      const values = { domain, allowPrivateAddresses: true };

      const response = await admin.post('/settings/certificate/test', { values, password });

      expect(response.json()).toMatchObject({ details: { reason: 'address_forbidden' } });
    },
  );

  test('is the address that was judged: a second answer leads nowhere', async ({
    startInstance,
    api,
  }) => {
    const server = createTlsServer(certificateFor('portal.test', 90));
    const port = await listen(server);
    const answers = ['127.0.0.1', '169.254.169.254', '169.254.169.254'];
    const app = await startInstance({
      resolve: async () => [{ address: answers.shift() ?? '', family: 4 }],
    });
    const admin = await api.as('admin', [], app);
    const values = { domain: 'portal.test', port, allowPrivateAddresses: true };

    const first = await admin.post('/settings/certificate/test', { values, password });
    const asked = 3 - answers.length;
    const second = await admin.post('/settings/certificate/test', { values, password });

    expect(first.json()).toMatchObject({ ok: true, address: '127.0.0.1' });
    expect(asked).toBe(1);
    expect(second.json()).toMatchObject({ details: { reason: 'address_forbidden' } });
  });

  test('is nothing of a name with one forbidden address among good ones', async ({
    startInstance,
    api,
  }) => {
    const port = await listen(createTlsServer(certificateFor('portal.test', 90)));
    const app = await startInstance({
      resolve: async () => [
        { address: '203.0.114.7', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    });
    const admin = await api.as('admin', [], app);
    const values = { domain: 'portal.test', port };

    const response = await admin.post('/settings/certificate/test', { values, password });

    expect(response.json()).toMatchObject({
      code: 'target_refused',
      details: { reason: 'address_private', address: '127.0.0.1' },
    });
  });

  test.for([
    ['certificate', (port: number) => ({ domain: '127.0.0.1', port })],
    ['mail', (port: number) => ({ host: '127.0.0.1', port, security: 'none' })],
    [
      'remote-server',
      (port: number) => ({ host: '127.0.0.1', port, user: 'portal', password: canary }),
    ],
    [
      'storage',
      (port: number) => ({
        ...{ s3Enabled: true, s3Endpoint: `http://127.0.0.1:${port}`, s3Bucket: 'snapshots' },
        ...{ s3AccessKeyId: 'key', s3SecretAccessKey: canary },
      }),
    ],
  ] as const)(
    'holds for %s, and whoever never answers is given up on',
    async ([section, valuesAt], { startInstance, api }) => {
      const seen = { connections: 0 };
      const hole = createServer((socket) => {
        seen.connections += 1;
        socket.on('error', () => {});
        onTestFinished(() => void socket.destroy());
      });
      const port = await listen(hole);
      const snapshotsDir = join(tmpdir(), `cmp-hole-${process.pid}`);
      onTestFinished(() => rmSync(snapshotsDir, { recursive: true, force: true }));
      const app = await startInstance({ testLimitMs: 400, snapshotsDir });
      const admin = await api.as('admin', [], app);
      const values = valuesAt(port);

      const refused = await admin.post(`/settings/${section}/test`, { values, password });
      const before = seen.connections;
      const startedAt = performance.now();
      const allowed = { ...values, allowPrivateAddresses: true };
      const slow = await admin.post(`/settings/${section}/test`, { values: allowed, password });

      expect(refused.json()).toMatchObject({ details: { reason: 'address_private' } });
      expect(before).toBe(0);
      expect(slow.json()).toMatchObject({
        code: 'target_failed',
        details: { reason: 'timed_out' },
      });
      expect(slow.json().details.tookMs).toBeGreaterThanOrEqual(390);
      expect(performance.now() - startedAt).toBeLessThan(3_000);
      expect(seen.connections).toBe(1);
      expect(slow.body + refused.body).not.toContain(canary);
    },
  );

  test('is judged at each connection of a client that connects by itself', async ({
    startInstance,
    api,
  }) => {
    const seen: string[] = [];
    const port = await listen(
      createHttpServer((request, response) => {
        seen.push(`${request.method} ${request.headers.host}`);
        response.end();
      }),
    );
    const snapshotsDir = join(tmpdir(), `cmp-judged-${process.pid}`);
    onTestFinished(() => rmSync(snapshotsDir, { recursive: true, force: true }));
    const answers = ['127.0.0.1'];
    const app = await startInstance({
      snapshotsDir,
      resolve: async () => [{ address: answers.shift() ?? '169.254.169.254', family: 4 }],
    });
    const admin = await api.as('admin', [], app);
    const values = {
      ...{ s3Enabled: true, s3Endpoint: `http://s3.example.net:${port}`, s3Bucket: 'snapshots' },
      ...{ s3AccessKeyId: 'key', s3SecretAccessKey: canary },
    };
    const tryIt = (allowPrivateAddresses: boolean) =>
      admin.post('/settings/storage/test', {
        values: { ...values, allowPrivateAddresses },
        password,
      });

    const refused = await tryIt(false);
    const moved = await tryIt(true);

    expect(refused.json()).toMatchObject({ details: { reason: 'address_private' } });
    expect(moved.json()).toMatchObject({ details: { reason: 'address_forbidden' } });
    expect(seen).toEqual([]);
  });

  test('is told where nobody listens', async ({ api }) => {
    const admin = await api.as('admin');
    const gone = createServer();
    const port = await listen(gone);
    gone.close();
    await once(gone, 'close');
    const values = { host: '127.0.0.1', port, allowPrivateAddresses: true };

    const response = await admin.post('/settings/mail/test', { values, password });

    expect(response.json()).toMatchObject({ details: { reason: 'connection_refused' } });
  });
});
