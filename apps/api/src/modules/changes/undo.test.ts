import { actionsOfLevel, type Grant } from '@cmp/shared/permissions';
import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import type { Db, Trx } from '#database/client.ts';
import { keysOf } from '#modules/users/user-keys.ts';
import { addUsers } from '#modules/users/users.service.ts';
import { type client, system, test } from '#test/fixtures.ts';
import type { given as givenOn } from '#test/given.ts';
import { settledPlan } from '#test/import-client.ts';
import { inChange } from './changes.service.ts';
import { reversible } from './undo-write.repository.ts';

type Client = ReturnType<typeof client>;
type Given = ReturnType<typeof givenOn>;

const manage = (serverId: number): Grant => ({
  serverId,
  level: 'manage',
  actions: [...actionsOfLevel.manage],
});

/** Makes a change; gives its id. */
const change = (db: Db, work: (trx: Trx) => Promise<unknown>): Promise<number> =>
  inChange(db, system, 'users:update', null, async (trx) => {
    await work(trx);
    const { rows } = await sql<{ id: number }>`
      select current_setting('cmp.change_id')::bigint as id`.execute(trx);
    return rows[0]?.id ?? 0;
  });

const edit = (trx: Trx, userId: number, fields: { remark?: string; accountName?: string }) =>
  trx
    .updateTable('users')
    .set((eb) => ({
      ...fields,
      ...(fields.accountName && { nameKey: fields.accountName.toLowerCase() }),
      version: eb('version', '+', 1),
    }))
    .where('id', '=', userId)
    .execute();

