import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PlanCommit } from '@cmp/shared/changes';
import { actionsOfLevel } from '@cmp/shared/permissions';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { readConfig } from '#config.ts';
import type { Db } from '#database/client.ts';
import { keysOf } from '#lib/keys.ts';
import { unseal } from '#lib/secret-box.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { legacySample } from '#modules/legacy/legacy.sample.ts';
import { tell } from '#modules/notifications/events.service.ts';
import { openTarget } from '#modules/notifications/sealed-target.ts';
import { shipServices } from '#modules/services/services.service.ts';
import { makeSnapshot } from '#modules/snapshots/create-snapshot.service.ts';
import { exceptions } from '#modules/snapshots/exceptions.ts';
import { recoveryKeyOf } from '#modules/snapshots/recovery-key.ts';
import { canonicalDump, fillWithEdges, unfilledOf } from '#test/edge-rows.ts';
import { test as base, type client, keys, snapshotsDir, system } from '#test/fixtures.ts';
import { given as givenOn, password } from '#test/given.ts';
import { settledPlan } from '#test/import-client.ts';
import {
  leftOut,
  plannedRestore,
  sendSnapshot,
  snapshotFile,
  withOtherDatabase,
} from '#test/restore-client.ts';
import { set } from '#test/watched.ts';

const test = base.extend('app', async ({ startInstance }) => startInstance({}, { work: 'does' }));
const { settings } = readConfig({ TELEGRAM_BOT_TOKEN: '1234:of-the-environment' });
const testWithToken = base.extend('app', async ({ startInstance }) =>
  startInstance({ settings }, { work: 'does' }),
);
const others = { jwtSecret: 'x', botToken: 'x', ...keysOf(Buffer.alloc(32, 9)) };
const place = { snapshotsDir, keys, versions: { appVersion: 'cmp ver test' } };
const confirmed = { siteName: 'Portal', password };

const whole = { kind: 'database', reason: 'asked' } as const;
/** All that a snapshot's manifest lists as left out. */
const excluded = Object.fromEntries(
  exceptions.database.map(({ table, columns }) => [table, columns ?? ('all' as const)]),
);

/** Its job's end, read behind the back of the accounts: a replacement ends every session. */
async function commit(db: Db, { post }: Client, planId: number, options: PlanCommit = {}) {
  const response = await post(`/plans/${planId}/commit`, options);
  if (response.statusCode !== 200) throw new Error(response.body);
  const { jobId } = response.json();
  for (;;) {
    const jobs = db.selectFrom('jobs').selectAll().where('id', '=', jobId);
    const job = await jobs.executeTakeFirstOrThrow();
    if (job.state !== 'waiting' && job.state !== 'running') return job;
    await wait(30);
  }
}
type Client = ReturnType<typeof client>;

/** What a restore may never touch without saying so. */
const data = { ...leftOut, sign_in_attempts: 'all' } as const;

describe('a replacement with the separate step', () => {
  test('makes an empty installation the one that the snapshot is of, but for its own change', {
    timeout: 60_000,
  }, async ({ api, owner, db }) => {
    const { file, source, unfilled } = await withOtherDatabase(
      async ({ app, appUrl, owner: other }) => {
        await fillWithEdges(app, other, keys);
        const { fileName } = await makeSnapshot(
          app,
          { ...place, databaseUrl: appUrl },
          system,
          whole,
        );
        const file = await readFile(join(place.snapshotsDir, fileName));
        const dump = await canonicalDump(other, excluded);
        return { file, source: dump, unfilled: unfilledOf(dump) };
      },
    );
    expect(unfilled).toEqual([]);
    const admin = await api.as('admin');

    const plan = await plannedRestore(admin, file, { mode: 'replace' });
    const job = await commit(db, admin, plan.id, { ...confirmed, withAccounts: true });

    expect(plan).toMatchObject({ state: 'ready', subject: { isForeign: false, hasKeys: true } });
    expect(job).toMatchObject({ state: 'done', failure: null });
    const { changes = [], ...rest } = await canonicalDump(owner, excluded);
    const own = changes.filter((line) => line.includes('"snapshots:restore"'));
    expect({ changes: changes.filter((line) => !own.includes(line)), ...rest }).toEqual(source);
    expect(own.map((line) => JSON.parse(line))).toMatchObject([
      { id: job.changeId, account_name: admin.account.username, account_id: null },
    ]);
    await expect.poll(async () => (await admin.get('/servers')).statusCode).toBe(401);
    // The next rows of every kind get ids and places of their own, and the log records again.
    await givenOn(db).servers('after');
    await expect(sql`truncate users`.execute(owner)).rejects.toThrow('no entries');
    await expect(sql`truncate entries_2019_02`.execute(owner)).rejects.toThrow('append-only');
  });

  test('is refused where nobody in the file could administer the portal', async ({
    api,
    db,
    owner,
  }) => {
    const file = await withOtherDatabase(async ({ app, owner: other }) => {
      await givenOn(app).account({ role: 'viewer' });
      return snapshotFile(other, { keys });
    });
    const admin = await api.as('admin');
    const plan = await plannedRestore(admin, file, { mode: 'replace' });
    const before = await canonicalDump(owner, leftOut);

    const job = await commit(db, admin, plan.id, { ...confirmed, withAccounts: true });

    expect(job).toMatchObject({ state: 'failed', failure: { code: 'last_admin' } });
    expect(await canonicalDump(owner, leftOut)).toEqual(before);
    expect((await admin.get(`/plans/${plan.id}`)).json()).toMatchObject({ state: 'ready' });
  });
});

