import type { AuditEntry } from '@cmp/shared/changes';
import { actionsOfLevel, type Grant } from '@cmp/shared/permissions';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { system, test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { inChange } from './changes.service.ts';

const manage = (serverId: number): Grant => ({
  serverId,
  level: 'manage',
  actions: [...actionsOfLevel.manage],
});
const view = (serverId: number): Grant => ({ serverId, level: 'view', actions: ['users:export'] });

const setRemark = (db: Db, remark: string, reason: string | null = null) =>
  inChange(db, { ...system, ip: '192.0.2.7' }, 'users:update', reason, (trx) =>
    trx
      .updateTable('users')
      .set((eb) => ({ remark, version: eb('version', '+', 1) }))
      .execute(),
  );

describe('GET /audit', () => {
  test('tells an entry in the API’s words, with both sides of every altered field', async ({
    api,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'anna');
    await inChange(db, system, 'services:create', null, (trx) =>
      trx.insertInto('services').values({ name: 'Gold', nameKey: 'gold', position: 9 }).execute(),
    );
    await inChange(db, { ...system, ip: '192.0.2.7' }, 'users:update', 'as asked', (trx) =>
      sql`update users set service_id = (select id from services where name = 'Gold'),
        expires_on = '2031-01-31', version = version + 1`.execute(trx),
    );
    const admin = await api.as('admin');

    const updates = await admin.get('/audit?action=users:update');
    const arrivals = await admin.get('/audit?table=users&action=users:create');

    expect(updates.json()).toEqual({
      total: 1,
      items: [
        {
          id: expect.any(Number),
          at: expect.stringMatching(/Z$/),
          changeId: expect.any(Number),
          ...{ action: 'users:update', accountId: null, accountName: 'system', via: 'system' },
          ...{ reason: 'as asked', months: null, ip: '192.0.2.7' },
          ...{ table: 'users', rowId: anna?.id },
          ...{ rowName: 'anna', serverId: tokyo.id, serverName: 'tokyo' },
          before: { service: null, expiresOn: null },
          after: { service: 'Gold', expiresOn: '2031-01-31' },
        },
      ],
    });
    expect(arrivals.json().items).toMatchObject([
      {
        before: {},
        after: {
          ...{ accountName: 'anna', enabled: true, expiresOn: null },
          ...{ serverId: tokyo.id, serverName: 'tokyo' },
        },
      },
    ]);
  });

  test('names a chat, and of somebody’s notifications whose they are', async ({ api, db }) => {
    const admin = await api.as('admin');
    await admin.patch('/notifications/preferences', {
      ...{ version: 1, quietFrom: null, quietUntil: null },
      choices: { sign_in: { panel: true } },
    });
    await inChange(db, system, 'telegram:link', null, (trx) =>
      sql`insert into telegram_chats (chat_id, telegram_user_id, name, account_id)
        values ('5', '5', 'a phone', ${admin.account.id})`.execute(trx),
    );
    await inChange(db, system, 'telegram:link', null, (trx) =>
      sql`update telegram_chats set sign_in_alerts = false`.execute(trx),
    );

    const { items } = (await admin.get('/audit?limit=3')).json();

    expect(items).toMatchObject([
      { table: 'telegram_chats', rowName: 'a phone' },
      { table: 'telegram_chats', rowName: 'a phone' },
      { table: 'notification_preferences', rowName: admin.account.username },
    ]);
  });

  test('pages newest first, and filters', async ({ api, db, given }) => {
    const [tokyo, osaka] = await given.servers('tokyo', 'osaka');
    const [anna] = await given.users(tokyo.id, 'anna', 'ben', 'cora');
    await given.users(osaka.id, 'dora');
    await setRemark(db, 'paid');
    const admin = await api.as('admin');
    const names = async (query: string) =>
      (await admin.get(`/audit?table=users&${query}`))
        .json()
        .items.map((entry: { rowName: string }) => entry.rowName);

    const first = (await admin.get('/audit?table=users&limit=3')).json();
    const second = await names(`limit=5&cursor=${first.nextCursor}`);
    const seen = [...first.items.map((entry: { rowName: string }) => entry.rowName), ...second];

    expect(first.total).toBe(8);
    expect(seen.toSorted()).toEqual(['anna', 'ben', 'cora', 'dora'].flatMap((one) => [one, one]));
    const ids = (await admin.get('/audit')).json().items.map((entry: { id: number }) => entry.id);
    expect(ids).toEqual(ids.toSorted((a: number, b: number) => b - a));
    expect(await names(`rowId=${anna?.id}`)).toEqual(['anna', 'anna']);
    expect(await names(`serverId=${osaka.id}`)).toEqual(['dora', 'dora']);
    expect(await names('action=users:update')).toHaveLength(4);
    expect(await names('accountId=999')).toEqual([]);
    expect(await names(`changeId=${first.items[0].changeId}&limit=9`)).toHaveLength(4);
    expect((await admin.get('/audit?cursor=x')).statusCode).toBe(400);
  });

  test('goes past a change of many rows', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'anna', 'bert', 'carl');
    await setRemark(db, 'first', 'first');
    await setRemark(db, 'second', 'second');
    const admin = await api.as('admin');
    const [newest] = (await admin.get('/audit?limit=1&action=users:update')).json().items;

    const older = await admin.get(`/audit?action=users:update&beforeChange=${newest.changeId}`);

    expect(older.json()).toMatchObject({
      total: 3,
      items: [{ reason: 'first' }, { reason: 'first' }, { reason: 'first' }],
    });
  });

  test('takes days in the site’s zone, both included', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'anna');
    // Fourteen hours ahead of UTC or ten behind it: at any moment one of them has another day than UTC.
    const zones = ['Pacific/Kiritimati', 'Pacific/Honolulu'];
    const admin = await api.as('admin');

    for (const timeZone of zones) {
      const { version } = (await admin.get('/settings/general')).json();
      await admin.patch('/settings/general', { version, values: { timeZone } });
      const { rows } = await sql<{ today: string; next: string; last: string }>`
        select d::text as today, (d + 1)::text as next, (d - 1)::text as last
        from (select (now() at time zone ${timeZone})::date as d) as day`.execute(db);
      const [day] = rows;
      const count = async (query: string) =>
        (await admin.get(`/audit?table=users&${query}`)).json().total;

      expect(await count(`from=${day?.today}&to=${day?.today}`)).toBe(1);
      expect(await count(`from=${day?.next}`)).toBe(0);
      expect(await count(`to=${day?.last}`)).toBe(0);
    }
  });

  test('shows nobody what is not theirs, in no answer', async ({ api, db, given }) => {
    const [mine, other] = await given.servers('mine-server', 'canary-server');
    const [ours] = await given.users(mine.id, 'ours');
    const [canary] = await given.users(other.id, 'canary-user');
    await setRemark(db, 'both');
    await given.account({ username: 'canary-account' });
    const bothId = await db
      .selectFrom('changes')
      .select('id')
      .where('action', '=', 'users:update')
      .executeTakeFirstOrThrow();
    const manager = await api.as('server_admin', [manage(mine.id)]);
    const readers = [
      await api.as('server_admin', [view(mine.id)]),
      await api.as('server_admin', [manage(mine.id)]),
      await api.as('server_admin', []),
    ];
    const viewer = await api.as('viewer', [view(mine.id)]);
    const [, stranger] = readers;
    await inChange(db, system, 'grants:update', null, (trx) =>
      trx
        .updateTable('grants')
        .set({ actions: ['users:update'] })
        .where('accountId', '=', stranger?.account.id ?? 0)
        .execute(),
    );

    for (const url of ['/audit?limit=200', '/audit.csv', '/changes?limit=200']) {
      const seen = await manager.get(url);
      expect(seen.statusCode).toBe(200);
      expect(seen.body).not.toMatch(/canary|192\.0\.2\.7/);
      for (const reader of readers) {
        const { body } = await reader.get(url);
        expect(body).not.toMatch(/canary|ours|both|users:update/);
      }
      expect((await viewer.get(url)).statusCode).toBe(403);
    }
    expect((await manager.get('/audit')).body).toContain('ours');
    expect((await manager.get('/audit.csv')).body).toContain('ours');
    expect((await manager.get(`/audit?serverId=${other.id}`)).json()).toEqual({
      items: [],
      total: 0,
    });
    expect((await manager.get(`/changes/${bothId.id}`)).json()).toMatchObject({ entryCount: 1 });
    expect((await readers[0]?.get(`/changes/${bothId.id}`))?.statusCode).toBe(404);
    expect((await manager.get(`/users/${ours?.id}/history`)).json()).toMatchObject({ total: 2 });
    expect((await manager.get(`/users/${canary?.id}/history`)).statusCode).toBe(404);
    expect((await readers[0]?.get(`/users/${ours?.id}/history`))?.statusCode).toBe(403);
    expect((await viewer.get(`/users/${ours?.id}/history`)).statusCode).toBe(403);
    expect((await manager.get('/users/999999/history')).statusCode).toBe(404);
  });

  test('does not tell the server that a user came from to whom it is not', async ({
    api,
    db,
    given,
  }) => {
    const [mine, other] = await given.servers('mine', 'canary');
    const [anna] = await given.users(other.id, 'anna');
    await inChange(db, system, 'users:transfer', null, (trx) =>
      sql`update users set server_id = ${mine.id}, version = version + 1`.execute(trx),
    );
    const manager = await api.as('server_admin', [manage(mine.id)]);
    const former = await api.as('server_admin', [manage(other.id)]);
    await inChange(db, system, 'users:update', null, (trx) =>
      sql`update users set account_name = 'renamed', version = version + 1`.execute(trx),
    );

    const history = await manager.get(`/users/${anna?.id}/history`);

    expect(history.json()).toMatchObject({ total: 2 });
    expect(history.json().items[1]).toMatchObject({ before: {}, after: { serverId: mine.id } });
    expect(history.body).not.toContain('canary');
    expect((await former.get('/audit')).body).not.toContain('renamed');
    expect((await former.get(`/users/${anna?.id}/history`)).statusCode).toBe(404);
  });
});

