import { setTimeout as wait } from 'node:timers/promises';
import { type Grant, GrantedAction } from '@cmp/shared/permissions';
import { describe, expect } from 'vitest';
import { client, listEntries, test } from '#test/fixtures.ts';

describe('PUT /accounts/:id/grants', () => {
  test('gives a server admin the level’s actions, or fewer where it says so', async ({
    api,
    given,
  }) => {
    const [tokyo, osaka, kyoto] = await given.servers('tokyo', 'osaka', 'kyoto');
    const admin = await api.as('admin');
    const sam = await api.as('server_admin');

    const response = await admin.put(`/accounts/${sam.account.id}/grants`, {
      version: 1,
      grants: [
        { serverId: kyoto.id, level: 'manage', actions: ['users:export', 'users:create'] },
        { serverId: tokyo.id, level: 'manage' },
        { serverId: osaka.id, level: 'view' },
      ],
    });

    const expected = {
      total: 3,
      items: [
        { serverId: tokyo.id, level: 'manage', actions: GrantedAction.options },
        { serverId: osaka.id, level: 'view', actions: ['users:export'] },
        { serverId: kyoto.id, level: 'manage', actions: ['users:create', 'users:export'] },
      ],
    };
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual(expected);
    expect((await admin.get(`/accounts/${sam.account.id}/grants`)).json()).toEqual(expected);
    expect((await sam.get('/auth/session')).json().grants).toEqual(expected.items);
    expect((await admin.get(`/accounts/${sam.account.id}`)).json()).toMatchObject({
      grantCount: 3,
      version: 2,
    });
  });

  test('decides what GET /servers shows, within a second on every instance', async ({
    api,
    given,
    startInstance,
  }) => {
    const [tokyo, osaka] = await given.servers('tokyo', 'osaka');
    const admin = await api.as('admin');
    const sam = await api.as('server_admin');
    const elsewhere = client(await startInstance(), sam.cookies);
    const seen = async () =>
      (await elsewhere.get('/servers')).json().items.map(({ id }: { id: number }) => id);
    const grant = (version: number, grants: object[]) =>
      admin.put(`/accounts/${sam.account.id}/grants`, { version, grants });

    const before = await seen();
    await grant(1, [{ serverId: osaka.id, level: 'view' }]);
    await wait(1_050);
    const given1 = await seen();
    await grant(2, [{ serverId: tokyo.id, level: 'manage' }]);
    await wait(1_050);

    expect(before).toEqual([]);
    expect(given1).toEqual([osaka.id]);
    expect(await seen()).toEqual([tokyo.id]);
    expect((await elsewhere.get(`/servers/${osaka.id}`)).statusCode).toBe(404);
  });

  test('replaces the list as one change', async ({ api, given, db }) => {
    const [tokyo, osaka, kyoto] = await given.servers('tokyo', 'osaka', 'kyoto');
    const admin = await api.as('admin');
    const sam = await api.as('server_admin', [
      { serverId: tokyo.id, level: 'view', actions: ['users:export'] },
      { serverId: osaka.id, level: 'view', actions: ['users:export'] },
    ]);

    await admin.put(`/accounts/${sam.account.id}/grants`, {
      version: 1,
      grants: [
        { serverId: osaka.id, level: 'manage', actions: [] },
        { serverId: kyoto.id, level: 'view' },
      ],
    });

    const entries = (await listEntries(db)).filter(({ action }) => action === 'grants:update');
    expect(new Set(entries.map(({ changeId }) => changeId)).size).toBe(1);
    expect(entries.map(({ tableName, before, after }) => ({ tableName, before, after }))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          before: expect.objectContaining({ server_id: tokyo.id }),
          after: {},
        }),
        expect.objectContaining({
          before: {},
          after: expect.objectContaining({ server_id: kyoto.id }),
        }),
        expect.objectContaining({
          before: { level: 'view', actions: ['users:export'] },
          after: { level: 'manage', actions: [] },
        }),
        { tableName: 'accounts', before: { version: 1 }, after: { version: 2 } },
      ]),
    );
    expect(entries).toHaveLength(4);
  });

  test('enters nothing where the same list is saved again', async ({ api, given, db }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const sam = await api.as('server_admin');
    const put = (version: number, actions: string[]) =>
      admin.put(`/accounts/${sam.account.id}/grants`, {
        version,
        grants: [{ serverId: tokyo.id, level: 'manage', actions }],
      });
    await put(1, ['users:create', 'users:export']);
    const before = await listEntries(db);

    const again = await put(2, ['users:export', 'users:create']);

    expect(again.statusCode).toBe(200);
    expect(await listEntries(db)).toEqual(before);
  });

  test.for([
    ['a viewer’s “manage”', 'viewer', { level: 'manage' }, 422, 'viewer_grant'],
    [
      'a viewer’s right to write',
      'viewer',
      { level: 'view', actions: ['users:update'] },
      422,
      'rule_broken',
    ],
    [
      'a right beyond “view”',
      'server_admin',
      { level: 'view', actions: ['users:create'] },
      422,
      'rule_broken',
    ],
    [
      'a right nobody can grant',
      'server_admin',
      { level: 'manage', actions: ['accounts:create'] },
      400,
      'invalid_request',
    ],
    ['another level', 'server_admin', { level: 'own' }, 400, 'invalid_request'],
    ['an unknown field', 'server_admin', { level: 'view', accountId: 1 }, 400, 'invalid_request'],
  ] as const)('refuses %s', async ([, role, wish, status, code], { api, given, db }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const sam = await api.as(role);

    const response = await admin.put(`/accounts/${sam.account.id}/grants`, {
      version: 1,
      grants: [{ serverId: tokyo.id, ...wish }],
    });

    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ code });
    expect(await db.selectFrom('grants').select('id').execute()).toEqual([]);
  });

  test('refuses an unknown server, a server twice, and a stale version: nothing of it is kept', async ({
    api,
    given,
    db,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const sam = await api.as('server_admin');
    const grant = { serverId: tokyo.id, level: 'view' };
    const put = (version: number, grants: object[]) =>
      admin.put(`/accounts/${sam.account.id}/grants`, { version, grants });

    const unknown = await put(1, [grant, { ...grant, serverId: 999_999 }]);
    const twice = await put(1, [grant, grant]);
    const stale = await put(2, [grant]);
    const nobody = await admin.put('/accounts/999999/grants', { version: 1, grants: [grant] });

    expect(unknown.json()).toMatchObject({ code: 'not_found' });
    expect(twice.json()).toMatchObject({ code: 'rule_broken' });
    expect(stale.json()).toMatchObject({
      code: 'stale_version',
      details: { current: { version: 1 } },
    });
    expect(nobody.statusCode).toBe(404);
    expect(await db.selectFrom('grants').select('id').execute()).toEqual([]);
  });

  test('is an admin’s alone, one’s own grants included', async ({ api, given, db }) => {
    const [tokyo, osaka] = await given.servers('tokyo', 'osaka');
    const sam = await api.as('server_admin', [
      { serverId: tokyo.id, level: 'manage', actions: [...GrantedAction.options] },
    ]);

    const response = await sam.put(`/accounts/${sam.account.id}/grants`, {
      version: 1,
      grants: [{ serverId: osaka.id, level: 'manage' }],
    });

    expect(response.statusCode).toBe(403);
    expect(await db.selectFrom('grants').select('serverId').execute()).toEqual([
      { serverId: tokyo.id },
    ]);
  });
});

test('a role lowered to viewer lowers the grants with it, in the same change', async ({
  api,
  given,
  db,
}) => {
  const [tokyo, osaka] = await given.servers('tokyo', 'osaka');
  const admin = await api.as('admin');
  const grants: Grant[] = [
    { serverId: tokyo.id, level: 'manage', actions: ['users:create', 'users:export'] },
    { serverId: osaka.id, level: 'manage', actions: ['users:create'] },
  ];
  const sam = await api.as('server_admin', grants);

  await admin.patch(`/accounts/${sam.account.id}`, { version: 1, role: 'viewer' });

  expect((await sam.get('/auth/session')).json()).toMatchObject({
    account: { role: 'viewer' },
    grants: [
      { serverId: tokyo.id, level: 'view', actions: ['users:export'] },
      { serverId: osaka.id, level: 'view', actions: [] },
    ],
  });
  const entries = (await listEntries(db)).filter(({ action }) => action === 'accounts:update');
  expect(entries.map(({ tableName }) => tableName).toSorted()).toEqual([
    'accounts',
    'grants',
    'grants',
  ]);
  expect(new Set(entries.map(({ changeId }) => changeId)).size).toBe(1);
});
