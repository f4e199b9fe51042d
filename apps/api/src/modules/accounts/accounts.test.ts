import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { client, cookiesOf, listEntries, system, test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

const eve = { username: 'Eve', displayName: 'Eve Tun', email: 'eve@example.net', role: 'viewer' };

describe('POST /accounts', () => {
  test('tells the one-time password once; it opens the account and must change', async ({
    api,
    app,
    db,
  }) => {
    const admin = await api.as('admin');

    const created = await admin.post('/accounts', eve);
    const { account, oneTimePassword, expiresAt } = created.json();
    const signedIn = await api.post('/auth/login', { username: 'eve', password: oneTimePassword });
    const read = await admin.get(`/accounts/${account.id}`);

    expect(created.statusCode).toBe(201);
    expect(account).toMatchObject({
      ...eve,
      mustChangePassword: true,
      disabledAt: null,
      grantCount: 0,
      version: 1,
    });
    expect(oneTimePassword).toMatch(/^([a-zA-Z2-9]{5}-){3}[a-zA-Z2-9]{5}$/);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(86_000_000);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(86_400_000);
    expect(signedIn.json()).toMatchObject({ account: { mustChangePassword: true } });
    expect((await client(app, cookiesOf(signedIn)).get('/servers')).statusCode).toBe(403);
    expect(read.json()).toEqual({ ...account, lastSignInAt: expect.any(String) });
    expect(read.payload).not.toContain(oneTimePassword);
    const entries = await listEntries(db);
    expect(JSON.stringify(entries)).not.toContain(oneTimePassword);
    expect(entries.at(-1)).toMatchObject({
      action: 'accounts:create',
      accountName: admin.account.username,
      after: { username: 'Eve', role: 'viewer' },
    });
  });

  test('gives a password that is worth nothing after a day', async ({ api, db }) => {
    const admin = await api.as('admin');
    const { account, oneTimePassword } = (await admin.post('/accounts', eve)).json();
    const { rows } = await sql<{ hours: number }>`
      select extract(epoch from one_time_until - now()) / 3600 as hours from accounts
      where id = ${account.id}`.execute(db);
    await inChange(db, system, 'accounts:update', null, (trx) =>
      sql`update accounts set one_time_until = one_time_until - interval '24 hours'
        where id = ${account.id}`.execute(trx),
    );

    const response = await api.post('/auth/login', { username: 'eve', password: oneTimePassword });

    expect(Number(rows[0]?.hours)).toBeCloseTo(24, 1);
    expect(response.statusCode).toBe(401);
    expect(response.json()).toMatchObject({ code: 'sign_in_failed' });
  });

  test('gives two accounts two passwords', async ({ api }) => {
    const admin = await api.as('admin');

    const one = await admin.post('/accounts', eve);
    const other = await admin.post('/accounts', { ...eve, username: 'Eva' });

    expect(one.json().oneTimePassword).not.toBe(other.json().oneTimePassword);
  });

  test.for(['EVE', ' eve ', 'Ｅｖｅ', 'ｅve'])(
    'refuses the taken name “%s”',
    async (username, { api, db }) => {
      const admin = await api.as('admin');
      await admin.post('/accounts', eve);

      const response = await admin.post('/accounts', { ...eve, username });

      expect(response.statusCode).toBe(422);
      expect(response.json()).toMatchObject({
        code: 'name_taken',
        details: { issues: [{ path: '/username' }] },
      });
      expect(await db.selectFrom('accounts').select('id').execute()).toHaveLength(2);
    },
  );

  test('makes one of two that ask for a name at once', async ({ api }) => {
    const admin = await api.as('admin');

    const responses = await Promise.all([
      admin.post('/accounts', eve),
      admin.post('/accounts', eve),
    ]);

    expect(responses.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 422]);
  });

  test.for([
    ['passwordHash', { ...eve, passwordHash: 'x' }],
    ['password', { ...eve, password }],
    ['id', { ...eve, id: 1 }],
    ['mustChangePassword', { ...eve, mustChangePassword: false }],
    ['role', { ...eve, role: 'owner' }],
    ['role', { ...eve, role: ['admin'] }],
    ['email', { ...eve, email: 'nobody' }],
    ['username', { ...eve, username: 'x'.repeat(65) }],
    ['username', { ...eve, username: 'a\nb' }],
    ['username', { ...eve, username: '\ud800' }],
    ['displayName', { ...eve, displayName: '' }],
  ] as const)('refuses a wrong %s, and names it', async ([field, body], { api, db }) => {
    const admin = await api.as('admin');

    const response = await admin.post('/accounts', body);

    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'invalid_request' });
    expect(response.json().message).toContain(field);
    expect(await db.selectFrom('accounts').select('id').execute()).toHaveLength(1);
  });

  test('keeps hostile text as text', async ({ api }) => {
    const admin = await api.as('admin');
    const names = [
      "'; drop table accounts; --",
      '<img src=x onerror=alert(1)>',
      '$1 %s {{x}}',
      '__proto__',
      '😀\u202eabc',
    ];

    for (const username of names) {
      const created = await admin.post('/accounts', { ...eve, username, displayName: username });
      expect(created.json()).toMatchObject({ account: { username, displayName: username } });
    }

    const listed = (await admin.get('/accounts')).json();
    expect(listed.items.map((one: { username: string }) => one.username)).toEqual(
      expect.arrayContaining(names),
    );
    expect(listed.total).toBe(names.length + 1);
  });
});

