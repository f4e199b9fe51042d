import { actionsOfLevel } from '@cmp/shared/permissions';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { test as base, type client, system } from '#test/fixtures.ts';
import type { given as makeGiven } from '#test/given.ts';
import { tell } from './events.service.ts';

const test = base
  .extend('servers', async ({ given }) => given.servers('tokyo', 'osaka'))
  .extend('admin', async ({ api }) => api.as('admin'))
  .extend('manager', async ({ api, servers }) => api.as('server_admin', [manages(servers[0].id)]))
  .extend('stranger', async ({ api, servers }) => api.as('server_admin', [manages(servers[1].id)]));

const manages = (serverId: number) => ({
  serverId,
  level: 'manage' as const,
  actions: [...actionsOfLevel.manage],
});

type Client = ReturnType<typeof client>;
type Given = ReturnType<typeof makeGiven>;

async function newsOf({ get }: Client, query = '') {
  const { items } = (await get(`/notifications${query}`)).json();
  return items.map(({ event }: { event: string }) => event);
}

/** Users with a term, by their ids. */
async function sold({ users }: Given, serverId: number, ...names: string[]) {
  const made = await users(
    serverId,
    ...names.map((accountName) => ({ accountName, expiresOn: '2027-01-31' })),
  );
  return made.map(({ id }) => id);
}

/** Wants to hear of this event in the panel. */
async function wants({ get, patch }: Client, event: string, by = 'panel') {
  const { version, choices } = (await get('/notifications/preferences')).json();
  const answer = await patch('/notifications/preferences', {
    ...{ version, quietFrom: null, quietUntil: null },
    choices: { ...choices, [event]: { [by]: true } },
  });
  expect(answer.statusCode).toBe(200);
}

async function bulkExtended({ post }: Client, ids: number[]) {
  const plan = (await post('/plans', { action: 'users:extend', ids, months: 1 })).json();
  const done = await post(`/plans/${plan.id}/commit`, {});
  expect(done.statusCode).toBe(200);
}

async function deliveriesOf(db: Db) {
  const { rows } = await sql<{ event: string; channel: string; chatId: string | null }>`
    select event, channel, chat_id from deliveries join events on events.id = event_id
    order by deliveries.id`.execute(db);
  return rows;
}

