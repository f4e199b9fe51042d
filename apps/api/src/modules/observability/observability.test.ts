import { performance } from 'node:perf_hooks';
import { describe, expect } from 'vitest';
import { client, test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

describe('GET /internal/ready', () => {
  test('says no while the database cannot be reached; live says yes all the while', async ({
    api,
    outage,
  }) => {
    const before = await api.get('/internal/ready');

    await outage.begin();
    const ready = await api.get('/internal/ready');
    const start = performance.now();
    const live = await api.get('/internal/live');
    const ms = performance.now() - start;
    await outage.end();

    expect(before.json()).toEqual({ ok: true });
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({
      code: 'unavailable',
      requestId: ready.headers['x-request-id'],
    });
    expect(live.json()).toEqual({ ok: true });
    expect(ms).toBeLessThan(200);
    expect((await api.get('/internal/ready')).statusCode).toBe(200);
  });

  test('says no once a stop has begun, while requests are still answered', async ({ app, api }) => {
    const admin = await api.as('admin');
    app.isDraining = true;

    const ready = await admin.get('/internal/ready');
    const live = await admin.get('/internal/live');
    const work = await admin.get('/accounts');

    expect(ready.statusCode).toBe(503);
    expect(live.statusCode).toBe(200);
    expect(work.statusCode).toBe(200);
    for (const response of [ready, live, work]) expect(response.headers.connection).toBe('close');
    expect((await admin.get('/health')).json()).toMatchObject({ ok: false });
  });
});

test('GET /health tells what answers and nothing of what it holds', async ({ api, app }) => {
  const response = await api.get('/health');
  const head = await app.inject({ method: 'HEAD', url: '/api/health' });

  expect(response.json()).toEqual({
    ok: true,
    uptimeSeconds: expect.any(Number),
    versions: { appVersion: 'cmp ver test', gitSha: null, buildTimestamp: null },
    features: {},
  });
  expect(response.headers['cache-control']).toBe('no-store');
  expect([head.statusCode, head.payload]).toEqual([200, '']);
});

test('GET /site tells nobody more than the site’s face', async ({ api }) => {
  expect((await api.get('/site')).json()).toEqual({
    name: 'Portal',
    language: 'en',
    timeZone: 'UTC',
    weekStart: 'monday',
    soonWindowHours: 24,
    theme: 'system',
    logoLight: null,
    logoDark: null,
    favicon: null,
    touchIcon: null,
  });
});

describe('GET /metrics', () => {
  const metricsToken = 'a-token-of-the-test';

  test('is for this machine, or for who has the token', async ({ startInstance, api }) => {
    const admin = await api.as('admin');
    const app = await startInstance({ metricsToken });
    const read = (remoteAddress: string, headers: Record<string, string> = {}) =>
      client(app, admin.cookies, { remoteAddress }).get('/metrics', headers);
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

    const open = [
      await read('127.0.0.1'),
      await read('::1'),
      await read('::ffff:127.0.0.1'),
      await read('192.0.2.7', bearer(metricsToken)),
      await read('10.9.9.9', { 'x-forwarded-for': '192.0.2.7', ...bearer(metricsToken) }),
    ];
    const closed = [
      await read('192.0.2.7'),
      await read('192.0.2.7', bearer(`${metricsToken}x`)),
      await read('192.0.2.7', { authorization: metricsToken }),
      await read('192.0.2.7', { 'x-forwarded-for': '127.0.0.1' }),
      await read('10.9.9.9', { 'x-forwarded-for': '127.0.0.1' }),
      await read('127.0.0.1', { 'x-forwarded-for': '192.0.2.7' }),
      await read('127.0.0.1', { 'x-real-ip': '127.0.0.1' }),
      await read('127.0.0.1', { forwarded: 'for=127.0.0.1' }),
      await read('127.0.0.1', { via: '1.1 proxy' }),
    ];

    expect(open.map(({ statusCode }) => statusCode)).toEqual(Array(open.length).fill(200));
    expect(closed.map(({ statusCode }) => statusCode)).toEqual(Array(closed.length).fill(404));
    for (const response of closed) {
      expect(response.json()).toMatchObject({ code: 'not_found' });
      expect(response.payload).not.toContain('cmp_');
    }
  });

  test('has no token that opens it where none was set', async ({ app }) => {
    const stranger = client(app, {}, { remoteAddress: '192.0.2.7' });

    for (const token of ['', 'undefined', 'null'])
      expect(
        (await stranger.get('/metrics', { authorization: `Bearer ${token}` })).statusCode,
      ).toBe(404);
  });

  test('counts by route, and says when the database is gone', async ({ api, outage }) => {
    const admin = await api.as('admin');
    await admin.get('/accounts/7');
    await admin.get('/accounts/8');
    await admin.get('/invented-address');

    const text = (await api.get('/metrics')).payload;
    await outage.begin();
    const without = await api.get('/metrics');
    await outage.end();

    expect(text).toContain('route="/api/accounts/:id",status="404"} ');
    expect(text).toContain('route="none"');
    expect(text).not.toMatch(/invented-address|accounts\/7/);
    expect(text).toMatch(/^cmp_sessions_active 1$/m);
    expect(text).toMatch(/^cmp_database_up 1$/m);
    expect(without.statusCode).toBe(200);
    expect(without.payload).toMatch(/^cmp_database_up 0$/m);
  });
});

describe('the log', () => {
  test('is JSON by the line and holds no password, token or cookie', async ({
    startInstance,
    db,
    given,
    outage,
  }) => {
    const lines: string[] = [];
    const app = await startInstance({
      log: { level: 'trace' },
      logTo: { write: (line) => void lines.push(line) },
      http: { host: '127.0.0.1', port: 0, trustedProxies: ['10.9.9.9'], isVerbose: true },
    });
    app.get('/api/throws', { config: { allow: 'anyone' } }, () => {
      throw new Error('surprise');
    });
    const { id } = await given.account({ username: 'sam' });
    const cookies = await given.session(app, id);
    const canary = 'canary-Password-81723';
    const sam = client(app, cookies, { remoteAddress: '192.0.2.7' });

    const signedIn = await client(app).post('/auth/login', { username: 'sam', password });
    await client(app).post('/auth/login', { username: 'sam', password: canary });
    await sam.post('/auth/password', { currentPassword: canary, newPassword: `${canary}-x` });
    await sam.get(`/accounts?token=${canary}`);
    await sam.get(`/%zz${canary}?token=${canary}`);
    await client(app).get('/accounts', { authorization: `Bearer ${canary}` });
    await client(app, { cmp_access: canary }).get('/accounts');
    await sam.post('/auth/logout', undefined, { origin: 'http://evil.test' });
    await sam.get('/throws');
    const reset = await sam.post('/accounts', {
      username: 'eve\u001b[31m',
      displayName: 'Eve',
      role: 'viewer',
    });
    const created = await sam.post('/accounts', {
      username: 'eve',
      displayName: 'Eve',
      role: 'viewer',
    });
    await sam.post('/auth/refresh');
    await outage.begin();
    await client(app).post('/auth/login', { username: 'sam', password });
    await sam.get('/internal/ready');
    await outage.end();
    await sam.post('/auth/logout');

    const events = lines.map((line) => JSON.parse(line));
    const log = lines.join('');
    const hashes = await db.selectFrom('accounts').select('passwordHash').execute();
    expect(reset.statusCode).toBe(400);
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['malicious_csrf', 'plain_http_session']),
    );
    expect(events).toContainEqual(
      expect.objectContaining({ err: expect.objectContaining({ message: 'surprise' }) }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        msg: 'request',
        path: '/api/accounts',
        status: 200,
        ip: '192.0.2.7',
      }),
    );
    expect(
      events.every(({ reqId, msg }) => typeof reqId === 'string' || typeof msg === 'string'),
    ).toBe(true);
    for (const secret of [
      canary,
      password,
      created.json().oneTimePassword,
      ...Object.values(cookies),
      ...signedIn.cookies.map(({ value }) => value),
      ...hashes.map(({ passwordHash }) => passwordHash),
    ]) {
      expect(secret.length).toBeGreaterThan(10);
      expect(log).not.toContain(secret);
    }
  });

  test('tells a flood once a window, not once a request', async ({ startInstance }) => {
    const lines: string[] = [];
    const app = await startInstance({
      log: { level: 'info' },
      logTo: { write: (line) => void lines.push(line) },
    });

    for (let attempt = 0; attempt < 12; attempt += 1)
      await client(app).post('/auth/login', { username: 'sam', password: 'wrong' });

    expect(lines.filter((line) => line.includes('excess_rate_limit_exceeded'))).toHaveLength(1);
  });
});
