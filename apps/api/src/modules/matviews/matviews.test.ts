import { addDays } from '@cmp/shared/calendar';
import { type Matview, MatviewList } from '@cmp/shared/matviews';
import { Overview } from '@cmp/shared/overview';
import { sql } from 'kysely';
import { describe, expect, inject } from 'vitest';
import { connect, type Db } from '#database/client.ts';
import { urlAs } from '#database/roles.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { test as base, type client, system } from '#test/fixtures.ts';
import { rolePassword } from '#test/global-setup.ts';
import { switchMatview } from './matviews.service.ts';

type Client = ReturnType<typeof client>;

const address = '/admin/matviews/user_status_matview';
const refreshNow = `${address}/refresh?mode=now`;

/** The view is there, empty. */
const test = base.extend('admin', async ({ api }) => {
  const admin = await api.as('admin');
  const made = await admin.put(address, { exists: true });
  if (made.statusCode !== 200) throw new Error(made.body);
  return admin;
});

async function overviewOf({ get }: Client): Promise<Overview> {
  return Overview.parse((await get('/overview')).json());
}

async function matviewOf({ get }: Client): Promise<Matview> {
  const [matview] = MatviewList.parse((await get('/admin/matviews')).json()).matviews;
  if (!matview) throw new Error('The list has no view.');
  return matview;
}

function setState(db: Db, values: { lastSuccess: unknown }) {
  return db
    .updateTable('matviewStates')
    .set({ lastSuccess: sql`${values.lastSuccess}` })
    .execute();
}

describe('the switch', () => {
  test('makes the view and drops it, and each is a change', async ({ api, db }) => {
    const admin = await api.as('admin');
    const absent = {
      name: 'user_status_matview',
      ...{ exists: false, uniqueIndex: false, concurrentSupported: false },
      ...{ refreshing: false, pending: false, waiting: 0, lastSuccess: null },
      ...{ rows: null, lastMs: null, refreshes: [], everySeconds: null },
    };
    const there = {
      ...absent,
      ...{ exists: true, uniqueIndex: true, concurrentSupported: true },
      ...{ lastSuccess: expect.stringMatching(/Z$/), everySeconds: 1800 },
    };

    const before = await admin.get('/admin/matviews');
    const refused = await admin.post(`${address}/refresh`);
    const made = await admin.put(address, { exists: true });
    const again = await admin.put(address, { exists: true });
    const listed = await admin.get('/admin/matviews');
    const dropped = await admin.put(address, { exists: false });
    const changes = await db
      .selectFrom('changes')
      .select(['accountName', 'reason'])
      .where('action', '=', 'matviews:update')
      .orderBy('id')
      .execute();

    expect(before.json()).toEqual({ ok: true, matviews: [absent] });
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'matview_missing']);
    expect(made.json()).toEqual(there);
    expect(again.json()).toEqual(made.json());
    expect(listed.json()).toEqual({ ok: true, matviews: [there] });
    expect(dropped.json()).toEqual(absent);
    expect(changes).toEqual([
      { accountName: admin.account.username, reason: 'user_status_matview made' },
      { accountName: admin.account.username, reason: 'user_status_matview dropped' },
    ]);
  });

  test('is refused by the database outside a change, and to whoever serves in any other way', async ({
    admin,
    db,
  }) => {
    expect(await matviewOf(admin)).toMatchObject({ exists: true });
    await expect(sql`call make_user_status_matview()`.execute(db)).rejects.toThrow(
      'a write outside a change',
    );
    await expect(sql`call drop_user_status_matview()`.execute(db)).rejects.toThrow(
      'a write outside a change',
    );
    await expect(sql`drop materialized view user_status_matview`.execute(db)).rejects.toThrow(
      'must be owner',
    );
    await expect(sql`refresh materialized view user_status_matview`.execute(db)).rejects.toThrow(
      /must be owner|permission denied/,
    );
  });

  test('works where the owner itself serves', async ({ database, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann');
    const url = urlAs(inject('postgresUrl'), 'cmp_owner', rolePassword, database);
    const { db } = connect(url, 2);

    const made = await switchMatview(db, url, system, { exists: true }, 'off');
    const { rows } = await sql`select users from user_status_matview`.execute(db);
    await db.destroy();

    expect(made).toMatchObject({ exists: true, concurrentSupported: true, everySeconds: null });
    expect(rows).toEqual([{ users: 1 }]);
  });
});

