import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { setupToken } from '#lib/keys.ts';
import { shipServices } from '#modules/services/services.service.ts';
import { client, cookiesOf, keys, listEntries, test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { seedAdmin } from './setup.service.ts';

const token = setupToken(keys);
const first = { token, username: 'Sam', displayName: 'Sam Lin', password };

describe('POST /setup', () => {
  test('makes the first admin and signs them in', async ({ api, app, db }) => {
    const before = await api.get('/setup');
    const response = await api.post('/setup', first);
    const session = await client(app, cookiesOf(response)).get('/auth/session');

    expect(before.json()).toEqual({ required: true });
    expect(response.statusCode).toBe(201);
    expect(session.json()).toMatchObject({
      account: {
        username: 'Sam',
        displayName: 'Sam Lin',
        role: 'admin',
        mustChangePassword: false,
      },
      grants: [],
    });
    expect((await api.get('/setup')).json()).toEqual({ required: false });
    expect(await listEntries(db)).toMatchObject([
      { action: 'setup', accountName: 'system', tableName: 'accounts', after: { username: 'Sam' } },
    ]);
  });

  test.for([
    ['another token', { ...first, token: `${token}x` }, 403, 'setup_token_wrong'],
    ['an empty token', { ...first, token: '' }, 400, 'invalid_request'],
    ['no token', { ...first, token: undefined }, 400, 'invalid_request'],
    ['a field it does not own', { ...first, role: 'admin' }, 400, 'invalid_request'],
  ] as const)('refuses %s', async ([, body, status, code], { api, db }) => {
    const response = await api.post('/setup', body);

    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ code });
    expect(await db.selectFrom('accounts').select('id').execute()).toEqual([]);
  });

  test.for([
    'admin123',
    'Admin!234',
    'password1234',
    'aaaaaaaaaaaaaaaaaaaaaaaa',
    'operations-desk',
    'qwertyuiop123456',
  ])('refuses the password %s', async (weak, { api, db }) => {
    const response = await api.post('/setup', {
      ...first,
      username: 'operations-desk',
      password: weak,
    });

    expect(response.statusCode).toBe(weak.length < 12 ? 400 : 422);
    expect(response.json().code).toBe(weak.length < 12 ? 'invalid_request' : 'password_too_weak');
    expect(await db.selectFrom('accounts').select('id').execute()).toEqual([]);
  });

  test.for([
    ['the right token', {}],
    ['another token', { token: 'guess' }],
    ['a role of one’s choice', { role: 'admin' }],
  ] as const)('is closed once there is an account: %s', async ([, extra], { api, db, given }) => {
    await given.account({ role: 'viewer' });

    const response = await api.post('/setup', { ...first, ...extra });

    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ code: 'setup_closed' });
    expect(await db.selectFrom('accounts').select('role').execute()).toEqual([{ role: 'viewer' }]);
  });

  test.for([2, 10])(
    'lets one of %i at once succeed',
    async (atOnce, { app, startInstance, db }) => {
      const apps = [app, await startInstance()];

      const responses = await Promise.all(
        Array.from({ length: atOnce }, (_, i) =>
          client(apps[i % 2] ?? app).post('/setup', {
            ...first,
            username: `sam-${i}`,
            sampleData: true,
          }),
        ),
      );

      const codes = responses.map((response) => response.json().code ?? response.statusCode);
      expect(codes.toSorted()).toEqual([201, ...Array(atOnce - 1).fill('setup_closed')]);
      expect(await db.selectFrom('accounts').select('role').execute()).toEqual([{ role: 'admin' }]);
      expect(await db.selectFrom('servers').select('id').execute()).toHaveLength(4);
    },
  );

  test('adds four servers with five users each, in the one change', async ({ api, db }) => {
    await shipServices(db);

    const response = await api.post('/setup', { ...first, sampleData: true });

    const servers = await db
      .selectFrom('servers')
      .leftJoin('users', 'users.serverId', 'servers.id')
      .select((eb) => ['servers.name', eb.fn.count<number>('users.id').as('users')])
      .groupBy(['servers.id', 'servers.name', 'servers.position'])
      .orderBy('servers.position')
      .execute();
    const changes = await sql<{ action: string; entries: number }>`
      select action, count(*) as entries from changes join entries on change_id = changes.id
      where action <> 'services:create' group by changes.id, action`.execute(db);
    expect(response.statusCode).toBe(201);
    expect(servers.map(({ users }) => users)).toEqual([5, 5, 5, 5]);
    expect(changes.rows).toEqual([{ action: 'setup', entries: 1 + 4 + 20 }]);
  });

  test('limits how often one address may guess', async ({ startInstance }) => {
    const app = await startInstance();
    const guess = () => client(app).post('/setup', { ...first, token: 'guess' });

    const statuses = [];
    for (let attempt = 0; attempt < 22; attempt += 1) statuses.push((await guess()).statusCode);

    expect(statuses).toEqual([...Array(20).fill(403), 429, 429]);
  });
});

describe('the first admin from the environment', () => {
  test('must choose another password', async ({ app, api, db }) => {
    await seedAdmin(db, { username: 'root', password });

    const signedIn = await api.post('/auth/login', { username: 'root', password });
    const root = client(app, cookiesOf(signedIn));

    expect(signedIn.json()).toMatchObject({ account: { role: 'admin', mustChangePassword: true } });
    expect((await root.get('/accounts')).json()).toMatchObject({
      code: 'password_change_required',
    });
    expect((await api.get('/setup')).json()).toEqual({ required: false });
  });

  test('is not made where somebody can sign in already', async ({ db, given }) => {
    await given.account({ username: 'sam' });

    await seedAdmin(db, { username: 'root', password });

    expect(await db.selectFrom('accounts').select('username').execute()).toEqual([
      { username: 'sam' },
    ]);
  });

  test('is not made with a password anybody would try', async ({ db }) => {
    const seeding = seedAdmin(db, { username: 'root', password: 'administrator1' });

    await expect(seeding).rejects.toMatchObject({ code: 'password_too_weak' });
    expect(await db.selectFrom('accounts').select('id').execute()).toEqual([]);
  });
});