describe('a replacement', () => {
  test('puts back the data, keeps accounts and log, and grants by the name of the server', async ({
    api,
    given,
    db,
    owner,
  }) => {
    const [kept, gone] = await given.servers('kept', 'gone');
    const [user] = await given.users(kept.id, 'ann');
    const viewer = await given.account({
      role: 'viewer',
      grants: [kept, gone].map(({ id }) => ({ serverId: id, level: 'view', actions: [] })),
    });
    const file = await withOtherDatabase(async ({ app, owner: other }) => {
      // The same names under other ids.
      const [first] = await givenOn(app).servers('stranger', 'kept');
      await givenOn(app).users(first.id, 'bob', { accountName: 'eve', remark: '🌊' });
      await givenOn(app).account({ username: 'intruder' });
      return snapshotFile(other, { keys });
    });
    const admin = await api.as('admin');
    const before = await canonicalDump(owner, data);

    const plan = await plannedRestore(admin, file, { mode: 'replace' });
    const job = await commit(db, admin, plan.id, confirmed);

    const tables: { table: string }[] = [plan.subject.tables].flat() as { table: string }[];
    expect(tables.find(({ table }) => table === 'users')).toMatchObject({
      ...{ inFile: 2, here: 1, added: 1, changed: 1, removed: 0, isSeparate: false },
    });
    expect(tables.find(({ table }) => table === 'accounts')).toMatchObject({ isSeparate: true });
    expect(job).toMatchObject({ state: 'done' });
    const after = await canonicalDump(owner, data);
    expect(after.accounts).toEqual(before.accounts);
    expect(after.entries).toEqual(before.entries);
    expect(after.changes?.length).toBe((before.changes?.length ?? 0) + 1);
    expect(await names(owner)).toEqual(['kept', 'stranger', 'stranger/bob', 'stranger/eve']);
    const grants = await owner.selectFrom('grants').selectAll().execute();
    const now = await owner.selectFrom('servers').select('id').where('name', '=', 'kept').execute();
    expect(grants).toMatchObject([{ accountId: viewer.id, serverId: now[0]?.id }]);
    expect(user).toBeDefined();
    const [change] = await owner
      .selectFrom('changes')
      .select(['reason', 'accountId'])
      .where('id', '=', job.changeId ?? 0)
      .execute();
    expect(change?.accountId).toBe(admin.account.id);
    expect(change?.reason).toMatch(/sha256 [0-9a-f]{64}, without accounts and log: .*users 2/);
    await expect.poll(async () => (await admin.get('/servers')).statusCode).toBe(401);
  });

  test('gives no row an id that named another: not in the log, not in an undo, not in the news', async ({
    api,
    given,
    db,
  }) => {
    const [kept, gone] = await given.servers('kept', 'gone');
    const manages = {
      ...{ serverId: kept.id, level: 'manage' as const },
      actions: [...actionsOfLevel.manage],
    };
    const owner = await api.as('admin');
    const manager = await given.account({ role: 'server_admin', grants: [manages] });
    const added = await owner.post(`/servers/${gone.id}/users`, { accountName: 'secret' });
    await owner.post(`/servers/${kept.id}/users`, { accountName: 'mine' });
    const touched = [kept, gone].map((server) => ({ ...server, users: 1, names: [server.name] }));
    await tell(db, { event: 'users_soon', servers: touched });
    const file = await withOtherDatabase(async ({ app, owner: other }) => {
      const [, second] = await givenOn(app).servers('stranger', 'kept');
      await givenOn(app).users(second.id, 'eve', 'bob');
      return snapshotFile(other, { keys });
    });

    const plan = await plannedRestore(owner, file, { mode: 'replace' });
    const job = await commit(db, owner, plan.id, confirmed);

    expect(job).toMatchObject({ state: 'done' });
    const signedIn = async ({ username }: { username: string }) => {
      const answer = await owner.post('/auth/login', { username, password });
      return api.withCookies(
        Object.fromEntries(answer.cookies.map(({ name, value }) => [name, value])),
      );
    };
    const seer = await signedIn(manager);
    expect((await seer.get('/audit')).body).not.toMatch(/secret|gone/);
    expect((await seer.get('/notifications')).json()).toMatchObject({ total: 0, unread: 0 });
    expect((await seer.get('/users')).json().items).toMatchObject([
      { accountName: 'bob', serverName: 'kept' },
      { accountName: 'eve', serverName: 'kept' },
    ]);
    const again = await signedIn(owner.account);
    const undo = await again.post(`/changes/${added.headers['x-change-id']}/undo`, {});
    expect(undo.json()).toMatchObject({ counts: { removed: 0, refused: 1 } });
  });

  test('leaves the status view where it is, and nothing in it of what is gone', async ({
    api,
    given,
    db,
  }) => {
    const [gone] = await given.servers('gone');
    await given.users(gone.id, 'ann');
    const file = await withOtherDatabase(async ({ app, owner: other }) => {
      const [kept] = await givenOn(app).servers('kept');
      await givenOn(app).users(kept.id, 'bob', 'eve');
      return snapshotFile(other, { keys });
    });
    const admin = await api.as('admin');
    await admin.put('/admin/matviews/user_status_matview', { exists: true });
    const { asOf } = (await admin.get('/overview')).json();

    const plan = await plannedRestore(admin, file, { mode: 'replace' });
    const job = await commit(db, admin, plan.id, confirmed);

    expect(job).toMatchObject({ state: 'done', failure: null });
    const after = (await (await api.as('admin')).get('/overview')).json();
    expect(after).toMatchObject({ counts: { all: 2 }, servers: [{ name: 'kept' }] });
    expect(Date.parse(after.asOf)).toBeGreaterThan(Date.parse(asOf));
  });

  test('asks for the name of the site and the password, and for the owner’s address', async ({
    api,
    owner,
    startInstance,
  }) => {
    const file = await snapshotFile(owner, { keys });
    const admin = await api.as('admin');
    const plan = await plannedRestore(admin, file, { mode: 'replace' });
    const ask = async (options: PlanCommit) => {
      const { statusCode, body } = await admin.post(`/plans/${plan.id}/commit`, options);
      return [statusCode, JSON.parse(body).code];
    };
    const without = await startInstance({ ownerUrl: undefined }, { work: 'sends' });
    const other = await api.as('admin', [], without);

    expect(await ask({})).toEqual([422, 'site_name_wrong']);
    expect(await ask({ siteName: 'portal', password })).toEqual([422, 'site_name_wrong']);
    expect(await ask({ siteName: 'Portal' })).toEqual([403, 'password_wrong']);
    expect(await ask({ siteName: 'Portal', password: 'wrong' })).toEqual([403, 'password_wrong']);
    const refused = await sendSnapshot(other, file, { mode: 'replace' });
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'restore_unavailable']);
  });

  test('of a foreign file makes keys of its own, and tells no secret where the fields say', async ({
    api,
    db,
  }) => {
    await saveTelegram(db, { chat: 'ours' });
    const foreign = await withOtherDatabase(async ({ app, owner: other }) => {
      const [server] = await givenOn(app).servers('Düne');
      await givenOn(app).users(server.id, { accountName: 'Zoë', contact: 'X', remark: null });
      await saveTelegram(app, { chat: 'theirs' });
      return snapshotFile(other, {
        keys: others,
        craft: (_, lines) =>
          lines.map((line) => line.replace(/"(name|search)_key": "[^"]*"/g, '"$1_key": "wrong"')),
      });
    });
    const admin = await api.as('admin');

    const refused = await plannedRestore(admin, foreign, { mode: 'replace' });
    const plan = await plannedRestore(admin, foreign, { mode: 'replace', trustForeign: 'true' });
    const job = await commit(db, admin, plan.id, confirmed);

    expect(refused).toMatchObject({ state: 'failed', failure: { code: 'snapshot_foreign' } });
    expect(plan).toMatchObject({ subject: { isForeign: true, hasKeys: false } });
    expect(job).toMatchObject({ state: 'done' });
    const [user] = await db.selectFrom('users').select(['nameKey', 'searchKey']).execute();
    expect(user).toEqual({ nameKey: 'zoë', searchKey: 'zoë\nx' });
    const settings = await db.selectFrom('settings').selectAll().execute();
    expect(settings.map(({ section, secrets }) => [section, secrets])).toEqual([['telegram', {}]]);
  });
});

