import { actionsOfLevel } from '@cmp/shared/permissions';
import { describe, expect } from 'vitest';
import { listEntries, test } from '#test/fixtures.ts';

const missing = 2_147_483_647;

describe('POST /servers', () => {
  test('adds a server behind the last one and names the change', async ({ api, db, given }) => {
    await given.servers('tokyo');
    const admin = await api.as('admin');

    const added = await admin.post('/servers', {
      name: '  Ōsaka  ',
      owner: '',
      serviceType: 'VPN',
      ipAddress: '2001:db8::1',
      domainName: 'node.example.net',
      note: null,
    });

    expect(added.statusCode).toBe(201);
    expect(added.json()).toMatchObject({
      name: 'Ōsaka',
      owner: null,
      serviceType: 'VPN',
      ipAddress: '2001:db8::1',
      domainName: 'node.example.net',
      note: null,
      position: 2,
      version: 1,
    });
    const entry = (await listEntries(db)).at(-1);
    expect(entry).toMatchObject({
      action: 'servers:create',
      rowId: added.json().id,
      changeId: Number(added.headers['x-change-id']),
    });
  });

  test('refuses a name that another server has, however it is written', async ({ api }) => {
    const admin = await api.as('admin');
    await admin.post('/servers', { name: 'Tokyo' });

    for (const name of ['TOKYO', 'ＴＯＫＹＯ', ' tokyo ', 'toＫyo']) {
      const refused = await admin.post('/servers', { name });

      expect(refused.statusCode, name).toBe(422);
      expect(refused.json()).toMatchObject({
        code: 'name_taken',
        details: { issues: [{ path: '/name' }] },
      });
      expect(refused.headers).not.toHaveProperty('x-change-id');
    }
  });

  test('lets one of two servers of one name in', async ({ api }) => {
    const admin = await api.as('admin');

    const answers = await Promise.all(
      ['Tokyo', 'tokyo', 'TOKYO'].map((name) => admin.post('/servers', { name })),
    );

    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 422, 422]);
  });

  test('gives servers added at once a place each', async ({ api }) => {
    const admin = await api.as('admin');

    await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => admin.post('/servers', { name })),
    );

    const { items } = (await admin.get('/servers')).json();
    expect(items.map(({ position }: { position: number }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('takes addresses of both kinds', async ({ api }) => {
    const admin = await api.as('admin');
    const addresses = [
      '0.0.0.0',
      '255.255.255.255',
      '::',
      '2001:db8::1',
      '::ffff:203.0.113.7',
      null,
    ];

    for (const [index, ipAddress] of addresses.entries()) {
      const added = await admin.post('/servers', { name: `server ${index}`, ipAddress });

      expect(added.json()).toMatchObject({ ipAddress });
    }
  });

  test('refuses what is malformed', async ({ api }) => {
    const admin = await api.as('admin');
    const malformed: Record<string, object> = {
      'no name': {},
      'an empty name': { name: '' },
      'a blank name': { name: ' \u00a0\t' },
      'a name that cannot be seen': { name: '\u200b\u3164' },
      'a name of 81 characters': { name: 'x'.repeat(81) },
      'a name with a NUL': { name: 'a\0b' },
      'a name over two lines': { name: 'a\nb' },
      'half a character': { name: 'a\ud83d' },
      'a number for a name': { name: 1 },
      'an unknown field': { name: 'a', colour: 'red' },
      'a position': { name: 'a', position: 1 },
      'an address of 256': { name: 'a', ipAddress: '203.0.113.256' },
      'an address of three': { name: 'a', ipAddress: '203.0.113' },
      'an address with a leading zero': { name: 'a', ipAddress: '203.0.113.07' },
      'an address with a port': { name: 'a', ipAddress: '203.0.113.7:22' },
      'a network': { name: 'a', ipAddress: '203.0.113.0/24' },
      'an address with a zone': { name: 'a', ipAddress: 'fe80::1%eth0' },
      'a name for an address': { name: 'a', ipAddress: 'node.example.net' },
      'a note of 2,001 characters': { name: 'a', note: 'x'.repeat(2001) },
    };

    for (const [what, body] of Object.entries(malformed)) {
      const refused = await admin.post('/servers', body);

      expect(refused.statusCode, what).toBe(400);
      expect(refused.json().code, what).toBe('invalid_request');
    }
    expect((await admin.get('/servers')).json().total).toBe(0);
  });
});

describe('GET /servers', () => {
  test('tells how the users of each stand, in the order of the servers', async ({ api, db }) => {
    const admin = await api.as('admin');
    const tokyo = (await admin.post('/servers', { name: 'tokyo' })).json();
    const osaka = (await admin.post('/servers', { name: 'osaka' })).json();
    const today = new Date().toISOString().slice(0, 10);
    for (const user of [
      { accountName: 'a', expiresOn: null },
      { accountName: 'b', expiresOn: '9999-12-31' },
      { accountName: 'c', expiresOn: today },
      { accountName: 'd', expiresOn: '2020-01-01' },
      { accountName: 'e', expiresOn: '2020-01-01', enabled: false },
      { accountName: 'f', expiresOn: null },
    ])
      await admin.post(`/servers/${tokyo.id}/users`, user);
    const [gone] = await db
      .selectFrom('users')
      .select('id')
      .where('accountName', '=', 'f')
      .execute();
    await admin.delete(`/users/${gone?.id}?version=1`);

    const { items, total } = (await admin.get('/servers')).json();

    expect(total).toBe(2);
    expect(items).toMatchObject([
      { id: tokyo.id, counts: { all: 5, active: 2, soon: 1, expired: 1, disabled: 1 } },
      { id: osaka.id, counts: { all: 0, active: 0, soon: 0, expired: 0, disabled: 0 } },
    ]);
  });
});

describe('PATCH /servers/:id', () => {
  test('alters only what is named, by one version', async ({ api }) => {
    const admin = await api.as('admin');
    const body = { name: 'tokyo', owner: 'May', ipAddress: '203.0.113.7', note: 'paid' };
    const before = (await admin.post('/servers', body)).json();

    const after = await admin.patch(`/servers/${before.id}`, {
      version: 1,
      owner: null,
      note: 'moved',
    });

    expect(after.json()).toEqual({
      ...before,
      owner: null,
      note: 'moved',
      version: 2,
      updatedAt: after.json().updatedAt,
    });
    expect(after.json().updatedAt > before.updatedAt).toBe(true);
    expect((await admin.get(`/servers/${before.id}`)).json()).toEqual(after.json());
  });

  test('lets a server change the case of its own name, and frees the old one', async ({ api }) => {
    const admin = await api.as('admin');
    const { id } = (await admin.post('/servers', { name: 'tokyo' })).json();

    const cased = await admin.patch(`/servers/${id}`, { version: 1, name: 'TOKYO' });
    const renamed = await admin.patch(`/servers/${id}`, { version: 2, name: 'Kyoto' });
    const freed = await admin.post('/servers', { name: 'tokyo' });
    const taken = await admin.patch(`/servers/${id}`, { version: 3, name: 'Tokyo' });

    expect([cased, renamed, freed, taken].map(({ statusCode }) => statusCode)).toEqual([
      200, 200, 201, 422,
    ]);
    expect(taken.json().code).toBe('name_taken');
  });

  test('refuses a stale version and shows the server as it is', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const current = (
      await admin.patch(`/servers/${tokyo.id}`, { version: 1, owner: 'May' })
    ).json();

    const stale = await admin.patch(`/servers/${tokyo.id}`, { version: 1, owner: 'Lin' });

    expect(stale.statusCode).toBe(409);
    expect(stale.json()).toMatchObject({ code: 'stale_version', details: { current } });
    expect((await admin.get(`/servers/${tokyo.id}`)).json()).toEqual(current);
  });

  test('lets one of five editors of one version win', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');

    const answers = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((owner) =>
        admin.patch(`/servers/${tokyo.id}`, { version: 1, owner }),
      ),
    );

    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([
      200, 409, 409, 409, 409,
    ]);
    const winner = answers.find(({ statusCode }) => statusCode === 200)?.json();
    expect((await admin.get(`/servers/${tokyo.id}`)).json()).toEqual(winner);
  });

  test('refuses what is malformed', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const malformed: Record<string, object> = {
      'no version': { owner: 'May' },
      'a version as text': { version: '1' },
      'version 0': { version: 0 },
      'a version beyond all versions': { version: 2_147_483_648 },
      'an unknown field': { version: 1, colour: 'red' },
      'no name': { version: 1, name: null },
      'an empty name': { version: 1, name: '' },
    };

    for (const [what, body] of Object.entries(malformed))
      expect((await admin.patch(`/servers/${tokyo.id}`, body)).statusCode, what).toBe(400);
  });
});