const bin = (trx: Trx, userId: number) =>
  trx
    .updateTable('users')
    .set((eb) => ({ deletedAt: sql<string>`now()`, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute();

const lastChange = async (db: Db): Promise<number> =>
  (await db.selectFrom('changes').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()).id;

const plan = async (api: Client, changeId: number) => {
  const answer = await api.post(`/changes/${changeId}/undo`);
  expect(answer.json()).toMatchObject({ state: 'ready', subject: { changeId } });
  return answer.json();
};
const commit = (api: Client, planId: number, headers: Record<string, string> = {}) =>
  api.post(`/plans/${planId}/commit`, {}, headers);
const undo = async (api: Client, changeId: number): Promise<number> => {
  const { id } = await plan(api, changeId);
  const answer = await commit(api, id);
  expect(answer.statusCode).toBe(200);
  return answer.json().changeId;
};

const living = (db: Db) =>
  db
    .selectFrom('users')
    .select(['accountName', 'remark'])
    .where('deletedAt', 'is', null)
    .orderBy('accountName')
    .execute();
const order = async (db: Db) => {
  const rows = await db
    .selectFrom('servers')
    .select('name')
    .where('deletedAt', 'is', null)
    .orderBy('position')
    .execute();
  return rows.map(({ name }) => name);
};

describe('POST /changes/:id/undo', () => {
  test('sorts rows into what it sets back, what was altered since and what is impossible', async ({
    api,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const [back, altered, renamed] = await given.users(tokyo.id, 'back', 'altered', 'renamed');
    const changeId = await change(db, async (trx) => {
      await edit(trx, back?.id ?? 0, { remark: 'paid' });
      await edit(trx, altered?.id ?? 0, { remark: 'paid' });
      await edit(trx, renamed?.id ?? 0, { accountName: 'other' });
    });
    await change(db, (trx) => edit(trx, altered?.id ?? 0, { remark: 'paid twice' }));
    await given.users(tokyo.id, 'RENAMED');
    const admin = await api.as('admin');

    const { id, counts } = await plan(admin, changeId);
    const entries = await admin.get(`/plans/${id}/entries`);

    expect(counts).toMatchObject({ changed: 1, refused: 2, added: 0, removed: 0 });
    expect(entries.json()).toMatchObject({
      total: 3,
      items: [
        { name: 'back', kind: 'changed', before: { remark: 'paid' }, after: { remark: null } },
        { name: 'altered', kind: 'refused', reason: 'altered_since' },
        {
          name: 'other',
          kind: 'refused',
          reason: 'name_taken',
          before: { accountName: 'other' },
          after: { accountName: 'renamed' },
        },
      ],
    });
    expect(entries.body).not.toMatch(/_key|version/);
  });

  test('writes what the plan says, as a change that names the undone one', async ({
    api,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const [kept, altered] = await given.users(tokyo.id, 'kept', 'altered');
    const changeId = await change(db, async (trx) => {
      await edit(trx, kept?.id ?? 0, { remark: 'paid' });
      await edit(trx, altered?.id ?? 0, { remark: 'paid' });
    });
    await change(db, (trx) => edit(trx, altered?.id ?? 0, { remark: 'paid twice' }));
    const admin = await api.as('admin');

    const { id } = await plan(admin, changeId);
    const committed = await commit(admin, id);

    expect(committed.json()).toMatchObject({ plan: { id, state: 'committed' }, jobId: null });
    expect(await living(db)).toEqual([
      { accountName: 'altered', remark: 'paid twice' },
      { accountName: 'kept', remark: null },
    ]);
    expect((await admin.get(`/changes/${committed.json().changeId}`)).json()).toMatchObject({
      action: 'changes:undo',
      undoesChangeId: changeId,
      entryCount: 1,
      accountName: admin.account.username,
    });
    expect((await admin.get(`/changes/${changeId}`)).json()).toMatchObject({
      undoneByChangeId: committed.json().changeId,
    });
  });

  test('bins what was added, and an undo of that brings it back', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'anna', 'ben');
    const changeId = await lastChange(db);
    const admin = await api.as('admin');

    const undoing = await undo(admin, changeId);
    const without = await living(db);
    await undo(admin, undoing);

    expect(without).toEqual([]);
    expect((await living(db)).map((user) => user.accountName)).toEqual(['anna', 'ben']);
  });

  test('folds the names that it sets back', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'ÁNNA');
    const changeId = await change(db, (trx) => edit(trx, anna?.id ?? 0, { accountName: 'ben' }));

    await undo(await api.as('admin'), changeId);

    const user = await db
      .selectFrom('users')
      .select(['accountName', 'nameKey', 'searchKey'])
      .executeTakeFirstOrThrow();
    expect(user).toEqual({
      accountName: 'ÁNNA',
      ...keysOf({ accountName: 'ÁNNA', contact: null, remark: null }),
    });
  });

  test('brings a server back with the users that it took along, and not those binned before', async ({
    api,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo', 'osaka');
    const [, old] = await given.users(tokyo.id, 'anna', 'old');
    await change(db, (trx) => bin(trx, old?.id ?? 0));
    const admin = await api.as('admin');
    await admin.delete(`/servers/${tokyo.id}?version=1`);

    await undo(admin, await lastChange(db));

    expect(await order(db)).toEqual(['tokyo', 'osaka']);
    expect((await living(db)).map((user) => user.accountName)).toEqual(['anna']);
  });

  test('puts a server whose place was taken behind the last', async ({ api, db, given }) => {
    const [tokyo, osaka, kyoto] = await given.servers('tokyo', 'osaka', 'kyoto');
    const admin = await api.as('admin');
    await admin.delete(`/servers/${tokyo.id}?version=1`);
    const changeId = await lastChange(db);
    await admin.put('/servers/order', { serverIds: [kyoto.id, osaka.id] });

    await undo(admin, changeId);

    expect(await order(db)).toEqual(['kyoto', 'osaka', 'tokyo']);
  });

  test('leaves users whose server cannot come back', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'anna');
    const admin = await api.as('admin');
    await admin.delete(`/servers/${tokyo.id}?version=1`);
    const changeId = await lastChange(db);
    await given.servers('Tokyo');

    const { id, counts } = await plan(admin, changeId);

    expect(counts).toMatchObject({ refused: 2, added: 0 });
    const { items } = (await admin.get(`/plans/${id}/entries?kind=refused`)).json();
    expect(items.map((entry: { reason: string }) => entry.reason)).toEqual([
      'name_taken',
      'server_gone',
    ]);
    expect((await commit(admin, id)).json()).toMatchObject({ code: 'plan_empty' });
  });

  test('does not bin an added server on which users came to live', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const changeId = await lastChange(db);
    await given.users(tokyo.id, 'anna');
    const admin = await api.as('admin');

    const { id } = await plan(admin, changeId);

    expect((await admin.get(`/plans/${id}/entries`)).json()).toMatchObject({
      items: [{ name: 'tokyo', kind: 'refused', reason: 'has_users' }],
    });
  });

  test('sets an order back, and makes way for a server that came since', async ({
    api,
    db,
    given,
  }) => {
    const [gone, tokyo, osaka, kyoto] = await given.servers('gone', 'tokyo', 'osaka', 'kyoto');
    const admin = await api.as('admin');
    await admin.delete(`/servers/${gone.id}?version=1`);
    await admin.put('/servers/order', { serverIds: [kyoto.id, osaka.id, tokyo.id] });
    const changeId = await lastChange(db);
    await given.servers('nara');

    await undo(admin, changeId);

    expect(await order(db)).toEqual(['tokyo', 'osaka', 'kyoto', 'nara']);
    const versions = await db
      .selectFrom('servers')
      .select('version')
      .where('deletedAt', 'is', null);
    expect(await versions.execute()).toEqual([1, 1, 1, 1].map((version) => ({ version })));
  });

  test('keeps an order that was altered since, whole', async ({ api, db, given }) => {
    const [tokyo, osaka, kyoto] = await given.servers('tokyo', 'osaka', 'kyoto');
    const admin = await api.as('admin');
    await admin.put('/servers/order', { serverIds: [kyoto.id, tokyo.id, osaka.id] });
    const changeId = await lastChange(db);
    await admin.put('/servers/order', { serverIds: [kyoto.id, osaka.id, tokyo.id] });

    const { counts } = await plan(admin, changeId);

    expect(counts).toMatchObject({ changed: 0, refused: 3 });
  });

  test('sets services back: one that was altered, and one that is gone', async ({
    api,
    db,
    given,
  }) => {
    const before = await change(db, (trx) =>
      trx
        .insertInto('services')
        .values([
          { name: 'Gold', nameKey: 'gold', position: 11, aliases: ['au'], priceCents: 5 },
          { name: 'Tin', nameKey: 'tin', position: 12 },
        ])
        .execute(),
    );
    const services = () =>
      db
        .selectFrom('services')
        .select(['id', 'name', 'nameKey', 'aliases', 'priceCents', 'position'])
        .where('position', '>', 10)
        .orderBy('id')
        .execute();
    const [gold, tin] = await services();
    const changeId = await change(db, async (trx) => {
      await trx.deleteFrom('services').where('nameKey', '=', 'gold').execute();
      await trx
        .updateTable('services')
        .set({ name: 'Lead', nameKey: 'lead', version: 2 })
        .where('nameKey', '=', 'tin')
        .execute();
    });
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');

    await undo(admin, changeId);

    expect(await services()).toEqual([gold, tin]);

    await change(db, (trx) =>
      addUsers(trx, [
        {
          ...{ serverId: tokyo.id, accountName: 'anna', serviceId: gold?.id ?? null },
          ...{ contact: null, expiresOn: null, totalDevices: null, dataLimitGb: null },
          ...{ remark: null, enabled: true },
        },
      ]),
    );
    const { id } = await plan(admin, before);
    expect((await admin.get(`/plans/${id}/entries`)).json()).toMatchObject({
      // What was altered since was undone, so both are as they were added.
      items: [{ reason: 'in_use' }, { kind: 'removed' }],
    });
  });

  test('deletes a service that was added, unless somebody has it', async ({ api, db, given }) => {
    const changeId = await change(db, (trx) =>
      trx
        .insertInto('services')
        .values([
          { name: 'Gold', nameKey: 'gold', position: 11 },
          { name: 'Tin', nameKey: 'tin', position: 12 },
        ])
        .execute(),
    );
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'anna');
    await change(db, (trx) =>
      trx
        .updateTable('users')
        .set({ serviceId: sql`(select id from services where name_key = 'gold')`, version: 2 })
        .where('id', '=', anna?.id ?? 0)
        .execute(),
    );
    const admin = await api.as('admin');

    const { id } = await plan(admin, changeId);
    const entries = (await admin.get(`/plans/${id}/entries`)).json();
    await commit(admin, id);

    expect(entries.items).toMatchObject([
      { name: 'Gold', kind: 'refused', reason: 'in_use' },
      { name: 'Tin', kind: 'removed' },
    ]);
    const left = await db
      .selectFrom('services')
      .select('name')
      .where('position', '>', 10)
      .execute();
    expect(left).toEqual([{ name: 'Gold' }]);
  });

  test('leaves accounts, grants and settings to be set back by hand', async ({
    api,
    db,
    given,
  }) => {
    await given.account();
    const changeId = await lastChange(db);
    const admin = await api.as('admin');

    const { id, counts } = await plan(admin, changeId);

    expect(counts).toMatchObject({ refused: 1, removed: 0 });
    expect((await admin.get(`/plans/${id}/entries`)).json()).toMatchObject({
      items: [{ table: 'accounts', reason: 'set_back_by_hand' }],
    });
  });

  test('takes several alterations of one row in one change together', async ({
    api,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'anna');
    const changeId = await change(db, async (trx) => {
      await edit(trx, anna?.id ?? 0, { remark: 'first' });
      await edit(trx, anna?.id ?? 0, { remark: 'second', accountName: 'ben' });
      await bin(trx, anna?.id ?? 0);
    });

    await undo(await api.as('admin'), changeId);

    expect(await living(db)).toEqual([{ accountName: 'anna', remark: null }]);
  });

  test('needs today’s right on every row', async ({ api, db, given }) => {
    const [tokyo, osaka] = await given.servers('tokyo', 'osaka');
    const [anna] = await given.users(tokyo.id, 'anna');
    const [ben] = await given.users(osaka.id, 'ben');
    const both = await change(db, async (trx) => {
      await edit(trx, anna?.id ?? 0, { remark: 'paid' });
      await edit(trx, ben?.id ?? 0, { remark: 'paid' });
    });
    const [elsewhere] = [await change(db, (trx) => edit(trx, ben?.id ?? 0, { remark: 'x' }))];
    const ofTokyo = await change(db, (trx) => edit(trx, anna?.id ?? 0, { remark: 'y' }));
    const manager = await api.as('server_admin', [manage(tokyo.id)]);
    const reader = await api.as('server_admin', [
      { serverId: tokyo.id, level: 'view', actions: ['users:export'] },
    ]);
    const noUpdates = await api.as('server_admin', [
      { ...manage(tokyo.id), actions: ['changes:list', 'changes:undo', 'users:delete'] },
    ]);
    const viewer = await api.as('viewer', [
      { serverId: tokyo.id, level: 'view', actions: ['users:export'] },
    ]);
    const status = async (api: Client, changeId: number) =>
      (await api.post(`/changes/${changeId}/undo`)).statusCode;

    expect(await status(manager, ofTokyo)).toBe(201);
    expect(await status(manager, both)).toBe(403);
    expect(await status(manager, elsewhere)).toBe(404);
    expect(await status(noUpdates, ofTokyo)).toBe(403);
    expect(await status(reader, ofTokyo)).toBe(404);
    expect(await status(viewer, ofTokyo)).toBe(403);
    expect(await db.selectFrom('plans').select('id').execute()).toHaveLength(1);
  });
});