describe('a target that a file moves', () => {
  test.for(['replace', 'merge'])('is told that it was left, by a %s', async (mode, { api, db }) => {
    await saveTelegram(db, { enabled: true, defaultChatId: '-1001' });
    const file = await withOtherDatabase(async ({ app, owner: other }) => {
      await saveTelegram(app, { enabled: true, defaultChatId: '-666' });
      return snapshotFile(other, { keys });
    });
    const [admin, watching] = [await api.as('admin'), await api.as('admin')];

    const plan = await plannedRestore(admin, file, { mode, overwriteNewer: 'true' });
    const job = await commit(db, admin, plan.id, confirmed);

    expect(job).toMatchObject({ state: 'done' });
    const { rows } = await sql`
      select chat_id, facts, actor_name from deliveries join events on events.id = event_id
      where event = 'target_moved' and sealed_target is not null`.execute(db);
    expect(rows).toMatchObject([
      { chatId: '-1001', actorName: admin.account.username, facts: { section: 'telegram' } },
    ]);
    const told = await db
      .selectFrom('deliveries')
      .innerJoin('events', 'events.id', 'eventId')
      .where('event', '=', 'target_moved')
      .where('deliveries.accountId', '=', watching.account.id)
      .select('channel')
      .execute();
    expect(told).toEqual([{ channel: 'panel' }]);
  });

  testWithToken.for(['replace', 'merge'])(
    'is told by the token that the environment says, by a %s',
    async (mode, { api, db }) => {
      const saveChat = (on: Db, defaultChatId: string) => set(on, 'telegram', { defaultChatId });
      await saveChat(db, '-1001');
      const file = await withOtherDatabase(async ({ app: there, owner: other }) => {
        await saveChat(there, '-666');
        return snapshotFile(other, { keys });
      });
      const admin = await api.as('admin');

      const plan = await plannedRestore(admin, file, { mode, overwriteNewer: 'true' });
      const job = await commit(db, admin, plan.id, confirmed);

      expect(job).toMatchObject({ state: 'done' });
      const { rows } = await sql<{ chatId: string; facts: object; box: string }>`
        select chat_id, facts, sealed_target as box from deliveries join events on events.id = event_id
        where event = 'target_moved' and sealed_target is not null`.execute(db);
      expect(rows).toMatchObject([
        { chatId: '-1001', facts: { section: 'telegram', fields: ['defaultChatId'] } },
      ]);
      expect(openTarget(keys.settings, rows[0]?.box ?? '')).toMatchObject({
        token: '1234:of-the-environment',
      });
    },
  );
});