describe('DELETE /servers/:id', () => {
  test('bins the server and its users in one change', async ({ api, db, given }) => {
    const [tokyo, osaka] = await given.servers('tokyo', 'osaka');
    const users = await given.users(tokyo.id, 'ann', 'ben');
    const [other] = await given.users(osaka.id, 'ann');
    const admin = await api.as('admin');

    const deleted = await admin.delete(`/servers/${tokyo.id}?version=1`);

    expect(deleted.statusCode).toBe(204);
    expect(deleted.body).toBe('');
    const changeId = Number(deleted.headers['x-change-id']);
    const binned = (await listEntries(db)).filter((entry) => entry.changeId === changeId);
    expect(binned.map(({ tableName, rowId }) => [tableName, rowId]).toSorted()).toEqual(
      [['servers', tokyo.id], ...users.map(({ id }) => ['users', id])].toSorted(),
    );
    for (const { after } of binned)
      expect(after).toMatchObject({ deleted_at: expect.any(String), version: 2 });
    const answers = await Promise.all([
      admin.get(`/servers/${tokyo.id}`),
      admin.patch(`/servers/${tokyo.id}`, { version: 2, owner: 'May' }),
      admin.delete(`/servers/${tokyo.id}?version=2`),
      admin.get(`/servers/${tokyo.id}/users`),
      admin.get(`/servers/${tokyo.id}/users/anchors`),
      admin.post(`/servers/${tokyo.id}/users`, { accountName: 'cat' }),
      ...users.map(({ id }) => admin.get(`/users/${id}`)),
    ]);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([404]));
    const { items } = (await admin.get('/users')).json();
    expect(items).toMatchObject([{ id: other?.id }]);
  });

  test('frees the name and the place at once', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo', 'osaka');
    const admin = await api.as('admin');

    await admin.delete(`/servers/${tokyo.id}?version=1`);
    const again = await admin.post('/servers', { name: 'Tokyo' });

    expect(again.statusCode).toBe(201);
    expect(again.json().id).not.toBe(tokyo.id);
  });

  test('refuses a stale version', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    await admin.patch(`/servers/${tokyo.id}`, { version: 1, owner: 'May' });

    const stale = await admin.delete(`/servers/${tokyo.id}?version=1`);

    expect(stale.statusCode).toBe(409);
    expect(stale.json().details.current).toMatchObject({ id: tokyo.id, owner: 'May', version: 2 });
    expect((await admin.get(`/servers/${tokyo.id}`)).statusCode).toBe(200);
  });

  test('leaves no user on a server that is gone, whoever comes first', async ({
    api,
    db,
    given,
  }) => {
    const servers = await given.servers('a', 'b', 'c', 'd', 'e', 'f');
    const admin = await api.as('admin');

    await Promise.all(
      servers.flatMap(({ id }) => [
        admin.post(`/servers/${id}/users`, { accountName: 'ann' }),
        admin.delete(`/servers/${id}?version=1`),
        admin.post(`/servers/${id}/users`, { accountName: 'ben' }),
      ]),
    );

    const left = await db.selectFrom('users').select('id').where('deletedAt', 'is', null).execute();
    expect(left).toEqual([]);
    expect((await admin.get('/servers')).json().total).toBe(0);
  });
});