describe('PATCH /accounts/:id', () => {
  test('alters what is named and nothing else, on record', async ({ api, given, db }) => {
    const admin = await api.as('admin');
    const { id } = await given.account({ username: 'sam', role: 'viewer' });
    const before = (await admin.get(`/accounts/${id}`)).json();

    const response = await admin.patch(`/accounts/${id}`, {
      version: 1,
      displayName: ' Sam\u0301 ',
      email: null,
    });

    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      ...before,
      displayName: 'Saḿ',
      version: 2,
      updatedAt: expect.any(String),
    });
    expect((await listEntries(db)).at(-1)).toMatchObject({
      action: 'accounts:update',
      accountName: admin.account.username,
      rowId: id,
      before: { display_name: 'sam', version: 1 },
      after: { display_name: 'Saḿ', version: 2 },
    });
  });

  test('refuses a stale version with the row as it is now', async ({ api, given, db }) => {
    const admin = await api.as('admin');
    const { id } = await given.account({ role: 'viewer' });
    await admin.patch(`/accounts/${id}`, { version: 1, displayName: 'First' });
    const entries = await listEntries(db);

    const response = await admin.patch(`/accounts/${id}`, { version: 1, displayName: 'Second' });

    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({
      code: 'stale_version',
      details: { current: { id, displayName: 'First', version: 2 } },
    });
    expect(response.payload).not.toContain('argon2');
    expect(await listEntries(db)).toEqual(entries);
  });

  test('lets one of ten editors at once save', async ({ api, given }) => {
    const admin = await api.as('admin');
    const { id } = await given.account({ role: 'viewer' });
    // Every connection is open before they race, or the first is done before the others begin.
    await Promise.all(Array.from({ length: 10 }, () => admin.get('/accounts')));

    const responses = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        admin.patch(`/accounts/${id}`, { version: 1, displayName: `${i}` }),
      ),
    );

    const statuses = responses.map(({ statusCode }) => statusCode).toSorted();
    expect(statuses).toEqual([200, ...Array(9).fill(409)]);
  });

  test.for([
    'id',
    'passwordHash',
    'password_hash',
    'mustChangePassword',
    'disabledAt',
    'grantCount',
    'createdAt',
    'oneTimeUntil',
    'constructor',
  ])('refuses to set %s, and names it', async (field, { api, given, db }) => {
    const admin = await api.as('admin');
    const { id } = await given.account({ role: 'viewer' });
    const before = await db.selectFrom('accounts').selectAll().where('id', '=', id).execute();

    const response = await admin.patch(`/accounts/${id}`, { version: 1, [field]: 'x' });

    expect(response.statusCode).toBe(400);
    expect(response.json().message).toContain(field);
    expect(await db.selectFrom('accounts').selectAll().where('id', '=', id).execute()).toEqual(
      before,
    );
  });

  test('renames without regard to case, and refuses a taken name', async ({ api, given }) => {
    const admin = await api.as('admin');
    const { id } = await given.account({ username: 'sam', role: 'viewer' });
    await given.account({ username: 'eve', role: 'viewer' });

    const own = await admin.patch(`/accounts/${id}`, { version: 1, username: 'SAM' });
    const taken = await admin.patch(`/accounts/${id}`, { version: 2, username: 'Eve' });

    expect(own.json()).toMatchObject({ username: 'SAM', version: 2 });
    expect(taken.json()).toMatchObject({ code: 'name_taken' });
    expect((await api.post('/auth/login', { username: 'sam', password })).statusCode).toBe(200);
  });

  test('signs out at once who is disabled, and lets back who is enabled', async ({ api }) => {
    const admin = await api.as('admin');
    const sam = await api.as('viewer');
    const { username, id } = sam.account;

    const disabled = await admin.patch(`/accounts/${id}`, { version: 1, disabled: true });
    const meanwhile = [
      await sam.get('/auth/session'),
      await sam.post('/auth/refresh'),
      await api.post('/auth/login', { username, password }),
    ];
    const enabled = await admin.patch(`/accounts/${id}`, { version: 2, disabled: false });

    expect(disabled.json().disabledAt).toMatch(/^\d{4}-.*Z$/);
    expect(meanwhile.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401]);
    expect(enabled.json()).toMatchObject({ disabledAt: null, version: 3 });
    expect((await sam.get('/auth/session')).statusCode).toBe(401);
    expect((await api.post('/auth/login', { username, password })).statusCode).toBe(200);
  });

  test('answers an account that is not there with 404', async ({ api }) => {
    const admin = await api.as('admin');

    for (const id of ['999999', '2147483648', '0', '-1', 'x', '1.5']) {
      const response = await admin.patch(`/accounts/${id}`, { version: 1, displayName: 'x' });
      expect(response.statusCode).toBe(id === '999999' ? 404 : 400);
    }
  });
});