describe('the secrets of a foreign file', () => {
  test('come with the separate step, sealed under our key, where theirs is given', async ({
    api,
    db,
  }) => {
    const foreign = await withOtherDatabase(async ({ app, owner: other }) => {
      await saveTelegram(app, { chat: 'theirs' }, others.settings);
      await givenOn(app).account({ username: 'chief' });
      return snapshotFile(other, { keys: others });
    });
    const admin = await api.as('admin');

    const plan = await plannedRestore(admin, foreign, {
      ...{ mode: 'replace', trustForeign: 'true', recoveryKey: recoveryKeyOf(others.root) },
    });
    await commit(db, admin, plan.id, { ...confirmed, withAccounts: true });

    const row = await db.selectFrom('settings').selectAll().executeTakeFirstOrThrow();
    const { token = '' } = row.secrets as Record<string, string>;
    expect(unseal(keys.settings, 'telegram.token', token)).toBe('123:secret');
  });
});

describe('a merge', () => {
  test('adds and changes, removes nothing, keeps what is newer, and is undone', async ({
    api,
    given,
    db,
    owner,
  }) => {
    const [home, tokyo] = await given.servers('home', 'tokyo');
    await given.users(home.id, { accountName: 'old', remark: 'before' }, 'only here');
    const since = new Date(Date.now() + 60_000).toISOString();
    const file = await withOtherDatabase(async ({ app, owner: other }) => {
      const [, fresh, h] = await givenOn(app).servers('x', 'fresh', 'HOME');
      await sellTo(app);
      await givenOn(app).users(h.id, { accountName: 'old', remark: 'after' }, 'new');
      await givenOn(app).users(fresh.id, { accountName: 'sold', serviceId: 1 });
      return snapshotFile(other, { keys: others, createdAt: since });
    });
    const admin = await api.as('admin');
    const living = () => names(owner);
    const before = await canonicalDump(owner, { ...data, changes: 'all', entries: 'all' });
    const namesBefore = await living();

    const plan = await plannedRestore(admin, file, { mode: 'merge', trustForeign: 'true' });
    const job = await commit(db, admin, plan.id);

    expect(plan.counts).toMatchObject({ added: 5, changed: 2, removed: 0, refused: 0 });
    expect(job).toMatchObject({ state: 'done', failure: null });
    expect(await living()).toEqual([
      'HOME',
      'HOME/new',
      'HOME/old',
      'HOME/only here',
      'fresh',
      'fresh/sold',
      'tokyo',
      'x',
    ]);
    const [sold] = await db
      .selectFrom('users')
      .innerJoin('services', 'services.id', 'serviceId')
      .select(['accountName', 'services.name'])
      .execute();
    expect(sold).toEqual({ accountName: 'sold', name: 'gold' });
    expect(tokyo).toBeDefined();

    const undo = (await admin.post(`/changes/${job.changeId}/undo`)).json();
    const undone = await admin.post(`/plans/${undo.id}/commit`, {});
    expect(undone.statusCode).toBe(200);
    expect(await living()).toEqual(namesBefore);
    const texts = (lines: string[] = []) =>
      lines
        .map((line) => JSON.parse(line))
        .filter((row) => row.deleted_at === null)
        .map(({ id, remark }) => [id, remark]);
    expect(texts((await canonicalDump(owner, data)).users)).toEqual(texts(before.users));
  });

  test('keeps rows that were altered, transferred or removed here since, unless it is told to write over', async ({
    api,
    given,
    db,
    owner,
  }) => {
    const [home, away] = await given.servers('home', 'away');
    const users = await given.users(home.id, 'altered', 'moved', 'removed', 'same');
    const ids = Object.fromEntries(users.map(({ id, accountName }) => [accountName, id]));
    const file = await snapshotFile(owner, { keys });
    const admin = await api.as('admin');
    await inChange(db, system, 'users:update', null, async (trx) => {
      await sql`update users set remark = 'later', version = version + 1, updated_at = clock_timestamp()
        where id = ${ids.altered}`.execute(trx);
      await sql`update users set server_id = ${away.id}, version = version + 1, updated_at = clock_timestamp()
        where id = ${ids.moved}`.execute(trx);
      await sql`update users set deleted_at = clock_timestamp(), updated_at = clock_timestamp()
        where id = ${ids.removed}`.execute(trx);
    });
    await admin.patch('/settings/general', { version: 1, values: { siteName: 'Later' } });

    const careful = await plannedRestore(admin, file, { mode: 'merge' });
    const entries = (await admin.get(`/plans/${careful.id}/entries`)).json().items;
    const empty = await admin.post(`/plans/${careful.id}/commit`, {});
    const bold = await plannedRestore(admin, file, { mode: 'merge', overwriteNewer: 'true' });
    const job = await commit(db, admin, bold.id);

    expect(careful.counts).toMatchObject({ added: 0, changed: 0, unchanged: 3, refused: 3 });
    expect(
      entries.map(({ name, kind, reason }: Record<string, string>) => [name, kind, reason]),
    ).toEqual(['altered', 'moved', 'removed'].map((name) => [name, 'refused', 'altered_since']));
    expect([empty.statusCode, empty.json().code]).toEqual([422, 'plan_empty']);
    expect(bold.counts).toMatchObject({ added: 1, changed: 2, refused: 0 });
    expect(job).toMatchObject({ state: 'done' });
    const after = await owner
      .selectFrom('users')
      .select(['id', 'accountName', 'serverId', 'remark'])
      .where('deletedAt', 'is', null)
      .orderBy('id')
      .execute();
    expect(after.slice(0, 3)).toEqual([
      { id: ids.altered, accountName: 'altered', serverId: home.id, remark: null },
      { id: ids.moved, accountName: 'moved', serverId: home.id, remark: null },
      { id: ids.same, accountName: 'same', serverId: home.id, remark: null },
    ]);
    expect(after[3]).toMatchObject({ accountName: 'removed', serverId: home.id });
  });

  test('keeps what was altered here after a foreign file was made', async ({ api, given }) => {
    const [home] = await given.servers('home');
    await given.users(home.id, { accountName: 'ann', remark: 'ours' });
    const file = await withOtherDatabase(async ({ app, owner: other }) => {
      const [h] = await givenOn(app).servers('home');
      await givenOn(app).users(h.id, { accountName: 'ann', remark: 'theirs' });
      return snapshotFile(other, { keys: others, createdAt: '2026-01-01T00:00:00.000Z' });
    });
    const admin = await api.as('admin');

    const plan = await plannedRestore(admin, file, { mode: 'merge', trustForeign: 'true' });

    expect(plan.counts).toMatchObject({ added: 0, changed: 0, refused: 1 });
  });

  test('is refused where a row moved after it was planned', async ({ api, given, db }) => {
    const [home] = await given.servers('home');
    const [user] = await given.users(home.id, 'ann');
    const file = await withOtherDatabase(async ({ app, owner: other }) => {
      const [h] = await givenOn(app).servers('home');
      await givenOn(app).users(h.id, { accountName: 'ann', remark: 'theirs' });
      const createdAt = new Date(Date.now() + 60_000).toISOString();
      return snapshotFile(other, { keys: others, createdAt });
    });
    const admin = await api.as('admin');
    const plan = await plannedRestore(admin, file, { mode: 'merge', trustForeign: 'true' });
    await admin.patch(`/users/${user?.id}`, { version: 1, remark: 'ours' });

    const job = await commit(db, admin, plan.id);

    expect(job).toMatchObject({ state: 'failed', failure: { code: 'plan_moved' } });
    const { remark } = (await admin.get(`/users/${user?.id}`)).json();
    expect(remark).toBe('ours');
  });
});

