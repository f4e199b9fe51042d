import { describe, expect } from 'vitest';
import { test } from '#test/fixtures.ts';

const json = { 'content-type': 'application/json', host: 'portal.test' };

describe('a request that alters something', () => {
  test.for([
    ['no origin', {}],
    ['a foreign origin', { origin: 'http://evil.test' }],
    ['a null origin', { origin: 'null' }],
    ['an origin that is no address', { origin: 'portal.test' }],
    ['another port of this host', { origin: 'http://portal.test:8080' }],
    ['a host that begins like this one', { origin: 'http://portal.test.evil.test' }],
    ['a page beside this host', { origin: 'http://www.portal.test' }],
    ['another site’s page', { origin: 'http://portal.test', 'sec-fetch-site': 'cross-site' }],
    ['a sibling’s page', { origin: 'http://portal.test', 'sec-fetch-site': 'same-site' }],
    [
      'a host it only claims to be forwarded for',
      { origin: 'http://evil.test', 'x-forwarded-host': 'evil.test' },
    ],
  ] as const)('is refused with %s (ASVS 3.5.1)', async ([, headers], { app, api, db }) => {
    const sam = await api.as('admin');
    const before = await db.selectFrom('accounts').selectAll().execute();
    const attack = (method: 'POST' | 'PATCH' | 'DELETE' | 'PUT', url: string, payload?: object) =>
      app.inject({
        method,
        url: `/api${url}`,
        cookies: sam.cookies,
        headers: { ...json, ...headers },
        ...(payload && { payload }),
      });

    const responses = [
      await attack('POST', '/accounts', { username: 'eve', displayName: 'Eve', role: 'admin' }),
      await attack('PATCH', `/accounts/${sam.account.id}`, { version: 1, displayName: 'Eve' }),
      await attack('PUT', `/accounts/${sam.account.id}/grants`, { version: 1, grants: [] }),
      await attack('DELETE', `/accounts/${sam.account.id}?version=1`),
      await attack('POST', '/auth/logout'),
      await attack('POST', '/auth/refresh'),
      await attack('POST', '/auth/login', { username: sam.account.username, password: 'x' }),
      await attack('POST', '/setup', {}),
    ];

    for (const response of responses) {
      expect(response.statusCode).toBe(403);
      expect(response.json()).toMatchObject({ code: 'origin_refused' });
      expect(response.cookies).toEqual([]);
    }
    expect(await db.selectFrom('accounts').selectAll().execute()).toEqual(before);
    expect((await sam.get('/auth/session')).statusCode).toBe(200);
  });

  test.for([
    ['text/plain', '{"username":"eve","displayName":"Eve","role":"admin"}'],
    ['application/x-www-form-urlencoded', 'username=eve&displayName=Eve&role=admin'],
    ['multipart/form-data; boundary=x', '--x\r\n\r\n--x--'],
    ['application/jsonp', '{}'],
  ] as const)('is refused as %s, also from this page', async ([type, payload], { api, db }) => {
    const sam = await api.as('admin');

    const response = await sam.post('/accounts', payload, { 'content-type': type });

    expect(response.statusCode).toBe(415);
    expect(response.json()).toMatchObject({ code: 'unsupported_media_type' });
    expect(await db.selectFrom('accounts').select('id').execute()).toHaveLength(1);
  });

  test('is taken from this page, over whichever scheme and in whichever case', async ({ api }) => {
    const sam = await api.as('admin');

    const responses = [
      await sam.post('/auth/refresh', undefined, { 'sec-fetch-site': 'same-origin' }),
      await sam.post('/auth/refresh', undefined, { origin: 'https://portal.test' }),
      await sam.post('/auth/refresh', undefined, { host: 'PORTAL.test' }),
    ];

    expect(responses.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  });
});

test('a request that only reads needs no origin', async ({ app, api }) => {
  const { cookies } = await api.as('admin');

  const response = await app.inject({
    url: '/api/accounts',
    cookies,
    headers: { host: 'portal.test' },
  });

  expect(response.statusCode).toBe(200);
});