describe('what is told of the refreshes', () => {
  test('is when each began, how long it took and how many rows there are since', async ({
    admin,
    given,
  }) => {
    const [tokyo, lima] = await given.servers('tokyo', 'lima');
    const told = [await matviewOf(admin)];
    const refreshOnce = async () => {
      expect((await admin.post(refreshNow)).statusCode).toBe(200);
      told.push(await matviewOf(admin));
    };

    await refreshOnce();
    await given.users(tokyo.id, 'ann');
    await refreshOnce();
    await given.users(lima.id, 'bob', 'cid');
    await refreshOnce();

    expect(told.map(({ rows }) => rows)).toEqual([null, 0, 1, 2]);
    expect(told.map(({ refreshes }) => refreshes.map(({ rows }) => rows))).toEqual([
      [],
      [0],
      [0, 1],
      [0, 1, 2],
    ]);
    const moments = told.slice(1).map(({ lastSuccess }) => Date.parse(lastSuccess ?? ''));
    const last = told.at(-1);
    expect(last?.refreshes.map(({ at }) => Date.parse(at))).toEqual(moments);
    expect(last?.lastMs).toBe(last?.refreshes.at(-1)?.ms);
    expect(last?.refreshes.every(({ ms }) => ms > 0 && ms < 60_000)).toBe(true);
  });

  test('goes twenty back, and is gone with the view', { timeout: 30_000 }, async ({ admin }) => {
    const moments: string[] = [];
    for (let refresh = 0; refresh < 22; refresh++) {
      await admin.post(refreshNow);
      moments.push((await matviewOf(admin)).refreshes.at(-1)?.at ?? '');
    }

    const { refreshes } = await matviewOf(admin);
    await admin.put(address, { exists: false });
    await admin.put(address, { exists: true });
    const anew = await matviewOf(admin);

    expect(new Set(moments).size).toBe(22);
    expect(refreshes.map(({ at }) => at)).toEqual(moments.slice(2));
    expect(anew).toMatchObject({ rows: null, lastMs: null, refreshes: [] });
  });

  test('counts who asked while one runs: the next one serves them all', async ({
    admin,
    owner,
  }) => {
    const patience = { timeout: 20_000 };

    // Nothing refreshes past this lock.
    const during = await owner.transaction().execute(async (trx) => {
      await sql`lock table users in access exclusive mode`.execute(trx);
      await admin.post(`${address}/refresh`);
      await expect.poll(async () => (await matviewOf(admin)).refreshing, patience).toBe(true);
      const alone = await matviewOf(admin);
      for (let request = 0; request < 3; request++) await admin.post(`${address}/refresh`);
      return [alone, await matviewOf(admin)];
    });
    await expect.poll(async () => (await matviewOf(admin)).pending, patience).toBe(false);
    await expect.poll(async () => (await matviewOf(admin)).refreshing, patience).toBe(false);
    const after = await matviewOf(admin);

    expect(during).toMatchObject([
      { refreshing: true, pending: false, waiting: 0, refreshes: [] },
      { refreshing: true, pending: true, waiting: 3, refreshes: [] },
    ]);
    expect(after.waiting).toBe(0);
    expect(after.refreshes).toHaveLength(2);
  });
});

