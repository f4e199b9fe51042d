import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { client, cookiesOf, test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

describe('a session', () => {
  test('is refused on a second instance within a second of its end', async ({
    api,
    startInstance,
  }) => {
    const sam = await api.as('viewer');
    const admin = await api.as('admin');
    const elsewhere = client(await startInstance(), sam.cookies);
    const { id } = (await elsewhere.get('/auth/session')).json();

    const ended = await admin.delete(`/sessions/${id}`);
    const ms = await msUntil(async () => (await elsewhere.get('/auth/session')).statusCode === 401);

    expect(ended.statusCode).toBe(204);
    expect((await sam.get('/auth/session')).statusCode).toBe(401);
    expect(ms).toBeLessThan(1_500);
  });

  test('has lost a revoked grant on a second instance within a second', async ({
    api,
    startInstance,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const sam = await api.as('viewer', [{ serverId: tokyo.id, level: 'view', actions: [] }]);
    const admin = await api.as('admin');
    const elsewhere = client(await startInstance(), sam.cookies);
    const seen = await elsewhere.get(`/servers/${tokyo.id}`);

    await admin.put(`/accounts/${sam.account.id}/grants`, { version: 1, grants: [] });
    const ms = await msUntil(async () => (await elsewhere.get('/servers')).json().total === 0);

    expect(seen.statusCode).toBe(200);
    expect((await sam.get(`/servers/${tokyo.id}`)).statusCode).toBe(404);
    expect((await elsewhere.get(`/servers/${tokyo.id}`)).statusCode).toBe(404);
    expect(ms).toBeLessThan(1_500);
  });

  test('has lost a lowered role on a second instance within a second', async ({
    api,
    startInstance,
  }) => {
    const sam = await api.as('admin');
    const admin = await api.as('admin');
    const elsewhere = client(await startInstance(), sam.cookies);
    const before = await elsewhere.get('/accounts');

    await admin.patch(`/accounts/${sam.account.id}`, { version: 1, role: 'viewer' });
    const ms = await msUntil(async () => (await elsewhere.get('/accounts')).statusCode === 403);

    expect(before.statusCode).toBe(200);
    expect((await sam.get('/accounts')).json()).toMatchObject({ code: 'forbidden' });
    expect(ms).toBeLessThan(1_500);
  });

  test('is not believed while the database cannot be asked (ASVS 16.5.3)', async ({
    app,
    api,
    outage,
  }) => {
    const sam = await api.as('admin');
    expect((await sam.get('/auth/session')).statusCode).toBe(200);

    await outage.begin();
    const listed = await sam.get('/servers');
    await wait(1_000);
    const read = await sam.get('/auth/session');
    const signedIn = await api.post('/auth/login', { username: sam.account.username, password });
    const refreshed = await sam.post('/auth/refresh');
    const live = await client(app).get('/internal/live');
    await outage.end();
    const after = await sam.get('/auth/session');

    for (const refused of [listed, read, signedIn, refreshed]) {
      expect(refused.statusCode).toBe(503);
      expect(refused.json()).toMatchObject({ code: 'unavailable' });
      expect(refused.headers['retry-after']).toBe('2');
      expect(refused.cookies).toEqual([]);
    }
    expect(live.statusCode).toBe(200);
    expect(after.statusCode).toBe(200);
  });
});

describe('GET and DELETE /auth/sessions', () => {
  test('lists one’s own and ends one of them', async ({ app, api, given }) => {
    const sam = await api.as('viewer');
    await api.as('viewer');
    const phone = client(app, await given.session(app, sam.account.id));
    const { id } = (await phone.get('/auth/session')).json();

    const listed = await sam.get('/auth/sessions');
    const ended = await sam.delete(`/auth/sessions/${id}`);

    expect(listed.json()).toMatchObject({
      total: 2,
      items: [
        { id, accountId: sam.account.id, current: false, ip: '127.0.0.1', userAgent: 'test' },
        { accountId: sam.account.id, current: true },
      ],
    });
    expect(ended.statusCode).toBe(204);
    expect((await phone.get('/auth/session')).statusCode).toBe(401);
    expect((await sam.get('/auth/sessions')).json().total).toBe(1);
    expect((await sam.delete(`/auth/sessions/${id}`)).statusCode).toBe(404);
  });

  test('answers another’s session like one that is not there', async ({ api }) => {
    const sam = await api.as('admin');
    const other = await api.as('viewer');
    const { id } = (await other.get('/auth/session')).json();

    const foreign = await sam.delete(`/auth/sessions/${id}`);
    const missing = await sam.delete('/auth/sessions/999999');

    expect(foreign.statusCode).toBe(404);
    expect({ ...foreign.json(), requestId: '' }).toEqual({ ...missing.json(), requestId: '' });
    expect((await other.get('/auth/session')).statusCode).toBe(200);
  });
});

describe('GET and DELETE /sessions', () => {
  test('lets an admin see all and end any', async ({ api }) => {
    const admin = await api.as('admin');
    const sam = await api.as('viewer');
    const { id } = (await sam.get('/auth/session')).json();

    const listed = await admin.get('/sessions');
    const ended = await admin.delete(`/sessions/${id}`);

    expect(listed.json().total).toBe(2);
    expect(listed.json().items).toContainEqual(
      expect.objectContaining({ id, username: sam.account.username, current: false }),
    );
    expect(ended.statusCode).toBe(204);
    expect((await sam.get('/auth/session')).statusCode).toBe(401);
  });

  test('refuses who is no admin', async ({ api }) => {
    const admin = await api.as('admin');
    const sam = await api.as('server_admin');
    const { id } = (await admin.get('/auth/session')).json();

    expect((await sam.get('/sessions')).statusCode).toBe(403);
    expect((await sam.delete(`/sessions/${id}`)).statusCode).toBe(403);
    expect((await admin.get('/auth/session')).statusCode).toBe(200);
  });
});

describe('POST /auth/password', () => {
  const newPassword = 'copper-meadow-violin-77';

  test('ends one’s other sessions and not this one', async ({ app, api, given, startInstance }) => {
    const sam = await api.as('viewer');
    const phone = client(app, await given.session(app, sam.account.id));
    const stranger = await api.as('viewer');

    const changed = await sam.post('/auth/password', { currentPassword: password, newPassword });

    const fresh = await startInstance();
    expect(changed.statusCode).toBe(200);
    expect((await sam.get('/auth/session')).statusCode).toBe(200);
    expect((await phone.get('/auth/session')).statusCode).toBe(401);
    expect((await client(fresh, phone.cookies).get('/auth/session')).statusCode).toBe(401);
    expect((await phone.post('/auth/refresh')).statusCode).toBe(401);
    expect((await stranger.get('/auth/session')).statusCode).toBe(200);
    const { username } = sam.account;
    expect((await api.post('/auth/login', { username, password })).statusCode).toBe(401);
    expect((await api.post('/auth/login', { username, password: newPassword })).statusCode).toBe(
      200,
    );
  });

  test.for([
    ['a wrong current one', { currentPassword: 'wrong', newPassword }, 403, 'password_wrong'],
    [
      'the same one',
      { currentPassword: password, newPassword: password },
      422,
      'password_unchanged',
    ],
    [
      'one anybody would try',
      { currentPassword: password, newPassword: 'password1234' },
      422,
      'password_too_weak',
    ],
    ['a short one', { currentPassword: password, newPassword: 'x7-Kd!q' }, 400, 'invalid_request'],
    [
      'one of 129 characters',
      { currentPassword: password, newPassword: 'kW3-'.repeat(33) },
      400,
      'invalid_request',
    ],
  ] as const)('refuses %s and leaves the old one', async ([, body, status, code], { api }) => {
    const sam = await api.as('viewer');

    const response = await sam.post('/auth/password', body);

    const { username } = sam.account;
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ code });
    expect((await api.post('/auth/login', { username, password })).statusCode).toBe(200);
  });
});