describe('POST /plans/:id/commit', () => {
  test('has one effect, however many ask at once', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'anna');
    const changeId = await change(db, (trx) => edit(trx, anna?.id ?? 0, { remark: 'paid' }));
    const admin = await api.as('admin');
    const first = await plan(admin, changeId);
    const second = await plan(admin, changeId);

    const answers = await Promise.all(
      [first.id, first.id, second.id, second.id].map((id) => commit(admin, id)),
    );

    const codes = answers.map((answer) => answer.json().code ?? 'made');
    expect(codes.filter((code) => code === 'made')).toHaveLength(1);
    expect(
      codes.filter((code) => !['made', 'plan_committed', 'plan_moved'].includes(code)),
    ).toEqual([]);
    const undoing = db.selectFrom('changes').select('id').where('undoesChangeId', '=', changeId);
    expect(await undoing.execute()).toHaveLength(1);
  });

  test('tells the second of two commits of one plan that it was committed', async ({
    api,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'anna');
    const changeId = await change(db, (trx) => edit(trx, anna?.id ?? 0, { remark: 'paid' }));
    const admin = await api.as('admin');
    const { id } = await plan(admin, changeId);

    const answers = await Promise.all([commit(admin, id), commit(admin, id)]);

    expect(answers.map((answer) => answer.json().code ?? 'made').toSorted()).toEqual([
      'made',
      'plan_committed',
    ]);
  });

  test('answers a repeat under the same key as it did at first', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'anna');
    const changeId = await change(db, (trx) => edit(trx, anna?.id ?? 0, { remark: 'paid' }));
    const admin = await api.as('admin');
    const { id } = await plan(admin, changeId);

    const first = await commit(admin, id, { 'idempotency-key': 'k-1' });
    const repeat = await commit(admin, id, { 'idempotency-key': 'k-1' });
    const other = await commit(admin, id);

    expect(first.statusCode).toBe(200);
    expect(repeat.json()).toEqual(first.json());
    expect(other.json()).toMatchObject({ code: 'plan_committed' });
    expect(other.statusCode).toBe(409);
  });

  test.for([
    ['an edit', (trx: Trx, id: number) => edit(trx, id, { remark: 'again' })],
    ['a move to the bin', (trx: Trx, id: number) => bin(trx, id)],
    [
      'a name that was taken',
      (trx: Trx, _id: number, serverId: number) =>
        sql`insert into users (server_id, account_name, name_key, search_key)
          values (${serverId}, 'ANNA', 'anna', 'anna')`.execute(trx),
    ],
  ] as const)('refuses after %s meanwhile', async ([, meanwhile], { api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'anna');
    const userId = anna?.id ?? 0;
    const changeId = await change(db, (trx) => edit(trx, userId, { accountName: 'ben' }));
    const admin = await api.as('admin');
    const { id } = await plan(admin, changeId);
    await change(db, async (trx) => meanwhile(trx, userId, tokyo.id));
    const before = await living(db);

    const answer = await commit(admin, id);

    expect(answer.json()).toMatchObject({ code: 'plan_moved' });
    expect(answer.statusCode).toBe(409);
    expect(await living(db)).toEqual(before);
  });

  test('refuses to bring users back to a server that went meanwhile', async ({
    api,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'anna');
    const changeId = await change(db, (trx) => bin(trx, anna?.id ?? 0));
    const admin = await api.as('admin');
    const { id } = await plan(admin, changeId);
    await admin.delete(`/servers/${tokyo.id}?version=1`);

    expect((await commit(admin, id)).json()).toMatchObject({ code: 'plan_moved' });
    expect(await living(db)).toEqual([]);
  });

  test('asks for the rights again', async ({ api, app, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'anna');
    const changeId = await change(db, (trx) => edit(trx, anna?.id ?? 0, { remark: 'paid' }));
    const manager = await api.as('server_admin', [manage(tokyo.id)]);
    const { id } = await plan(manager, changeId);
    const setGrant = async (actions: string[]) => {
      await inChange(db, system, 'grants:update', null, async (trx) => {
        if (actions.length > 0) await trx.updateTable('grants').set({ actions }).execute();
        else await trx.deleteFrom('grants').execute();
      });
      app.sessions.forgetAll();
    };

    await setGrant(['changes:list', 'changes:undo']);
    expect((await commit(manager, id)).statusCode).toBe(403);

    await setGrant([]);
    expect((await commit(manager, id)).statusCode).toBe(404);
    expect((await manager.get(`/plans/${id}/entries`)).statusCode).toBe(404);
    expect(await living(db)).toEqual([{ accountName: 'anna', remark: 'paid' }]);
  });

  describe('of more than a thousand rows', () => {
    /** Whether a connection waits for a row that another one holds. */
    const isHeld = async (db: Db) => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::integer as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
      return rows[0]?.count === 1;
    };
    const large = test.extend('app', async ({ startInstance }) =>
      startInstance({}, { work: 'does' }),
    );
    const rows = 12_000;
    const addMany = async (given: Given, serverId: number) =>
      given.users(serverId, ...Array.from({ length: rows }, (_, index) => `user-${index}`));

    large(
      'is made by a job of its maker, which tells how far it is',
      { timeout: 60_000 },
      async ({ api, db, given }) => {
        const [tokyo] = await given.servers('tokyo');
        await addMany(given, tokyo.id);
        const changeId = await lastChange(db);
        const admin = await api.as('admin');
        const { id } = await plan(admin, changeId);
        const key = { 'idempotency-key': 'undo' };

        const first = await commit(admin, id, key);

        expect(first.statusCode).toBe(200);
        const { jobId } = first.json();
        expect(first.json()).toMatchObject({
          changeId: null,
          plan: { state: 'committing', jobId },
        });
        const committed = await settledPlan(admin, id);
        expect(committed).toMatchObject({ state: 'committed', jobId });
        expect((await admin.get(`/jobs/${jobId}`)).json()).toMatchObject({
          ...{ kind: 'undo:commit', state: 'done', planId: id, changeId: committed.changeId },
          ...{ phase: 'done', done: rows, total: rows, failure: null },
        });
        expect((await admin.get(`/changes/${changeId}`)).json()).toMatchObject({
          undoneByChangeId: committed.changeId,
        });
        expect((await admin.get(`/changes/${committed.changeId}`)).json()).toMatchObject({
          ...{ action: 'changes:undo', accountName: admin.account.username, entryCount: rows },
        });
        expect(await living(db)).toEqual([]);
        expect((await commit(admin, id, key)).json()).toMatchObject({ changeId: null, jobId });
        const again = await commit(admin, id);
        expect([again.statusCode, again.json().code]).toEqual([409, 'plan_committed']);
      },
    );

    large(
      'leaves its plan ready where the rows moved or the job is stopped',
      async ({ api, db, given, owner }) => {
        const [tokyo] = await given.servers('tokyo');
        await addMany(given, tokyo.id);
        const changeId = await lastChange(db);
        const admin = await api.as('admin');
        const { id } = await plan(admin, changeId);

        const stopped = await owner.transaction().execute(async (trx) => {
          // The job waits for this row, so that it is stopped in the middle.
          await sql`select from users where server_id = ${tokyo.id} order by id limit 1 for update`.execute(
            trx,
          );
          const { jobId } = (await commit(admin, id)).json();
          await expect.poll(() => isHeld(db), { timeout: 10_000 }).toBe(true);
          const answer = (await admin.delete(`/jobs/${jobId}`)).json();
          expect(await isHeld(db)).toBe(true); // The answer did not wait for what it stopped.
          return answer;
        });

        expect(stopped).toMatchObject({ state: 'stopped', failure: { code: 'stopped' } });
        expect((await settledPlan(admin, id)).state).toBe('ready');
        expect((await living(db)).length).toBe(rows);

        const anna = await db.selectFrom('users').select('id').limit(1).executeTakeFirstOrThrow();
        await change(db, (trx) => edit(trx, anna.id, { remark: 'paid' }));
        const { jobId } = (await commit(admin, id)).json();
        expect((await settledPlan(admin, id)).state).toBe('ready');
        expect((await admin.get(`/jobs/${jobId}`)).json()).toMatchObject({
          state: 'failed',
          failure: { code: 'plan_moved' },
        });
        expect((await living(db)).length).toBe(rows);
      },
    );

    large(
      'is refused in the request itself to whoever lost the rights',
      async ({ api, app, db, given }) => {
        const [tokyo] = await given.servers('tokyo');
        await addMany(given, tokyo.id);
        const changeId = await lastChange(db);
        const manager = await api.as('server_admin', [manage(tokyo.id)]);
        const { id } = await plan(manager, changeId);
        await inChange(db, system, 'grants:update', null, (trx) =>
          trx
            .updateTable('grants')
            .set({ actions: ['changes:list', 'changes:undo'] })
            .execute(),
        );
        app.sessions.forgetAll();

        expect((await commit(manager, id)).statusCode).toBe(403);

        expect((await manager.get('/jobs')).json().items).toEqual([]);
        expect((await manager.get(`/plans/${id}`)).json().state).toBe('ready');
      },
    );
  });

  test('is its maker’s alone, for an hour', async ({ api, db, given }) => {
    const [tokyo] = await given.servers('tokyo');
    const [anna] = await given.users(tokyo.id, 'anna');
    const changeId = await change(db, (trx) => edit(trx, anna?.id ?? 0, { remark: 'paid' }));
    const admin = await api.as('admin');
    const other = await api.as('admin');
    const { id } = await plan(admin, changeId);

    expect((await other.get(`/plans/${id}`)).statusCode).toBe(404);
    expect((await other.get(`/plans/${id}/entries`)).statusCode).toBe(404);
    expect((await commit(other, id)).statusCode).toBe(404);

    await db.updateTable('plans').set({ expiresAt: sql`now()` }).execute();
    const late = await commit(admin, id);
    expect(late.json()).toMatchObject({ code: 'plan_expired' });
    expect(late.statusCode).toBe(410);
    expect(await living(db)).toEqual([{ accountName: 'anna', remark: 'paid' }]);
  });
});

