import { actionsOfLevel } from '@cmp/shared/permissions';
import { describe, expect } from 'vitest';
import { test as base, type client } from '#test/fixtures.ts';

const now = () => new Date('2026-11-20T12:00:00Z');

const test = base
  .extend('app', async ({ startInstance }) => startInstance({ now }))
  .extend('servers', async ({ given }) => given.servers('tokyo', 'osaka'))
  .extend('admin', async ({ api }) => api.as('admin'))
  .extend('manager', async ({ api, servers }) => {
    const [{ id: serverId }] = servers;
    return api.as('server_admin', [
      { serverId, level: 'manage', actions: [...actionsOfLevel.manage] },
    ]);
  });

type Client = ReturnType<typeof client>;

/** Adds users by their terms and gives their ids in that order. */
async function added({ post }: Client, serverId: number, ...terms: (string | null)[]) {
  const ids: number[] = [];
  for (const [place, expiresOn] of terms.entries()) {
    const user = await post(`/servers/${serverId}/users`, {
      accountName: `user-${serverId}-${place}`,
      expiresOn,
    });
    ids.push(user.json().id);
  }
  return ids;
}

async function usersOf({ get }: Client, serverId: number) {
  return (await get(`/servers/${serverId}/users?limit=200`)).json().items;
}

const termsOf = (users: { expiresOn: string | null }[]) => users.map(({ expiresOn }) => expiresOn);

describe('POST /plans', () => {
  test('works out an extension of each user, and writes nothing before the commit', async ({
    manager,
    servers: [tokyo],
  }) => {
    const ids = await added(manager, tokyo.id, '2026-12-31', null, '9999-12-31', '2026-01-01');

    const made = await manager.post('/plans', { action: 'users:extend', ids, months: 1 });

    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({
      action: 'users:extend',
      state: 'ready',
      subject: { months: 1, reason: null },
      counts: { changed: 2, unchanged: 1, refused: 1, removed: 0 },
    });
    const entries = (await manager.get(`/plans/${made.json().id}/entries`)).json().items;
    expect(entries).toMatchObject([
      { rowId: ids[0], before: { expiresOn: '2026-12-31' }, after: { expiresOn: '2027-01-31' } },
      { rowId: ids[1], kind: 'unchanged', before: {}, after: {} },
      { rowId: ids[2], kind: 'refused', reason: 'past_last_date' },
      { rowId: ids[3], before: { expiresOn: '2026-01-01' }, after: { expiresOn: '2026-12-20' } },
    ]);
    expect(termsOf(await usersOf(manager, tokyo.id))).toEqual([
      ...['2026-12-31', null, '9999-12-31', '2026-01-01'],
    ]);
  });

  test('refuses all where one is foreign, gone or was never there, and names none', async ({
    admin,
    manager,
    servers: [tokyo, osaka],
  }) => {
    const [own = 0, gone = 0] = await added(admin, tokyo.id, '2026-12-31', '2026-12-31');
    const [foreign = 0] = await added(admin, osaka.id, '2026-12-31');
    expect((await admin.delete(`/users/${gone}?version=1`)).statusCode).toBe(204);

    for (const other of [foreign, gone, 999_999]) {
      const answer = await manager.post('/plans', { action: 'users:delete', ids: [own, other] });
      expect(answer.statusCode).toBe(404);
      const { code, message, details } = answer.json();
      expect([code, message, details]).toEqual([
        'not_found',
        'This does not exist, or not for you.',
        undefined,
      ]);
    }
  });

  test('refuses who may only see the server, or lacks the one right', async ({
    admin,
    api,
    servers: [tokyo, osaka],
  }) => {
    const foreign = await added(admin, osaka.id, '2026-12-31');
    const ids = await added(admin, tokyo.id, '2026-12-31');
    const serverId = tokyo.id;
    const extender = await api.as('server_admin', [
      { serverId, level: 'manage', actions: ['users:extend'] },
    ]);
    const viewer = await api.as('viewer', [{ serverId, level: 'view', actions: [] }]);
    const extend = { action: 'users:extend', ids, months: 1 };

    expect((await viewer.post('/plans', extend)).statusCode).toBe(403);
    expect((await extender.post('/plans', { action: 'users:delete', ids })).statusCode).toBe(403);
    expect((await extender.post('/plans', extend)).statusCode).toBe(201);
    // A foreign user answers as one that was never there, whatever is not allowed besides.
    for (const other of [...foreign, 999_999]) {
      const wish = { action: 'users:delete', ids: [...ids, other] };
      expect((await extender.post('/plans', wish)).statusCode).toBe(404);
    }
  });

  test.for([
    ['a filter', { action: 'users:extend', filter: {}, ids: [1], months: 1 }],
    ['no ids', { action: 'users:delete', ids: [] }],
    [
      'more than a thousand',
      { action: 'users:delete', ids: Array.from({ length: 1001 }, (_, at) => at + 1) },
    ],
    ['another field', { action: 'users:update', ids: [1], set: { enabled: true, remark: 'x' } }],
  ] as const)('does not take %s', async ([, body], { admin }) => {
    const { statusCode, json } = await admin.post('/plans', body);

    expect(statusCode).toBe(400);
    expect(json().code).toBe('invalid_request');
  });

  test('answers a repeat under the same key with the same plan', async ({
    admin,
    servers: [tokyo],
  }) => {
    const ids = await added(admin, tokyo.id, '2026-12-31');
    const wish = { action: 'users:extend', ids, months: 1 };
    const key = { 'idempotency-key': 'extend-chosen-1' };

    const first = await admin.post('/plans', wish, key);
    const repeat = await admin.post('/plans', wish, key);

    expect(repeat.json()).toEqual(first.json());
    expect((await admin.post('/plans', { ...wish, months: 2 }, key)).statusCode).toBe(422);
  });
});