describe('GET /audit.csv', () => {
  test('is text that no spreadsheet runs', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('=HYPERLINK("x")');
    await given.users(tokyo.id, '@sum', '-1+2');
    await setRemark(db, 'a "quoted", line', '+cmd');
    const admin = await api.as('admin');

    const answer = await admin.get('/audit.csv?table=users');

    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toContain('audit.csv');
    const [head, ...lines] = answer.body.split('\r\n');
    expect(head).toBe(
      '\uFEFFat,change_id,account,via,ip,action,reason,table,row_id,row_name,server,before,after',
    );
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toBe('');
    expect(answer.body).toContain(`,'+cmd,users,`);
    expect(answer.body).toContain(`,'-1+2,"'=HYPERLINK(""x"")",`);
    expect(answer.body).toContain(`,'@sum,`);
    expect(answer.body).toContain(`"{""remark"":""a \\""quoted\\"", line""}"`);
    expect(answer.body).not.toMatch(/(^|,|\n)"?[=+\-@\t]/m);
  });

  test('goes on behind its first thousand, each entry once', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, ...Array.from({ length: 2_100 }, (_, index) => `user-${index}`));
    const admin = await api.as('admin');

    const lines = (await admin.get('/audit.csv?table=users')).body.trimEnd().split('\r\n').slice(1);

    expect(new Set(lines.map((line) => line.split(',')[8])).size).toBe(2_100);
    expect(lines).toHaveLength(2_100);
  });
});