describe('an undo', () => {
  test('can set back every column that is recorded', async ({ db }) => {
    for (const [table, columns] of Object.entries(reversible)) {
      const { rows } = await sql<{ name: string }>`
        select column_name as name from information_schema.columns
        where table_schema = 'public' and table_name = ${table}
          and column_name not in ('id', 'version', 'created_at', 'updated_at')`.execute(db);

      expect(columns.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
    }
  });

  test('of the last n changes gives the rows from before them', { timeout: 60_000 }, async ({
    api,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const rows = async () => {
      const { rows } = await sql`
        select id, server_id, account_name, name_key, search_key, service_id, contact,
          expires_on::text, total_devices, data_limit_gb, remark, enabled, position,
          deleted_at is null as living
        from users order by id`.execute(db);
      return rows;
    };
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add'), names: fc.uniqueArray(name, { maxLength: 3 }) }),
      fc.record({ kind: fc.constant('edit'), which: fc.nat(), fields }),
      fc.record({ kind: fc.constant('rename'), which: fc.nat(), to: name }),
      fc.record({ kind: fc.constant('bin'), which: fc.nat() }),
      fc.record({ kind: fc.constant('extend all'), on: fc.constantFrom('2031-02-28', 'infinity') }),
    );

    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        async (steps, n) => {
          const made: { changeId: number; before: Awaited<ReturnType<typeof rows>> }[] = [];
          for (const one of steps) {
            const before = await rows();
            const changeId = await change(db, (trx) => make(trx, tokyo.id, one)).catch(() => 0);
            if (changeId > 0) made.push({ changeId, before });
          }
          const undone = made.slice(-1 - (n % steps.length));
          if (undone.length === 0) return;

          for (const { changeId } of undone.toReversed()) {
            const { id, counts } = await plan(admin, changeId);
            expect(counts).toMatchObject({ refused: 0 });
            if (counts.added + counts.changed + counts.removed > 0)
              expect((await commit(admin, id)).statusCode).toBe(200);
          }

          // What was added since is in the bin now.
          const before = undone[0]?.before ?? [];
          const after = await rows();
          expect(after.slice(0, before.length)).toEqual(before);
          expect(after.slice(before.length).every((row) => hasLeft(row))).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });
});

const name = fc.constantFrom('anna', 'Ben', 'ÇAN', '=x', 'ǅ');
const fields = fc.record(
  {
    contact: fc.constantFrom(null, '@Sam', 'İ'),
    expiresOn: fc.constantFrom('infinity', '2030-01-31'),
    totalDevices: fc.constantFrom(null, 0, 3),
    dataLimitGb: fc.constantFrom(null, 0.5, 100),
    remark: fc.constantFrom(null, 'paid', 'ß'),
    enabled: fc.boolean(),
  },
  { requiredKeys: [] },
);

type Step =
  | { kind: string; names: string[] }
  | { kind: string; which: number; fields: object }
  | { kind: string; which: number; to: string }
  | { kind: string; which: number }
  | { kind: string; on: string };

async function make(trx: Trx, serverId: number, step: Step): Promise<void> {
  const users = await trx
    .selectFrom('users')
    .select(['id', 'accountName', 'contact', 'remark'])
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .execute();
  if ('names' in step) {
    await addUsers(
      trx,
      step.names.map((accountName) => ({
        ...{ serverId, accountName, serviceId: null, contact: null, expiresOn: null },
        ...{ totalDevices: null, dataLimitGb: null, remark: null, enabled: true },
      })),
    );
    return;
  }
  if ('on' in step) {
    await sql`update users set expires_on = ${step.on}::date, version = version + 1
      where deleted_at is null`.execute(trx);
    return;
  }
  const user = users[step.which % Math.max(users.length, 1)];
  if (!user) return;
  if (!('fields' in step) && !('to' in step)) {
    await bin(trx, user.id);
    return;
  }
  const next = { ...user, ...('to' in step ? { accountName: step.to } : step.fields) };
  await trx
    .updateTable('users')
    .set((eb) => ({ ...next, id: undefined, ...keysOf(next), version: eb('version', '+', 1) }))
    .where('id', '=', user.id)
    .execute();
}

const hasLeft = (row: unknown) =>
  typeof row === 'object' && row !== null && 'living' in row && !row.living;