describe('a configuration', () => {
  const config = { kind: 'config', reason: 'asked' } as const;
  const madeElsewhere = (fill: (app: Db) => Promise<unknown>) =>
    withOtherDatabase(async ({ app, appUrl }) => {
      await fill(app);
      const { fileName } = await makeSnapshot(
        app,
        { ...place, databaseUrl: appUrl },
        system,
        config,
      );
      return readFile(join(place.snapshotsDir, fileName));
    });

  test('replaced brings its services, and keeps those that somebody has', async ({
    api,
    given,
    db,
    owner,
  }) => {
    await sell(db, { name: 'Gold', aliases: ['silver'], devices: 1, position: 1 });
    await sell(db, { name: 'Held', aliases: ['fresh', 'own', 'new'], position: 2 });
    await sell(db, { name: 'Unused', position: 3 });
    const services = await owner.selectFrom('services').selectAll().orderBy('position').execute();
    const [gold = 0, held = 0] = services.map(({ id }) => id);
    const [home] = await given.servers('home');
    await given.users(home.id, { accountName: 'ann', serviceId: held });
    await given.users(home.id, { accountName: 'bob', serviceId: gold });
    const file = await madeElsewhere(async (app) => {
      await sell(app, { name: 'Fresh', aliases: ['held', 'new'], position: 7 });
      await sell(app, { name: 'GOLD', devices: 5, position: 9 });
    });
    const admin = await api.as('admin');

    const plan = await plannedRestore(admin, file, { mode: 'replace' });
    const job = await commit(db, admin, plan.id, confirmed);

    expect([plan.subject.tables].flat()).toContainEqual({
      ...{ table: 'services', inFile: 2, here: 3, added: 1, changed: 1, unchanged: 0 },
      ...{ removed: 1, kept: 1, isSeparate: false },
    });
    expect(job).toMatchObject({ state: 'done', failure: null });
    const after = owner.selectFrom('services').select(['name', 'aliases', 'devices', 'position']);
    expect(await after.orderBy('position').execute()).toEqual([
      { name: 'Fresh', aliases: ['new'], devices: null, position: 1 },
      { name: 'GOLD', aliases: [], devices: 5, position: 2 },
      { name: 'Held', aliases: ['own'], devices: null, position: 3 },
    ]);
    const users = await owner.selectFrom('users').select('serviceId').orderBy('id').execute();
    expect(users.map(({ serviceId }) => serviceId)).toEqual([held, gold]);
    // The next service gets an id and a place of its own, and the log records again.
    const next = await (await api.as('admin')).post('/services', { name: 'next' });
    expect(next.statusCode, next.body).toBe(201);
  });

  test('merged brings its services, too', async ({ api, db, owner }) => {
    const file = await madeElsewhere((app) => sell(app, { name: 'Fresh', position: 7 }));
    const admin = await api.as('admin');

    const plan = await plannedRestore(admin, file, { mode: 'merge' });
    const job = await commit(db, admin, plan.id);

    expect(job).toMatchObject({ state: 'done', failure: null });
    const services = await owner.selectFrom('services').select('name').execute();
    expect(services).toEqual([{ name: 'Fresh' }]);
  });

  test('adds its accounts by the separate step alone: disabled, to be given a password; those here stay', async ({
    api,
    given,
    db,
    owner,
  }) => {
    const here = await given.account({ username: 'ann', role: 'viewer' });
    const avatar = {
      ...{ purpose: 'avatar', accountId: here.id, mediaType: 'image/webp' },
      ...{ bytes: Buffer.from('x'), sha256: '0'.repeat(64) },
    };
    await inChange(db, system, 'seed', null, (trx) =>
      trx.insertInto('images').values(avatar).execute(),
    );
    const file = await madeElsewhere(async (app) => {
      await givenOn(app).account({ username: 'ann', role: 'admin' });
      await givenOn(app).account({ username: 'chief', role: 'admin' });
    });
    const admin = await api.as('admin');
    const before = await canonicalDump(owner, data);

    const first = await plannedRestore(admin, file, { mode: 'replace' });
    await commit(db, admin, first.id, confirmed);
    const without = await canonicalDump(owner, data);
    const again = await api.as('admin');
    const second = await plannedRestore(again, file, { mode: 'replace' });
    const job = await commit(db, again, second.id, { ...confirmed, withAccounts: true });

    expect(without.accounts).toEqual(before.accounts);
    expect([second.subject.tables].flat()).toContainEqual(
      expect.objectContaining({ table: 'accounts', added: 1, changed: 0, removed: 0 }),
    );
    expect(job).toMatchObject({ state: 'done', failure: null });
    const after = await canonicalDump(owner, data);
    expect(after.accounts).toEqual(expect.arrayContaining(without.accounts ?? []));
    expect(after.images).toEqual(before.images);
    const chief = await owner
      .selectFrom('accounts')
      .selectAll()
      .where('username', '=', 'chief')
      .executeTakeFirstOrThrow();
    expect(chief).toMatchObject({ role: 'admin', mustChangePassword: true });
    expect(chief.disabledAt).not.toBeNull();
    const fresh = await api.as('admin');
    const signIn = () => fresh.post('/auth/login', { username: 'chief', password });
    expect((await signIn()).statusCode).toBe(401);
    const { version } = (await fresh.get(`/accounts/${chief.id}`)).json();
    const enabled = await fresh.patch(`/accounts/${chief.id}`, { version, disabled: false });
    expect(enabled.statusCode, enabled.body).toBe(200);
    expect((await signIn()).statusCode).toBe(401);
    const { reason } = await owner
      .selectFrom('changes')
      .select('reason')
      .where('id', '=', job.changeId ?? 0)
      .executeTakeFirstOrThrow();
    expect(reason).toMatch(/accounts that were missing included: .*; added, disabled: chief$/);
  });
});