describe('the overview', () => {
  test('counts from the view what it would count from the users, on any day and in any scope', async ({
    admin,
    api,
    given,
    startInstance,
  }) => {
    const [tokyo, lima, oslo] = await given.servers('tokyo', 'lima', 'oslo');
    const { today } = await overviewOf(admin);
    const days = [null, -40, -1, 0, 1, 2, 10, 60].map((day) =>
      day === null ? null : addDays(today, day),
    );
    const service = (await admin.post('/services', { name: 'Gold' })).json();
    const wishes = days.flatMap((expiresOn, index) => {
      const wish = { expiresOn, serviceId: index % 2 ? service.id : null };
      return [
        { ...wish, accountName: `a${index}` },
        { ...wish, accountName: `b${index}`, enabled: false },
      ];
    });
    for (const { id } of [tokyo, lima, oslo]) await given.users(id, ...wishes);
    const [gone] = await given.users(lima.id, 'gone');
    await admin.delete(`/users/${gone?.id}?version=1`);
    await admin.delete(`/servers/${oslo.id}?version=1`);
    const viewer = await api.as('viewer', [{ serverId: lima.id, level: 'view', actions: [] }]);

    expect((await admin.post(refreshNow)).json()).toEqual({ ok: true, refreshed: true });

    for (const day of [0, 1, 2, 30]) {
      const now = () => new Date(Date.parse(`${today}T12:00:00Z`) + day * 86_400_000);
      const viewing = await startInstance({ now });
      const counting = await startInstance({ now, matviewUse: 'off' });
      for (const { cookies } of [admin, viewer]) {
        const viewed = await overviewOf(api.withCookies(cookies, viewing));
        const counted = await overviewOf(api.withCookies(cookies, counting));
        expect(viewed.asOf).toMatch(/Z$/);
        expect(counted.counts.all).toBe(cookies === admin.cookies ? 32 : 16);
        expect({ ...viewed, asOf: null }).toEqual(counted);
      }
    }
  });

  test('says since when, and knows nothing newer until a refresh', async ({ admin, given, db }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann');

    const { lastSuccess } = await matviewOf(admin);
    const before = await overviewOf(admin);
    await admin.post(refreshNow);
    const after = await overviewOf(admin);

    expect(before).toMatchObject({ asOf: lastSuccess, counts: { all: 0 } });
    expect(after).toMatchObject({ counts: { all: 1 } });
    expect(Date.parse(after.asOf ?? '')).toBeGreaterThan(Date.parse(lastSuccess ?? ''));
    await expect(db.selectFrom('matviewStates').select('served').execute()).resolves.toEqual([
      { served: 1 },
    ]);
  });

  test('counts the users where the view is an hour old, or is not there (R22)', async ({
    admin,
    given,
    db,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann');
    const seen = [];

    for (const age of ['59 minutes', '60 minutes']) {
      await setState(db, { lastSuccess: sql`now() - ${age}::interval` });
      seen.push(await overviewOf(admin));
    }
    await setState(db, { lastSuccess: sql`now()` });
    seen.push(await overviewOf(admin));
    await admin.put(address, { exists: false });
    seen.push(await overviewOf(admin));

    expect(seen.map(({ asOf, counts }) => [asOf !== null, counts.all])).toEqual([
      [true, 0],
      [false, 1],
      [true, 0],
      [false, 1],
    ]);
  });

  test('asks for the view as the environment says: on, off, or by its unique index', async ({
    admin,
    api,
    owner,
    startInstance,
  }) => {
    const uses = ['on', 'off', 'detected'] as const;
    const instances = await Promise.all(uses.map((matviewUse) => startInstance({ matviewUse })));
    const seen = () =>
      Promise.all(
        instances.map(async (app) => {
          const { asOf } = await overviewOf(api.withCookies(admin.cookies, app));
          return asOf !== null;
        }),
      );

    const whole = await seen();
    await sql`drop index user_status_matview_key`.execute(owner);
    const bare = await seen();
    const state = await matviewOf(admin);
    const refreshed = await admin.post(refreshNow);

    expect(whole).toEqual([true, false, true]);
    expect(bare).toEqual([true, false, false]);
    expect(state).toMatchObject({
      ...{ exists: true, uniqueIndex: false, concurrentSupported: false },
    });
    expect(refreshed.json()).toEqual({ ok: true, refreshed: true });
  });

  test('counts the users on a server’s own page, and where the view is of another shape', async ({
    admin,
    given,
    owner,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann');

    const ofServer = (await admin.get(`/overview?serverId=${tokyo.id}`)).json();
    const ofAll = await overviewOf(admin);
    await sql`drop materialized view user_status_matview`.execute(owner);
    await sql`create materialized view user_status_matview as select 1 as server_id`.execute(owner);
    await sql`create unique index on user_status_matview (server_id)`.execute(owner);
    const ofOther = await overviewOf(admin);

    expect(ofServer).toMatchObject({ asOf: null, counts: { all: 1 } });
    expect([ofAll.asOf !== null, ofAll.counts.all]).toEqual([true, 0]);
    expect(ofOther).toMatchObject({ asOf: null, counts: { all: 1 } });
  });

  test('names no server that is gone by now', async ({ admin, given, db }) => {
    const [tokyo, lima] = await given.servers('tokyo', 'lima');
    await given.users(tokyo.id, 'ann');
    await given.users(lima.id, 'bob', 'cid');
    await admin.post(refreshNow);

    await inChange(db, system, 'servers:delete', null, (trx) =>
      trx.updateTable('servers').set({ deletedAt: sql`now()` }).where('id', '=', lima.id).execute(),
    );

    const { asOf, counts, servers } = await overviewOf(admin);
    expect(asOf).not.toBeNull();
    expect(counts.all).toBe(1);
    expect(servers.map(({ name }) => name)).toEqual(['tokyo']);
  });
});

test('GET /metrics says how fresh the view is, where it is there', async ({ admin }) => {
  const there = (await admin.get('/metrics')).payload;
  await admin.put(address, { exists: false });
  const absent = (await admin.get('/metrics')).payload;

  expect(there).toMatch(/^cmp_matview_refresh_running 0$/m);
  expect(there).toMatch(/^cmp_matview_refresh_pending 0$/m);
  expect(there).toMatch(/^cmp_matview_last_success_age_seconds [0-9.]+$/m);
  expect(absent).not.toContain('cmp_matview');
});