describe('an act that others hear of', () => {
  test('is told those who see its server, not who did it, and of theirs alone', async ({
    admin,
    manager,
    stranger,
    given,
    servers: [tokyo, osaka],
    api,
  }) => {
    const other = await api.as('admin');
    const ids = [...(await sold(given, tokyo.id, 'a', 'b')), ...(await sold(given, osaka.id, 'c'))];

    await bulkExtended(admin, ids);

    expect(await newsOf(admin)).toEqual([]);
    const [seen] = (await other.get('/notifications')).json().items;
    expect(seen).toMatchObject({
      ...{ event: 'users_bulk', actorName: admin.account.username, facts: { action: 'extend' } },
      servers: [
        { id: tokyo.id, name: 'tokyo', users: 2, names: ['a', 'b'] },
        { id: osaka.id, name: 'osaka', users: 1, names: ['c'] },
      ],
    });
    const told = async ({ get }: Client) => (await get('/notifications')).json().items[0].servers;
    expect(await told(manager)).toMatchObject([{ id: tokyo.id, users: 2 }]);
    expect(await told(stranger)).toMatchObject([{ id: osaka.id, users: 1 }]);
  });

  test('is not told once the server is no longer theirs', async ({
    admin,
    manager,
    given,
    servers: [tokyo],
  }) => {
    const ids = await sold(given, tokyo.id, 'a', 'b');
    await bulkExtended(admin, ids);
    expect((await manager.get('/notifications')).json()).toMatchObject({ total: 1, unread: 1 });

    const { version } = (await admin.get(`/accounts/${manager.account.id}`)).json();
    await admin.put(`/accounts/${manager.account.id}/grants`, { version, grants: [] });

    await expect
      .poll(async () => (await manager.get('/notifications')).json())
      .toMatchObject({ total: 0, unread: 0 });
  });

  test('is told by the ways that each chose', async ({ db, admin, manager, given, servers }) => {
    const [id = 0] = await sold(given, servers[0].id, 'a');
    await admin.post(`/users/${id}/extend`, { months: 1 });
    expect(await newsOf(manager)).toEqual([]);

    await wants(manager, 'users_extended');
    await admin.post(`/users/${id}/extend`, { months: 1 });

    expect(await newsOf(manager)).toEqual(['users_extended']);
    expect(await deliveriesOf(db)).toMatchObject([{ event: 'users_extended', channel: 'panel' }]);
  });

  test('is told once, though it was asked for twice', async ({
    admin,
    manager,
    given,
    servers,
  }) => {
    await wants(manager, 'users_extended');
    const [id = 0] = await sold(given, servers[0].id, 'a');
    const extend = () =>
      admin.post(`/users/${id}/extend`, { months: 1 }, { 'idempotency-key': 'once' });

    await extend();
    await extend();

    expect(await newsOf(manager)).toEqual(['users_extended']);
  });

  test('waits for the bot in the chats that were linked, and in the site’s own', async ({
    db,
    admin,
    manager,
    stranger,
    given,
    servers: [tokyo],
  }) => {
    await linked(db, manager.account.id, '111');
    await linked(db, manager.account.id, '112', 'blocked');
    await linked(db, admin.account.id, '222');
    await linked(db, stranger.account.id, '333');
    for (const one of [manager, admin, stranger]) await wants(one, 'users_extended', 'telegram');
    await saved(db, 'telegram', {
      ...{ enabled: true, defaultChatId: '-100', events: ['users_extended'] },
    });
    const [id = 0] = await sold(given, tokyo.id, 'a');

    await admin.post(`/users/${id}/extend`, { months: 1 });

    const waiting = (await deliveriesOf(db)).filter(({ channel }) => channel === 'telegram');
    expect(waiting.map(({ chatId }) => chatId).toSorted()).toEqual(['-100', '111']);
  });

  test('is told by mail and by webhook where these are set', async ({
    db,
    admin,
    api,
    given,
    servers,
  }) => {
    await saved(db, 'mail', { enabled: true });
    await saved(db, 'notifications', {
      webhookEnabled: true,
      webhookUrl: 'https://hooks.example.net/',
      webhookEvents: ['users_bulk'],
      defaults: { users_bulk: { mail: true } },
    });
    const reached = await api.as('admin');
    await reached.patch('/auth/profile', { version: 1, email: 'a@example.net' });
    await api.as('admin');
    const ids = await sold(given, servers[0].id, 'a', 'b');

    await bulkExtended(admin, ids);

    const ways = (await deliveriesOf(db)).map(({ channel }) => channel).toSorted();
    expect(ways).toEqual(['mail', 'panel', 'panel', 'webhook']);
  });
});

async function linked(db: Db, accountId: number, chatId: string, state?: 'blocked') {
  await inChange(db, system, 'seed', null, (trx) =>
    sql`insert into telegram_chats (chat_id, telegram_user_id, name, account_id, blocked_at)
      values (${chatId}, ${chatId}, 'phone', ${accountId}, case when ${state === 'blocked'} then now() end)`.execute(
      trx,
    ),
  );
}

async function saved(db: Db, section: string, fields: object) {
  await inChange(db, system, 'seed', null, (trx) =>
    sql`insert into settings (section, fields) values (${section}, ${JSON.stringify(fields)}::jsonb)`.execute(
      trx,
    ),
  );
}

describe('a sign-in', () => {
  const signIn = (
    by: Client,
    { username, password }: { username: string; password: string },
    program: string,
  ) => by.post('/auth/login', { username, password }, { 'user-agent': program });

  test('on a new device is told the account itself, a newer version of a known one is none', async ({
    api,
    given,
  }) => {
    const account = await given.account({ role: 'viewer', username: 'vera' });
    await signIn(api, account, 'Firefox/120.0 (Linux)');
    await signIn(api, account, 'Firefox/121.0 (Linux)');
    const first = await signIn(api, account, 'Safari/17 (iPhone)');
    const cookies = Object.fromEntries(first.cookies.map(({ name, value }) => [name, value]));

    const { items } = (await api.withCookies(cookies).get('/notifications')).json();

    expect(items).toMatchObject([
      {
        ...{ event: 'new_device', actorName: 'vera' },
        facts: { role: 'viewer', ip: '127.0.0.1', userAgent: 'Safari/17 (iPhone)' },
      },
    ]);
  });

  test('is told the admins who want it, never another account', async ({
    db,
    api,
    admin,
    manager,
    given,
  }) => {
    await wants(admin, 'sign_in');
    await wants(manager, 'sign_in');
    await signIn(api, await given.account({ username: 'vera' }), 'Firefox');

    expect(await newsOf(admin)).toEqual(['sign_in']);
    expect(await newsOf(manager)).toEqual([]);
    expect(await deliveriesOf(db)).toHaveLength(1);
  });
});