describe('POST /accounts/:id/reset-password', () => {
  test('gives a password nobody chose, ends the sessions, and says who did it', async ({
    api,
    db,
  }) => {
    const admin = await api.as('admin');
    const sam = await api.as('viewer');
    const { id, username } = sam.account;

    const response = await admin.post(`/accounts/${id}/reset-password`, { version: 1 });
    const { oneTimePassword, account } = response.json();

    expect(response.statusCode).toBe(200);
    expect(account).toMatchObject({ mustChangePassword: true, version: 2 });
    expect((await sam.get('/auth/session')).statusCode).toBe(401);
    expect((await sam.post('/auth/refresh')).statusCode).toBe(401);
    expect((await api.post('/auth/login', { username, password })).statusCode).toBe(401);
    expect(
      (await api.post('/auth/login', { username, password: oneTimePassword })).statusCode,
    ).toBe(200);
    expect((await listEntries(db)).at(-1)).toMatchObject({
      action: 'accounts:reset-password',
      accountName: admin.account.username,
      rowId: id,
      after: { must_change_password: true },
    });
  });

  test.for([{ version: 1, password }, { version: 1, newPassword: password }, {}])(
    'lets nobody choose it: %j',
    async (body, { api }) => {
      const admin = await api.as('admin');
      const sam = await api.as('viewer');

      const response = await admin.post(`/accounts/${sam.account.id}/reset-password`, body);

      expect(response.statusCode).toBe(400);
      expect((await sam.get('/auth/session')).statusCode).toBe(200);
    },
  );

  test('refuses a stale version', async ({ api }) => {
    const admin = await api.as('admin');
    const sam = await api.as('viewer');

    const response = await admin.post(`/accounts/${sam.account.id}/reset-password`, { version: 7 });

    expect(response.statusCode).toBe(409);
    expect((await sam.get('/auth/session')).statusCode).toBe(200);
  });
});