describe('an account whose password must change', () => {
  test('can look at itself, choose one, and leave; nothing else', async ({ app, api, given }) => {
    const { username } = await given.account({ mustChangePassword: true });
    const signedIn = await api.post('/auth/login', { username, password });
    const sam = client(app, cookiesOf(signedIn));
    const newPassword = 'copper-meadow-violin-77';

    const refused = [
      await sam.get('/auth/sessions'),
      await sam.get('/auth/sign-ins'),
      await sam.patch('/auth/profile', { version: 1, displayName: 'Sam' }),
      await sam.get('/servers'),
      await sam.get('/accounts'),
      await sam.post('/accounts', { username: 'x', displayName: 'x', role: 'admin' }),
      await sam.get('/services'),
      await sam.get('/settings/general'),
      await sam.get('/sessions'),
    ];
    const looked = await sam.get('/auth/session');
    const kept = await sam.post('/auth/password', {
      currentPassword: password,
      newPassword: password,
    });
    const chosen = await sam.post('/auth/password', { currentPassword: password, newPassword });

    for (const response of refused) {
      expect(response.statusCode).toBe(403);
      expect(response.json()).toMatchObject({ code: 'password_change_required' });
    }
    expect(looked.json()).toMatchObject({ account: { mustChangePassword: true } });
    expect(kept.json()).toMatchObject({ code: 'password_unchanged' });
    expect(chosen.json()).toMatchObject({ account: { mustChangePassword: false } });
    expect((await sam.get('/accounts')).statusCode).toBe(200);
  });

  test('can sign out', async ({ app, given }) => {
    const { id } = await given.account({ mustChangePassword: true });
    const sam = client(app, await given.session(app, id));

    expect((await sam.post('/auth/logout')).statusCode).toBe(204);
    expect((await sam.get('/auth/session')).statusCode).toBe(401);
  });
});

describe('PATCH /auth/profile', () => {
  test('alters what is named, once per version', async ({ api }) => {
    const sam = await api.as('viewer');

    const changed = await sam.patch('/auth/profile', { version: 1, email: 'sam@example.net' });
    const stale = await sam.patch('/auth/profile', { version: 1, displayName: 'Late' });

    const account = { email: 'sam@example.net', displayName: sam.account.username, version: 2 };
    expect(changed.json()).toMatchObject({ account });
    expect(stale.statusCode).toBe(409);
    expect(stale.json()).toMatchObject({ code: 'stale_version', details: { current: account } });
    expect((await sam.get('/auth/session')).json()).toMatchObject({ account });
  });

  test.for(['role', 'id', 'passwordHash', 'username', 'mustChangePassword', 'disabledAt'])(
    'refuses to set %s, and names it',
    async (field, { api, db }) => {
      const sam = await api.as('viewer');
      const before = await db.selectFrom('accounts').selectAll().execute();

      const response = await sam.patch('/auth/profile', { version: 1, [field]: 'admin' });

      expect(response.statusCode).toBe(400);
      expect(response.json().message).toContain(field);
      expect(await db.selectFrom('accounts').selectAll().execute()).toEqual(before);
    },
  );
});

async function msUntil(isSo: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (performance.now() - start < 5_000) {
    if (await isSo()) return performance.now() - start;
    await wait(20);
  }
  return Number.POSITIVE_INFINITY;
}