describe('a file', () => {
  test('that is damaged, or holds what a table does not take, is refused before anything is written', async ({
    api,
    given,
    owner,
  }) => {
    const [home] = await given.servers('home');
    await given.users(home.id, 'ann');
    const whole = await snapshotFile(owner, { keys });
    const altered = Buffer.from(whole);
    altered.writeUInt8(altered.readUInt8(400) ^ 1, 400);
    const crafted = (from: string, to: string) =>
      snapshotFile(owner, {
        keys,
        craft: (_, lines) => lines.map((line) => line.replace(from, to)),
      });
    const admin = await api.as('admin');
    const before = await canonicalDump(owner, data);
    const refusals = async (file: Buffer) => {
      const merge = await plannedRestore(admin, file, { mode: 'merge' });
      return [merge.state, merge.failure?.code];
    };

    expect(await refusals(altered)).toEqual(['failed', 'snapshot_altered']);
    expect(await refusals(whole.subarray(0, -100))).toEqual(['failed', 'snapshot_truncated']);
    expect(await refusals(Buffer.from('PK nothing'))).toEqual(['failed', 'snapshot_unreadable']);
    const tooLong = await crafted('"account_name": "ann"', `"account_name": "${'x'.repeat(81)}"`);
    expect(await refusals(tooLong)).toEqual(['failed', 'snapshot_unreadable']);
    const noDate = await crafted('"expires_on": "infinity"', '"expires_on": "soon"');
    expect(await refusals(noDate)).toEqual(['failed', 'snapshot_unreadable']);
    expect(await canonicalDump(owner, data)).toEqual(before);
  });

  test('that refers to what is not there fails the replacement whole', async ({
    api,
    given,
    db,
    owner,
  }) => {
    const [home] = await given.servers('home');
    await given.users(home.id, 'ann');
    const file = await snapshotFile(owner, {
      keys,
      craft: (table, lines) => (table === 'servers' ? [] : lines),
    });
    const admin = await api.as('admin');
    const plan = await plannedRestore(admin, file, { mode: 'replace' });
    const before = await canonicalDump(owner, data);

    const job = await commit(db, admin, plan.id, confirmed);

    expect(job).toMatchObject({ state: 'failed', failure: { code: 'snapshot_unreadable' } });
    expect(await canonicalDump(owner, data)).toEqual(before);
    const { rows } = await sql`select from pg_namespace where nspname ~ '^restore_'`.execute(owner);
    expect(rows).toEqual([]);
    const [still] = await given.users(home.id, 'recorded still');
    const kept = owner
      .selectFrom('entries')
      .select('id')
      .where('rowId', '=', still?.id ?? 0);
    expect(await kept.where('tableName', '=', 'users').execute()).toHaveLength(1);
  });

  test('under a passphrase is opened by it alone, which is nowhere kept in clear', async ({
    api,
    owner,
    db,
  }) => {
    const secret = 'a passphrase that nobody guesses';
    const file = await snapshotFile(owner, { keys, encryption: { passphrase: secret } });
    const admin = await api.as('admin');

    const locked = await plannedRestore(admin, file, { mode: 'merge' });
    const wrong = await plannedRestore(admin, file, { mode: 'merge', passphrase: 'wrong' });
    const right = await plannedRestore(admin, file, { mode: 'merge', passphrase: secret });

    expect(locked.failure?.code).toBe('snapshot_locked');
    expect(wrong.failure?.code).toBe('snapshot_unlock_failed');
    expect(right.state).toBe('ready');
    const everything = await canonicalDump(owner, {});
    expect(JSON.stringify(everything)).not.toContain('nobody guesses');
    const [plan] = await db
      .selectFrom('plans')
      .select('sealed')
      .where('id', '=', right.id)
      .execute();
    expect(unseal(keys.settings, `plan.${right.id}`, plan?.sealed ?? '')).toContain(secret);
  });

  test('or a snapshot of the list is named, not both and not neither', async ({ api, owner }) => {
    const admin = await api.as('admin');
    const file = await snapshotFile(owner, { keys });

    const neither = await admin.post('/snapshots/restore', { mode: 'merge' });
    const both = await sendSnapshot(admin, file, { mode: 'merge', snapshotId: '1' });
    const missing = await admin.post('/snapshots/restore', { mode: 'merge', snapshotId: 999 });

    expect([neither.statusCode, both.statusCode, missing.statusCode]).toEqual([400, 400, 404]);
  });
});