describe('POST /plans/:id/commit of chosen users', () => {
  test('extends them in one change that says for how long and why, once, and Undo takes it back', async ({
    manager,
    servers: [tokyo],
  }) => {
    const ids = await added(manager, tokyo.id, '2026-12-31', null, '2027-02-28');
    const wish = { action: 'users:extend', ids, months: 3, reason: 'outage' };
    const plan = (await manager.post('/plans', wish)).json();
    const key = { 'idempotency-key': 'commit-chosen-1' };

    const done = await manager.post(`/plans/${plan.id}/commit`, {}, key);
    const repeat = await manager.post(`/plans/${plan.id}/commit`, {}, key);
    const again = await manager.post(`/plans/${plan.id}/commit`, {});

    expect(done.statusCode).toBe(200);
    expect(repeat.json()).toEqual(done.json());
    expect(again.json().code).toBe('plan_committed');
    expect(termsOf(await usersOf(manager, tokyo.id))).toEqual(['2027-03-31', null, '2027-05-28']);
    const { changeId } = done.json();
    expect((await manager.get(`/changes/${changeId}`)).json()).toMatchObject({
      action: 'users:extend',
      months: 3,
      reason: 'outage',
      entryCount: 2,
    });

    const undo = (await manager.post(`/changes/${changeId}/undo`)).json();
    expect((await manager.post(`/plans/${undo.id}/commit`, {})).statusCode).toBe(200);
    expect(termsOf(await usersOf(manager, tokyo.id))).toEqual(['2026-12-31', null, '2027-02-28']);
  });

  test('turns users off across servers, and leaves those that are off already', async ({
    admin,
    servers: [tokyo, osaka],
  }) => {
    const ids = [
      ...(await added(admin, tokyo.id, null, null)),
      ...(await added(admin, osaka.id, null)),
    ];
    await admin.patch(`/users/${ids[0]}`, { version: 1, enabled: false });
    const wish = { action: 'users:update', ids, set: { enabled: false } };

    const plan = (await admin.post('/plans', wish)).json();
    const done = await admin.post(`/plans/${plan.id}/commit`, {});

    expect(plan.counts).toMatchObject({ changed: 2, unchanged: 1 });
    expect(done.statusCode).toBe(200);
    for (const id of ids)
      expect((await admin.get(`/users/${id}`)).json()).toMatchObject({
        enabled: false,
        version: 2,
      });
    const nothing = (await admin.post('/plans', wish)).json();
    expect((await admin.post(`/plans/${nothing.id}/commit`, {})).json().code).toBe('plan_empty');
  });

  test('deletes users, and Undo brings them back', async ({ manager, servers: [tokyo] }) => {
    const ids = await added(manager, tokyo.id, '2026-12-31', null, null);
    const before = await usersOf(manager, tokyo.id);
    const chosen = { action: 'users:delete', ids: ids.slice(0, 2) };
    const plan = (await manager.post('/plans', chosen)).json();

    const done = await manager.post(`/plans/${plan.id}/commit`, {});

    expect(plan.counts).toMatchObject({ removed: 2 });
    expect(await usersOf(manager, tokyo.id)).toMatchObject([{ id: ids[2] }]);
    const undo = (await manager.post(`/changes/${done.json().changeId}/undo`)).json();
    expect((await manager.post(`/plans/${undo.id}/commit`, {})).statusCode).toBe(200);
    expect(termsOf(await usersOf(manager, tokyo.id))).toEqual(termsOf(before));
  });

  test('refuses all where one moved since, and writes none', async ({
    admin,
    manager,
    servers: [tokyo],
  }) => {
    const ids = await added(manager, tokyo.id, '2026-12-31', '2026-12-31');
    const plan = (await manager.post('/plans', { action: 'users:extend', ids, months: 1 })).json();
    await admin.patch(`/users/${ids[1]}`, { version: 1, remark: 'altered' });

    const { statusCode, json } = await manager.post(`/plans/${plan.id}/commit`, {});

    expect([statusCode, json().code]).toEqual([409, 'plan_moved']);
    expect(termsOf(await usersOf(manager, tokyo.id))).toEqual(['2026-12-31', '2026-12-31']);
  });

  test('asks for the rights again', async ({ admin, manager, servers: [tokyo] }) => {
    const ids = await added(manager, tokyo.id, '2026-12-31');
    const plan = (await manager.post('/plans', { action: 'users:delete', ids })).json();
    const fewer = await admin.put(`/accounts/${manager.account.id}/grants`, {
      version: 1,
      grants: [{ serverId: tokyo.id, level: 'manage', actions: ['users:extend'] }],
    });
    expect(fewer.statusCode).toBe(200);

    expect((await manager.post(`/plans/${plan.id}/commit`, {})).statusCode).toBe(403);
    expect(await usersOf(manager, tokyo.id)).toHaveLength(1);
  });
});
