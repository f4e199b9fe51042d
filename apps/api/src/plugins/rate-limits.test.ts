import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { client, test, unlimited } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

const wrong = (username: string) => ({ username, password: 'wrong' });

describe('sign-ins', () => {
  test('from one address with one name are five a minute, on all instances together (ASVS 6.3.1)', async ({
    app,
    startInstance,
    given,
  }) => {
    await given.account({ username: 'sam' });
    const apps = [client(app), client(await startInstance())];
    const statuses = [];
    for (let attempt = 0; attempt < 7; attempt += 1)
      statuses.push((await apps[attempt % 2]?.post('/auth/login', wrong('sam')))?.statusCode);

    const right = await client(app).post('/auth/login', { username: 'sam', password });
    const inOtherCase = await client(app).post('/auth/login', { username: ' ＳAM ', password });
    const otherName = await client(app).post('/auth/login', wrong('eve'));
    const elsewhere = client(app, {}, { remoteAddress: '192.0.2.7' });

    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect(right.statusCode).toBe(429);
    expect(right.json()).toMatchObject({ code: 'rate_limited' });
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(right.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(inOtherCase.statusCode).toBe(429);
    expect(otherName.statusCode).toBe(401);
    expect((await elsewhere.post('/auth/login', { username: 'sam', password })).statusCode).toBe(
      200,
    );
  });

  test('answer alike for a name that is nobody’s', async ({ api }) => {
    const statuses = [];
    for (let attempt = 0; attempt < 6; attempt += 1)
      statuses.push((await api.post('/auth/login', wrong('nobody'))).statusCode);

    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  test('from one address are twenty a minute over all names and instances', async ({
    app,
    startInstance,
  }) => {
    const apps = [client(app), client(await startInstance())];

    const responses = await Promise.all(
      Array.from({ length: 30 }, (_, i) => apps[i % 2]?.post('/auth/login', wrong(`name-${i}`))),
    );

    const statuses = responses.map((response) => response?.statusCode).toSorted();
    expect(statuses).toEqual([...Array(20).fill(401), ...Array(10).fill(429)]);
  });

  test('are not counted by anything else the body says', async ({ api, db }) => {
    for (let attempt = 0; attempt < 8; attempt += 1)
      await api.post('/auth/login', {
        ...wrong('sam'),
        ip: `192.0.2.${attempt}`,
        name: `${attempt}`,
      });
    const statuses = [];
    for (let attempt = 0; attempt < 6; attempt += 1)
      statuses.push(
        (await api.post(`/auth/login?try=${attempt}`, wrong('sam'), { 'user-agent': `${attempt}` }))
          .statusCode,
      );

    const { rows } = await sql<{ key: string }>`select key from rate_limits order by key`.execute(
      db,
    );
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect(rows).toEqual([{ key: 'auth:127.0.0.1' }, { key: 'login:127.0.0.1 sam' }]);
  });

  test('that are good are given back', async ({ api, given }) => {
    await given.account({ username: 'sam' });

    const statuses = [];
    for (let attempt = 0; attempt < 25; attempt += 1)
      statuses.push((await api.post('/auth/login', { username: 'sam', password })).statusCode);

    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test.for(['x-forwarded-for', 'x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip'])(
    'cannot be told apart by %s where the peer is no trusted proxy',
    async (header, { app, db }) => {
      const stranger = client(app, {}, { remoteAddress: '192.0.2.7' });

      const statuses = [];
      for (let attempt = 0; attempt < 6; attempt += 1)
        statuses.push(
          (await stranger.post('/auth/login', wrong('sam'), { [header]: `198.51.100.${attempt}` }))
            .statusCode,
        );

      const attempts = await db.selectFrom('signInAttempts').select('ip').distinct().execute();
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
      expect(attempts).toEqual([{ ip: '192.0.2.7' }]);
    },
  );

  test('are told apart by the hop before a trusted proxy, whatever came before that', async ({
    app,
    db,
  }) => {
    const proxy = client(app, {}, { remoteAddress: '10.9.9.9' });
    const from = (chain: string) =>
      proxy.post('/auth/login', wrong('sam'), { 'x-forwarded-for': chain });

    const statuses = [];
    for (let attempt = 0; attempt < 6; attempt += 1)
      statuses.push((await from(`198.51.100.${attempt}, 203.0.113.5`)).statusCode);
    const other = await from('203.0.113.6');

    const attempts = await db
      .selectFrom('signInAttempts')
      .select('ip')
      .distinct()
      .orderBy('ip')
      .execute();
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect(other.statusCode).toBe(401);
    expect(attempts).toEqual([{ ip: '203.0.113.5' }, { ip: '203.0.113.6' }]);
  });
});

describe('requests', () => {
  test('of nobody in particular are 300 in a quarter of an hour, wherever they go', async ({
    app,
    api,
  }) => {
    const sam = await api.as('viewer');
    const paths = ['/site', '/nothing-here', '/auth/session', '/servers/1'];

    const statuses: number[] = [];
    for (let request = 0; request < 300; request += 1)
      statuses.push((await api.get(paths[request % paths.length] ?? '/')).statusCode);
    const [there, nowhere] = [await api.get('/site'), await api.get('/nothing-here')];
    const forged = await client(app, { cmp_access: 'forged' }).get('/site');

    expect(statuses).not.toContain(429);
    for (const response of [there, nowhere, forged]) {
      expect(response.statusCode).toBe(429);
      expect(response.json()).toMatchObject({ code: 'rate_limited' });
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(600);
      expect(response.headers['content-security-policy']).toBeDefined();
    }
    expect((await sam.get('/auth/session')).statusCode).toBe(200);
    expect((await client(app, {}, { remoteAddress: '192.0.2.7' }).get('/site')).statusCode).toBe(
      200,
    );
    expect((await api.get('/internal/live')).statusCode).toBe(200);
  });

  test('of one session have a limit of their own', async ({ api, startInstance }) => {
    const { cookies } = await api.as('viewer');
    const { cookies: others } = await api.as('viewer');
    const app = await startInstance({ limits: { ...unlimited, sessionPerMinute: 10 } });

    const statuses = [];
    for (let request = 0; request < 12; request += 1)
      statuses.push((await client(app, cookies).get('/auth/session')).statusCode);

    expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
    expect((await client(app, others).get('/auth/session')).statusCode).toBe(200);
  });
});