describe('a listed snapshot', () => {
  test('leaves nothing to undo in a row that is not as the change left it any more', async ({
    api,
    given,
    db,
    databaseUrl,
  }) => {
    const [home] = await given.servers('home');
    const [ann] = await given.users(home.id, { accountName: 'ann', contact: 'first' });
    const { id } = await makeSnapshot(db, { ...place, databaseUrl }, system, whole);
    const admin = await api.as('admin');
    const url = `/users/${ann?.id}`;
    await admin.patch(url, { version: 1, contact: 'second' });
    const last = await admin.patch(url, { version: 2, contact: 'third' });
    const response = await admin.post('/snapshots/restore', { mode: 'replace', snapshotId: id });
    const plan = await settledPlan(admin, response.json().id);
    const job = await commit(db, admin, plan.id, confirmed);

    const again = await api.as('admin');
    const undo = await again.post(`/changes/${last.headers['x-change-id']}/undo`, {});

    expect([last.statusCode, job.state]).toEqual([200, 'done']);
    expect((await again.get(url)).json()).toMatchObject({ contact: 'first' });
    expect(undo.json()).toMatchObject({ counts: { changed: 0, refused: 1 } });
  });

  test('is restored after one of what is here was made, and brings back what was lost', async ({
    api,
    given,
    db,
    databaseUrl,
    owner,
  }) => {
    const [home] = await given.servers('home');
    await given.users(home.id, 'ann', 'bob');
    const { id } = await makeSnapshot(db, { ...place, databaseUrl }, system, whole);
    const before = await canonicalDump(owner, { ...excluded, changes: 'all', entries: 'all' });
    const admin = await api.as('admin');
    await admin.delete(`/servers/${home.id}?version=1`);

    const response = await admin.post('/snapshots/restore', { mode: 'replace', snapshotId: id });
    const plan = await settledPlan(admin, response.json().id);
    const job = await commit(db, admin, plan.id, confirmed);

    expect(response.statusCode).toBe(202);
    expect(plan).toMatchObject({ state: 'ready', subject: { snapshotId: id, kind: 'database' } });
    expect(job).toMatchObject({ state: 'done', failure: null });
    const after = await canonicalDump(owner, excluded);
    expect([after.users, after.servers]).toEqual([before.users, before.servers]);
    const reasons = db.selectFrom('snapshots').select('reason').orderBy('id');
    expect(await reasons.execute()).toEqual([{ reason: 'asked' }, { reason: 'safety' }]);
    const { counts } = await db
      .selectFrom('snapshots')
      .select('counts')
      .where('reason', '=', 'safety')
      .executeTakeFirstOrThrow();
    expect(counts).toMatchObject({ users: 2, servers: 1 });
  });
});