describe('PUT /servers/order', () => {
  test('puts the servers in the order given and leaves their versions', async ({ api, given }) => {
    const [a, b, c] = await given.servers('a', 'b', 'c');
    const admin = await api.as('admin');

    const ordered = await admin.put('/servers/order', { serverIds: [c.id, a.id, b.id] });

    expect(ordered.statusCode).toBe(200);
    expect(ordered.headers['x-change-id']).toBeDefined();
    expect(ordered.json()).toEqual((await admin.get('/servers')).json());
    expect(ordered.json().items).toMatchObject([
      { id: c.id, position: 1, version: 1 },
      { id: a.id, position: 2, version: 1 },
      { id: b.id, position: 3, version: 1 },
    ]);
  });

  test('makes ten reorders at once take turns', async ({ api, given }) => {
    const servers = await given.servers('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const ids = servers.map(({ id }) => id);
    const admin = await api.as('admin');
    const orders = Array.from({ length: 10 }, (_, turn) => [
      ...ids.slice(turn % ids.length),
      ...ids.slice(0, turn % ids.length),
    ]).map((order, turn) => (turn % 2 ? order : order.toReversed()));

    const answers = await Promise.all(
      orders.map((serverIds) => admin.put('/servers/order', { serverIds })),
    );

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(orders.map(() => 200));
    const { items } = (await admin.get('/servers')).json();
    const last = items.map(({ id }: { id: number }) => id);
    expect(orders).toContainEqual(last);
    expect(items.map(({ position }: { position: number }) => position)).toEqual(
      ids.map((_, index) => index + 1),
    );
  });

  test('refuses a list that is not the servers there are', async ({ api, given }) => {
    const servers = await given.servers('a', 'b', 'c');
    const admin = await api.as('admin');
    const before = (await admin.get('/servers')).json();
    const [a, b, c] = [servers[2].id, servers[1].id, servers[0].id];
    const refused: Record<string, [number, number[]]> = {
      'a list without a server': [409, [a, b]],
      'a list with a server too many': [409, [a, b, c, missing]],
      'a list with another in its place': [409, [a, b, missing]],
      'an empty list': [409, []],
      'a list with a server twice': [422, [a, b, c, a]],
      'a list with one twice and one missing': [422, [a, b, b]],
      'an id that is none': [400, [a, b, c, 0]],
      'an id beyond all ids': [400, [a, b, c, missing + 1]],
    };

    for (const [what, [statusCode, serverIds]] of Object.entries(refused)) {
      const answer = await admin.put('/servers/order', { serverIds });

      expect(answer.statusCode, what).toBe(statusCode);
      if (statusCode === 409) expect(answer.json().code).toBe('server_order_stale');
    }
    expect((await admin.get('/servers')).json()).toEqual(before);
  });

  test('stays whole beside servers that come and go', async ({ api, given }) => {
    const servers = await given.servers('a', 'b', 'c', 'd');
    const admin = await api.as('admin');
    const reversed = servers.map(({ id }) => id).toReversed();

    const answers = await Promise.all([
      admin.put('/servers/order', { serverIds: reversed }),
      admin.post('/servers', { name: 'e' }),
      admin.put('/servers/order', { serverIds: reversed.toReversed() }),
      admin.delete(`/servers/${servers[1].id}?version=1`),
      admin.put('/servers/order', { serverIds: reversed }),
    ]);

    for (const { statusCode } of answers) expect([200, 201, 204, 409]).toContain(statusCode);
    expect(answers[1]?.statusCode).toBe(201);
    expect(answers[3]?.statusCode).toBe(204);
    const { items } = (await admin.get('/servers')).json();
    expect(items.map(({ name }: { name: string }) => name).toSorted()).toEqual([
      'a',
      'c',
      'd',
      'e',
    ]);
    const positions = items.map(({ position }: { position: number }) => position);
    expect(new Set(positions).size).toBe(4);
  });
});

describe('a server admin who manages a server', () => {
  test('alters it, and neither adds, orders nor deletes', async ({ api, given }) => {
    const [tokyo, seoul, osaka] = await given.servers('tokyo', 'seoul', 'osaka');
    const manager = await api.as('server_admin', [
      { serverId: tokyo.id, level: 'manage', actions: [...actionsOfLevel.manage] },
      { serverId: seoul.id, level: 'view', actions: [...actionsOfLevel.view] },
    ]);

    const answers = await Promise.all([
      manager.patch(`/servers/${tokyo.id}`, { version: 1, note: 'mine' }),
      manager.post('/servers', { name: 'kyoto' }),
      manager.put('/servers/order', { serverIds: [tokyo.id] }),
      manager.delete(`/servers/${tokyo.id}?version=1`),
      manager.patch(`/servers/${seoul.id}`, { version: 1, note: 'mine' }),
      manager.patch(`/servers/${osaka.id}`, { version: 1, note: 'mine' }),
    ]);

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 403, 403, 403, 403, 404]);
    expect((await manager.get('/servers')).json()).toMatchObject({
      total: 2,
      items: [
        { id: tokyo.id, note: 'mine', version: 2 },
        { id: seoul.id, note: null, version: 1 },
      ],
    });
  });
});

describe('an id in an address', () => {
  test('that no server can have is refused, and one that none has is not found', async ({
    api,
  }) => {
    const admin = await api.as('admin');
    const malformed = ['abc', '0', '-1', '1.5', '2147483648', '99999999999999999999', '%00'];

    for (const id of [...malformed, '2147483647']) {
      const answers = await Promise.all([
        admin.get(`/servers/${id}`),
        admin.patch(`/servers/${id}`, { version: 1 }),
        admin.delete(`/servers/${id}?version=1`),
        admin.get(`/servers/${id}/users`),
        admin.post(`/servers/${id}/users`, { accountName: 'ann' }),
      ]);

      const statusCode = malformed.includes(id) ? 400 : 404;
      expect(new Set(answers.map((answer) => answer.statusCode)), id).toEqual(
        new Set([statusCode]),
      );
    }
  });

  test('deletes nothing beside a version that is none', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');

    for (const version of ['0', '-1', 'abc', '', '1.5', '2147483648', '99999999999', '1e400']) {
      const refused = await admin.delete(`/servers/${tokyo.id}?version=${version}`);

      expect(refused.statusCode, version).toBe(400);
    }
    expect((await admin.delete(`/servers/${tokyo.id}`)).statusCode).toBe(400);
  });
});