describe('DELETE /accounts/:id', () => {
  test('removes the account; what it did stays under its name', async ({ api, given, db }) => {
    const [tokyo] = await given.servers('tokyo');
    const boss = await api.as('admin');
    const sam = await api.as('admin', [{ serverId: tokyo.id, level: 'view', actions: [] }]);
    await sam.post('/accounts', eve);

    const response = await boss.delete(`/accounts/${sam.account.id}?version=1`);

    expect(response.statusCode).toBe(204);
    expect(response.payload).toBe('');
    expect((await sam.get('/auth/session')).statusCode).toBe(401);
    expect((await boss.get(`/accounts/${sam.account.id}`)).statusCode).toBe(404);
    const entries = await listEntries(db);
    expect(entries).toContainEqual(
      expect.objectContaining({ accountName: sam.account.username, action: 'accounts:create' }),
    );
    const deletion = entries.filter(({ action }) => action === 'accounts:delete');
    expect(
      deletion.map(({ tableName, accountName }) => [tableName, accountName]).toSorted(),
    ).toEqual([
      ['accounts', boss.account.username],
      ['grants', boss.account.username],
    ]);
    expect(deletion.find(({ tableName }) => tableName === 'accounts')?.before).toMatchObject({
      username: sam.account.username,
    });
  });

  test('refuses a stale or missing version', async ({ api }) => {
    const admin = await api.as('admin');
    const sam = await api.as('viewer');

    const stale = await admin.delete(`/accounts/${sam.account.id}?version=2`);
    const missing = await admin.delete(`/accounts/${sam.account.id}`);

    expect([stale.statusCode, missing.statusCode]).toEqual([409, 400]);
    expect((await sam.get('/auth/session')).statusCode).toBe(200);
  });
});

describe('the last admin', () => {
  test.for([
    ['demoted', 'PATCH', { version: 1, role: 'viewer' }],
    ['disabled', 'PATCH', { version: 1, disabled: true }],
    ['deleted', 'DELETE', undefined],
  ] as const)(
    'cannot be %s, however many disabled ones there are',
    async ([, method, body], { api, given, db }) => {
      await given.account({ role: 'admin', disabled: true });
      const admin = await api.as('admin');
      const url = `/accounts/${admin.account.id}`;

      const response =
        method === 'DELETE' ? await admin.delete(`${url}?version=1`) : await admin.patch(url, body);

      expect(response.statusCode).toBe(403);
      expect(response.json()).toMatchObject({ code: 'last_admin' });
      expect(await livingAdmins(db)).toEqual([admin.account.id]);
    },
  );

  test('stays, whatever two do to each other at once', async ({ app, api, startInstance, db }) => {
    const apps = [app, await startInstance()];
    const outcomes: string[] = [];

    for (let round = 0; round < 20; round += 1) {
      const [one, other] = [await api.as('admin'), await api.as('admin')];
      await demoteOthers(db, [one.account.id, other.account.id]);
      const here = client(apps[0] ?? app, one.cookies);
      const there = client(apps[1] ?? app, other.cookies);
      const responses = await Promise.all(
        round % 2 === 0
          ? [
              here.patch(`/accounts/${other.account.id}`, { version: 1, role: 'viewer' }),
              there.patch(`/accounts/${one.account.id}`, { version: 1, disabled: true }),
            ]
          : [
              here.delete(`/accounts/${other.account.id}?version=1`),
              there.delete(`/accounts/${one.account.id}?version=1`),
            ],
      );
      outcomes.push(
        responses
          .map((response) => (response.payload ? (response.json().code ?? 200) : 204))
          .join(),
      );
      expect(await livingAdmins(db)).toHaveLength(1);
    }

    expect(outcomes.some((outcome) => outcome.includes('last_admin'))).toBe(true);
  });

  test.for([
    ['demote', { version: 1, role: 'server_admin' }],
    ['disable', { version: 1, disabled: true }],
  ] as const)(
    'does not come into it: nobody may %s their own account',
    async ([, body], { api }) => {
      await api.as('admin');
      const sam = await api.as('admin');

      const response = await sam.patch(`/accounts/${sam.account.id}`, body);

      expect(response.statusCode).toBe(403);
      expect(response.json()).toMatchObject({ code: 'own_account' });
      expect((await sam.get('/accounts')).statusCode).toBe(200);
    },
  );

  test('does not come into it: nobody may delete their own account', async ({ api }) => {
    await api.as('admin');
    const sam = await api.as('admin');

    const response = await sam.delete(`/accounts/${sam.account.id}?version=1`);

    expect(response.json()).toMatchObject({ code: 'own_account' });
    expect((await sam.get('/accounts')).statusCode).toBe(200);
  });
});

async function livingAdmins(db: Db): Promise<number[]> {
  const rows = await db
    .selectFrom('accounts')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabledAt', 'is', null)
    .execute();
  return rows.map(({ id }) => id);
}

async function demoteOthers(db: Db, keptIds: number[]): Promise<void> {
  await inChange(db, system, 'accounts:update', null, (trx) =>
    trx.updateTable('accounts').set({ role: 'viewer' }).where('id', 'not in', keptIds).execute(),
  );
}