describe('an older portal’s file', () => {
  test('comes by the same route, and becomes a plan of its own kind', async ({ api, db }) => {
    await shipServices(db);
    const admin = await api.as('admin');
    const file = Buffer.from(legacySample({ servers: 6, users: 1_500 }));

    const plan = await plannedRestore(admin, file, { mode: 'merge' });
    const job = await commit(db, admin, plan.id, { skipErrors: true });

    expect(plan).toMatchObject({ action: 'legacy:import', state: 'ready' });
    expect(plan.counts.added).toBeGreaterThan(1_400);
    expect(job).toMatchObject({ kind: 'restore:write', state: 'done', failure: null });
    const users = db.selectFrom('users').select((eb) => eb.fn.countAll<number>().as('count'));
    expect((await users.executeTakeFirstOrThrow()).count).toBeGreaterThan(1_400);
  });
});

describe('two restores at once', () => {
  test('are one: the other is told to wait', async ({ api, given, owner, startInstance }) => {
    await given.servers('home');
    const file = await snapshotFile(owner, { keys });
    const idle = await startInstance({}, { work: 'sends' });
    const admin = await api.as('admin');
    const first = await plannedRestore(admin, file, { mode: 'replace' });
    const second = await plannedRestore(admin, file, { mode: 'replace' });
    // Held up where it would begin, so that it is still at it.
    await owner.connection().execute(async (holder) => {
      await sql`select pg_advisory_lock(hashtext(${`restore_${first.id}`}))`.execute(holder);
      await admin.post(`/plans/${first.id}/commit`, confirmed);

      const refused = await admin.post(`/plans/${second.id}/commit`, confirmed);

      expect([refused.statusCode, refused.json().code]).toEqual([409, 'restore_running']);
      await sql`select pg_advisory_unlock(hashtext(${`restore_${first.id}`}))`.execute(holder);
    });
    expect(idle).toBeDefined();
  });
});

async function names(owner: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name collate "C" as name from servers where deleted_at is null
    union all
    select s.name || '/' || account_name from users join servers s on s.id = server_id
    where users.deleted_at is null and s.deleted_at is null
    order by 1`.execute(owner);
  return rows.map(({ name }) => name);
}

async function saveTelegram(db: Db, fields: object, key = keys.settings): Promise<void> {
  const { seal } = await import('#lib/secret-box.ts');
  const token = seal(key, 'telegram.token', '123:secret');
  await inChange(db, system, 'settings:update', null, (trx) =>
    trx
      .insertInto('settings')
      .values({
        ...{ section: 'telegram', fields: JSON.stringify(fields) },
        ...{
          secrets: JSON.stringify({ token }),
          secretStates: '{"token": {"set": true, "lastFour": null}}',
        },
      })
      .execute(),
  );
}

function sellTo(db: Db): Promise<void> {
  return sell(db, { name: 'gold', position: 1 });
}

async function sell(
  db: Db,
  service: { name: string; position: number; aliases?: string[]; devices?: number },
): Promise<void> {
  const row = { aliases: [], ...service, nameKey: service.name.toLowerCase() };
  await inChange(db, system, 'services:create', null, (trx) =>
    trx.insertInto('services').values(row).execute(),
  );
}