describe('GET /notifications', () => {
  test('pages, and counts what is unread until it is read', async ({
    db,
    admin,
    servers,
    given,
    api,
  }) => {
    const reader = await api.as('admin');
    for (const name of ['a', 'b', 'c']) {
      const ids = await sold(given, servers[0].id, `${name}1`, `${name}2`);
      await bulkExtended(admin, ids);
    }
    const first = (await reader.get('/notifications?limit=2')).json();
    expect(first).toMatchObject({ total: 2, unread: 3 });
    const second = (await reader.get(`/notifications?limit=2&before=${first.nextCursor}`)).json();
    expect(second.items).toHaveLength(1);

    const read = await reader.post('/notifications/read', { upTo: first.items[1].id });

    expect(read.json()).toEqual({ unread: 1 });
    expect(await newsOf(reader, '?unread=1')).toHaveLength(1);
    expect((await admin.get('/notifications')).json().unread).toBe(0);
    expect(await deliveriesOf(db)).toHaveLength(3);
  });

  test('marks nobody else’s as read', async ({ admin, given, servers, api }) => {
    const [one, other] = [await api.as('admin'), await api.as('admin')];
    const ids = await sold(given, servers[0].id, 'a', 'b');
    await bulkExtended(admin, ids);

    await one.post('/notifications/read', { upTo: 2_000_000 });

    expect((await other.get('/notifications')).json().unread).toBe(1);
  });
});

describe('news of an admin who is none any more', () => {
  test('is what still is their business: none of the site’s, none of other accounts’', async ({
    db,
    admin,
    servers: [tokyo],
    given,
    api,
  }) => {
    const fallen = await api.as('admin');
    const other = await api.as('viewer');
    await bulkExtended(admin, await sold(given, tokyo.id, 'a', 'b'));
    const about = { actorName: 'vera', facts: { ip: '203.0.113.7' } };
    await tell(db, { event: 'new_device', accountId: other.account.id, ...about });
    await tell(db, { event: 'new_device', accountId: fallen.account.id, ...about });
    await tell(db, { event: 'settings_changed', facts: { section: 'telegram' } });
    const before = await newsOf(fallen);
    const url = `/accounts/${fallen.account.id}`;
    const { version } = (await admin.get(url)).json();
    const demoted = await admin.patch(url, { version, role: 'viewer' });
    const granted = await admin.put(`${url}/grants`, {
      version: demoted.json().version,
      grants: [{ serverId: tokyo.id, level: 'view', actions: [] }],
    });

    const feed = async () => (await fallen.get('/notifications')).json();

    expect([before.length, granted.statusCode]).toEqual([4, 200]);
    await expect.poll(async () => (await feed()).unread).toBe(2);
    expect(await newsOf(fallen)).toEqual(['new_device', 'users_bulk']);
  });
});

describe('PATCH /notifications/preferences', () => {
  test('keeps one’s own choices, and says what holds where there are none', async ({
    admin,
    manager,
  }) => {
    await wants(manager, 'users_extended');

    const { choices, defaults, open, version } = (
      await manager.get('/notifications/preferences')
    ).json();

    expect(choices).toEqual({ users_extended: { panel: true } });
    expect(defaults.users_extended).toEqual({ panel: false, telegram: false, mail: false });
    expect([open, version]).toEqual([['panel'], 2]);
    expect((await admin.get('/notifications/preferences')).json().choices).toEqual({});
  });

  test('refuses a stale version, half a silence and what there is not', async ({ admin }) => {
    await wants(admin, 'sign_in');
    const change = { version: 2, choices: {}, quietFrom: null, quietUntil: null };
    const refused = async (more: object) => {
      const answer = await admin.patch('/notifications/preferences', { ...change, ...more });
      return answer.json().code;
    };

    expect(await refused({ version: 1 })).toBe('stale_version');
    expect(await refused({ quietFrom: '22:00' })).toBe('rule_broken');
    expect(await refused({ choices: { weather: { panel: true } } })).toBe('invalid_request');
    expect(await refused({ choices: { sign_in: { webhook: true } } })).toBe('invalid_request');
    expect(await refused({ quietFrom: '22:00', quietUntil: '07:00' })).toBeUndefined();
  });
});