describe('an act that altered no row', () => {
  test('is in the audit all the same: who took a key, and who read a secret', async ({
    api,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const manager = await api.as('server_admin', [manage(tokyo.id)]);
    await admin.patch('/settings/mail', {
      ...{ version: 1, password },
      values: { password: 'of-the-mail-server' },
    });
    await admin.post('/settings/mail/reveal', { name: 'password', password });
    await admin.post('/snapshots/recovery-key', { password });
    await admin.put('/admin/matviews/user_status_matview', { exists: true });
    await setRemark(db, 'after', 'and then');
    await given.servers('osaka');

    const all = (await admin.get('/audit?limit=200')).json();
    const pages = [];
    for (let cursor = ''; ; ) {
      const page = (await admin.get(`/audit?limit=2${cursor && `&cursor=${cursor}`}`)).json();
      pages.push(...page.items);
      if (!page.nextCursor) break;
      cursor = page.nextCursor;
    }

    const acts = all.items.filter(({ table }: AuditEntry) => table === 'changes');
    expect(acts).toMatchObject([
      { action: 'matviews:update', reason: 'user_status_matview made', id: 0, rowId: 0 },
      { action: 'keys:export', accountName: admin.account.username, before: {}, after: {} },
      { action: 'settings:reveal', reason: 'mail.password', ip: expect.any(String) },
    ]);
    expect(pages).toEqual(all.items);
    expect(all.total).toBe(all.items.length);
    expect((await admin.get('/audit?action=keys:export')).json()).toMatchObject({ total: 1 });
    expect((await admin.get(`/audit?changeId=${acts[0].changeId}`)).json().total).toBe(1);
    expect((await admin.get('/audit?table=settings')).json()).toMatchObject({ total: 1 });
    expect((await admin.get('/audit.csv')).body).toContain('keys:export');
    expect((await manager.get('/audit')).body).not.toContain('keys:export');
  });
});

describe('GET /changes', () => {
  test('lists acts newest first, page by page', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'anna', 'ben');
    await setRemark(db, 'paid', 'as asked');
    const manager = await api.as('server_admin', [manage(tokyo.id)]);

    const first = (await manager.get('/changes?limit=2')).json();
    const second = (await manager.get(`/changes?limit=2&cursor=${first.nextCursor}`)).json();

    expect(first).toMatchObject({
      total: 3,
      items: [
        { action: 'users:update', reason: 'as asked', entryCount: 2, undoneByChangeId: null },
        { action: 'users:create', entryCount: 2 },
      ],
    });
    expect(second.items).toMatchObject([{ action: 'servers:create', entryCount: 1 }]);
    expect(second.nextCursor).toBeUndefined();
  });
});
