import { performance } from 'node:perf_hooks';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { client, test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { addCheck, addDelivery, addJob, addSnapshot, set } from '#test/watched.ts';

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

  test('says no until the schema is the one that this release works with', async ({
    startInstance,
    owner,
  }) => {
    const { rows } = await sql<{ name: string; checksum: string }>`
      delete from schema_migrations where name = (select max(name) from schema_migrations)
      returning name, checksum`.execute(owner);
    const app = await startInstance();
    const ready = () => client(app).get('/internal/ready');

    const before = await ready();
    const live = await client(app).get('/internal/live');
    for (const { name, checksum } of rows)
      await sql`insert into schema_migrations (name, checksum) values (${name}, ${checksum})`.execute(
        owner,
      );

    expect(rows).toHaveLength(1);
    expect(before.statusCode).toBe(503);
    expect(before.json()).toMatchObject({
      ...{ code: 'unavailable', message: 'The database is being migrated.' },
      requestId: before.headers['x-request-id'],
    });
    expect(live.statusCode).toBe(200);
    expect((await ready()).statusCode).toBe(200);
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

describe('the figures', () => {
  const value = (text: string, series: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')[1],
    );

  test('tell how users, jobs, deliveries, snapshots and the certificate stand', async ({
    api,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(
      tokyo.id,
      { accountName: 'gone', expiresOn: '2020-01-01' },
      { accountName: 'off', enabled: false },
      'ann',
      'ben',
    );
    await addJob(db, { state: 'waiting', createdAt: '10 minutes' });
    const ended = { createdAt: '2 hours', startedAt: '90 minutes', endedAt: '30 minutes' };
    await addJob(db, { state: 'done', kind: 'undo:commit', ...ended });
    await addJob(db, { state: 'failed', ...ended });
    await addDelivery(db, { since: '20 minutes', due: '20 minutes' });
    await addSnapshot(db, { age: '2 days' });
    await set(db, 'certificate', { domain: 'portal.example.org' });
    await addCheck(db, { domain: 'portal.example.org', left: '12 days 1 hour' });
    await addCheck(db, { domain: 'portal.example.org', failure: 'Nobody answers.' });
    await sql`insert into plans (action, state) values ('users:import', 'ready')`.execute(db);

    const text = (await api.get('/metrics')).payload;

    for (const [series, expected] of [
      ['cmp_users{status="active"}', 2],
      ['cmp_users{status="expired"}', 1],
      ['cmp_users{status="disabled"}', 1],
      ['cmp_jobs{queue="import:parse",state="waiting"}', 1],
      ['cmp_jobs{queue="restore:write",state="waiting"}', 0],
      ['cmp_jobs_failed_day{queue="import:parse"}', 1],
      ['cmp_jobs_done_day{queue="undo:commit"}', 1],
      ['cmp_jobs_duration_seconds{queue="undo:commit",quantile="0.5"}', 3600],
      ['cmp_outbox_waiting{channel="webhook"}', 1],
      ['cmp_outbox_failing{channel="webhook"}', 0],
      ['cmp_certificate_left_days', 12],
      ['cmp_certificate_unreadable', 1],
      ['cmp_plans{action="users:import",state="ready"}', 1],
      ['cmp_workers', 0],
    ] as const)
      expect([series, value(text, series)]).toEqual([series, expected]);
    for (const [series, least] of [
      ['cmp_jobs_oldest_age_seconds{queue="import:parse"}', 600],
      ['cmp_outbox_oldest_age_seconds{channel="webhook"}', 1200],
      ['cmp_snapshot_age_seconds', 172_800],
      ['cmp_disk_free_bytes{folder="data"}', 1],
      ['cmp_database_bytes', 1_000_000],
    ] as const)
      expect(value(text, series)).toBeGreaterThanOrEqual(least);
    expect(text).not.toMatch(/cmp_bot_up |cmp_matview/);
    expect(text).not.toMatch(/cmp_collector_up\{.*\} 0/);
  });

  test('miss the bot only where one is wanted', async ({ startInstance, db }) => {
    const app = await startInstance({
      settings: { telegram: { token: { variable: 'TELEGRAM_BOT_TOKEN', value: '123:secret' } } },
    });
    const read = async () => (await client(app).get('/metrics')).payload;
    await set(db, 'telegram', { enabled: true });

    const silent = await read();
    await sql`update bot_state set updated_at = now(), updates = 7, latency_ms = 250`.execute(db);
    const well = await read();

    expect(value(silent, 'cmp_bot_up')).toBe(0);
    expect(value(well, 'cmp_bot_up')).toBe(1);
    expect(value(well, 'cmp_bot_updates_total')).toBe(7);
    expect(value(well, 'cmp_bot_latency_seconds')).toBe(0.25);
  });

  test('count who was shut out, and what was tried', async ({ startInstance }) => {
    const app = await startInstance();
    const read = async () => (await client(app).get('/metrics')).payload;
    const series = [
      'cmp_lockouts_total',
      'cmp_rate_limited_total{limit="login"}',
      'cmp_security_events_total{event="malicious_csrf"}',
    ];
    const before = await read();

    for (let attempt = 0; attempt < 8; attempt += 1)
      await client(app).post('/auth/login', { username: 'sam', password: 'wrong' });
    await client(app).post('/auth/logout', undefined, { origin: 'http://evil.test' });
    const after = await read();

    const rises = series.map((each) => value(after, each) - (value(before, each) || 0));
    expect(rises).toEqual([1, 3, 1]);
  });

  test('are not asked for anew at every scrape', async ({ startInstance, given }) => {
    const app = await startInstance({ metricsKeptMs: 60_000 });
    const read = async () => value((await client(app).get('/metrics')).payload, 'cmp_servers');

    const before = await read();
    await given.servers('tokyo');
    const after = await read();

    expect([before, after]).toEqual([0, 0]);
  });

  test('are told without what cannot be read in time', async ({ startInstance, owner, db }) => {
    const app = await startInstance();
    const { promise, resolve } = Promise.withResolvers<void>();
    const holding = owner.transaction().execute(async (trx) => {
      await sql`lock table jobs in access exclusive mode`.execute(trx);
      await promise;
    });
    await expect
      .poll(async () => {
        const { rows } = await sql`
          select from pg_locks where relation = 'jobs'::regclass and mode = 'AccessExclusiveLock'`.execute(
          db,
        );
        return rows.length;
      })
      .toBe(1);

    const start = performance.now();
    const text = (await client(app).get('/metrics')).payload;
    const ms = performance.now() - start;
    resolve();
    await holding;

    expect(ms).toBeLessThan(5_000);
    expect(value(text, 'cmp_database_up')).toBe(1);
    expect(value(text, 'cmp_collector_up{collector="jobs"}')).toBe(0);
    expect(value(text, 'cmp_collector_up{collector="counts"}')).toBe(1);
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
    const [hashCanary, botCanary] = ['canary-hash-55120', '123456:canary-bot-token-99172'];
    app.get('/api/breaks', { config: { allow: 'anyone' } }, () =>
      sql`insert into settings (section, secrets, fields)
        values ('canary', ${JSON.stringify({ token: hashCanary })}, null)`.execute(db),
    );
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
    const answers = [
      await sam.get('/throws'),
      await sam.get('/breaks', { cookie: `x=${canary}`, 'x-api-key': canary }),
      await sam.patch('/settings/telegram', { version: 1, values: { token: botCanary } }),
      await sam.patch('/settings/telegram', { version: 9, values: { token: botCanary } }),
      await sam.patch('/settings/mail', { version: 1, values: { password: canary, port: 'x' } }),
      await sam.post('/settings/telegram/test', { values: { token: botCanary } }),
      await client(app).get('/internal/bot/config', { authorization: `Bearer ${canary}` }),
      await sam.post('/auth/login', `{"username":"sam","password":"${canary}"`, {
        'content-type': 'application/json',
      }),
      await sam.patch('/servers/7', { note: canary, secret: canary }),
    ];
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
    const refused = answers.filter(({ statusCode }) => statusCode >= 400);
    expect(refused.length).toBeGreaterThanOrEqual(7);
    for (const answer of refused)
      expect(answer.json()).toMatchObject({ requestId: answer.headers['x-request-id'] });
    const [thrown, broken] = answers.map(({ headers }) => headers['x-request-id']);
    for (const [reqId, message] of [
      [thrown, 'surprise'],
      [broken, expect.stringContaining('not-null')],
    ])
      expect(events).toContainEqual(
        expect.objectContaining({ reqId, err: expect.objectContaining({ message }) }),
      );
    const ofRequests = events.filter(({ event, err, msg }) => event || err || msg === 'request');
    expect(ofRequests.length).toBeGreaterThan(answers.length);
    for (const line of ofRequests)
      expect(line).toMatchObject({ reqId: expect.stringMatching(/^[0-9a-f]{16}$/) });
    for (const secret of [
      canary,
      hashCanary,
      botCanary,
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
