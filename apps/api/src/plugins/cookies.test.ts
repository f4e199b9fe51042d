import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { client, keys, test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

const trustedProxy = '10.9.9.9';
const https = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'portal.test' };

describe('the cookies of a session', () => {
  test('bind to https and this host where the browser came by https', async ({ app, given }) => {
    await given.account({ username: 'sam' });
    const behindProxy = client(app, {}, { remoteAddress: trustedProxy });

    const response = await behindProxy.post(
      '/auth/login',
      { username: 'sam', password },
      { ...https, origin: 'https://portal.test' },
    );
    const [access, refresh] = response.cookies;
    const session = await client(
      app,
      { '__Host-cmp_access': access?.value ?? '' },
      { remoteAddress: trustedProxy },
    ).get('/auth/session', https);

    expect(access).toMatchObject({
      name: '__Host-cmp_access',
      path: '/',
      secure: true,
      httpOnly: true,
      sameSite: 'Strict',
    });
    expect(access).not.toHaveProperty('domain');
    expect(refresh).toMatchObject({
      name: '__Secure-cmp_refresh',
      path: '/api/auth',
      secure: true,
      httpOnly: true,
      sameSite: 'Strict',
    });
    expect(session.statusCode).toBe(200);
    expect(session.headers['strict-transport-security']).toBe('max-age=31536000');
  });

  test('do without what plain http cannot have', async ({ app, given }) => {
    await given.account({ username: 'sam' });
    // Not a trusted proxy: what it says of https is nothing.
    const onLan = client(app, {}, { remoteAddress: '192.168.1.7' });

    const response = await onLan.post(
      '/auth/login',
      { username: 'sam', password },
      { ...https, 'x-forwarded-host': 'elsewhere.test' },
    );

    expect(response.cookies.map(({ name }) => name)).toEqual(['cmp_access', 'cmp_refresh']);
    for (const cookie of response.cookies) {
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
      expect(cookie).not.toHaveProperty('secure');
    }
    expect(response.headers).not.toHaveProperty('strict-transport-security');
  });
});

describe('an access token', () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iat: now, exp: now + 600, iss: 'cmp', aud: 'cmp-panel' };

  test('is refused in every form but ours (ASVS 9.1.1, 9.1.2, 9.2.1)', async ({ app, api }) => {
    const sam = await api.as('admin');
    const sid = (await sam.get('/auth/session')).json().id;
    const { cmp_access: ours = '', cmp_refresh: refresh = '' } = sam.cookies;
    const [header = '', payload = '', signature = ''] = ours.split('.');
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const rs256 = part({ alg: 'RS256', typ: 'JWT' }, { sid, ...claims });

    const forgeries = {
      'no algorithm': `${part({ alg: 'none', typ: 'JWT' }, { sid, ...claims })}.`,
      'no algorithm, our signature': `${part({ alg: 'none' }, { sid, ...claims })}.${signature}`,
      'another secret': hs256({ sid, ...claims }, 'another-secret'),
      'an empty secret': hs256({ sid, ...claims }, ''),
      HS384: hs256({ sid, ...claims }, keys.jwtSecret, 'HS384', 'sha384'),
      RS256: `${rs256}.${sign('sha256', Buffer.from(rs256), privateKey).toString('base64url')}`,
      'HS256 under a public key': hs256({ sid, ...claims }, pem),
      'another issuer': hs256({ sid, ...claims, iss: 'other' }, keys.jwtSecret),
      'no issuer': hs256({ sid, ...claims, iss: undefined }, keys.jwtSecret),
      'another audience': hs256({ sid, ...claims, aud: 'other' }, keys.jwtSecret),
      'no audience': hs256({ sid, ...claims, aud: undefined }, keys.jwtSecret),
      'no end': hs256({ sid, ...claims, exp: undefined }, keys.jwtSecret),
      'its end behind it': hs256({ sid, ...claims, exp: now - 1 }, keys.jwtSecret),
      'a session as text': hs256({ sid: String(sid), ...claims }, keys.jwtSecret),
      'no session': hs256(claims, keys.jwtSecret),
      'another session under our signature': `${header}.${part({ sid: sid + 1, ...claims }).split('.')[0]}.${signature}`,
      'a key of its own': hs256({ sid, ...claims }, 'mine', 'HS256', 'sha256', {
        kid: '../x',
        jwk: { k: 'bWluZQ' },
      }),
      'half of it': `${header}.${payload}`,
      'a refresh token': refresh,
      garbage: '..',
      nothing: '',
    };
    for (const [kind, token] of Object.entries(forgeries)) {
      const response = await client(app, { cmp_access: token }).get('/auth/session');
      expect({ kind, status: response.statusCode, code: response.json().code }).toEqual({
        kind,
        status: 401,
        code: 'unauthenticated',
      });
    }
    const right = hs256({ sid, ...claims }, keys.jwtSecret);
    expect((await client(app, { cmp_access: right }).get('/auth/session')).statusCode).toBe(200);
  });

  test('is worth nothing once it has run out, also where it was just accepted', async ({
    app,
    api,
  }) => {
    const sam = await api.as('viewer');
    const sid = (await sam.get('/auth/session')).json().id;
    const exp = Math.floor(Date.now() / 1000) + 2;
    const shortLived = client(app, { cmp_access: hs256({ sid, ...claims, exp }, keys.jwtSecret) });

    const before = await shortLived.get('/auth/session');
    await wait(2_100);
    const after = await shortLived.get('/auth/session');

    expect(before.statusCode).toBe(200);
    expect(after.statusCode).toBe(401);
  });

  test('is no refresh token', async ({ app, api }) => {
    const { cookies } = await api.as('viewer');

    const response = await client(app, { cmp_refresh: cookies.cmp_access ?? '' }).post(
      '/auth/refresh',
    );

    expect(response.statusCode).toBe(401);
  });

  test('is read from its cookie alone', async ({ app, api }) => {
    const { cookies } = await api.as('admin');
    const token = cookies.cmp_access ?? '';

    const asHeader = await client(app).get('/auth/session', { authorization: `Bearer ${token}` });
    const inAddress = await client(app).get(`/auth/session?cmp_access=${token}`);

    expect([asHeader.statusCode, inAddress.statusCode]).toEqual([401, 401]);
  });
});

function part(...objects: object[]): string {
  return objects.map((one) => Buffer.from(JSON.stringify(one)).toString('base64url')).join('.');
}

function hs256(
  payload: object,
  secret: string,
  alg = 'HS256',
  hash = 'sha256',
  extra = {},
): string {
  const signed = part({ alg, typ: 'JWT', ...extra }, payload);
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}
