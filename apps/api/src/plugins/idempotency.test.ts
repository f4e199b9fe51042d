import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { client, listEntries, test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

const gold = { name: 'Gold', devices: 3, dataLimitGb: 500 };
const eve = { username: 'eve', displayName: 'Eve', role: 'viewer' };
const named = (key: string) => ({ 'idempotency-key': key });

describe('a command with an Idempotency-Key', () => {
  test('has one effect and one answer, also on another instance', async ({
    api,
    startInstance,
    db,
  }) => {
    const admin = await api.as('admin');
    const elsewhere = client(await startInstance(), admin.cookies);

    const first = await admin.post('/services', gold, named('a'));
    const second = await admin.post('/services', gold, named('a'));
    const third = await elsewhere.post('/services', gold, named('a'));

    expect(first.statusCode).toBe(201);
    for (const repeat of [second, third]) {
      expect(repeat.statusCode).toBe(201);
      expect(repeat.payload).toBe(first.payload);
      expect(repeat.headers['x-change-id']).toBe(first.headers['x-change-id']);
    }
    expect(await effects(db)).toBe(1);
  });

  test('is a command of its own without one, or with another', async ({ api, db }) => {
    const admin = await api.as('admin');

    const statuses = [
      (await admin.post('/services', gold, named('a'))).statusCode,
      (await admin.post('/services', { ...gold, name: 'Silver' })).statusCode,
      (await admin.post('/services', { ...gold, name: 'Bronze' }, named('b'))).statusCode,
      (await admin.post('/services', gold, named('c'))).statusCode,
    ];

    expect(statuses).toEqual([201, 201, 201, 422]);
    expect(await effects(db)).toBe(3);
  });

  test('refuses its key for another request', async ({ api, db, given }) => {
    const admin = await api.as('admin');
    await given.servers('tokyo');
    await admin.post('/services', gold, named('a'));

    const others = [
      await admin.post('/services', { ...gold, devices: 4 }, named('a')),
      await admin.post('/servers', { name: 'osaka' }, named('a')),
      await admin.post('/accounts', eve, named('a')),
    ];

    for (const response of others) {
      expect(response.statusCode).toBe(422);
      expect(response.json()).toMatchObject({ code: 'idempotency_key_reused' });
    }
    expect(await effects(db)).toBe(1);
    expect(await db.selectFrom('accounts').select('id').execute()).toHaveLength(1);
  });

  test('is nobody else’s', async ({ api, db }) => {
    const [one, other] = [await api.as('admin'), await api.as('admin')];
    await one.post('/services', gold, named('a'));

    const response = await other.post('/services', { ...gold, name: 'Silver' }, named('a'));

    expect(response.statusCode).toBe(201);
    expect(await effects(db)).toBe(2);
  });

  test('has one effect where ten come at once on two instances', async ({
    app,
    api,
    startInstance,
    db,
  }) => {
    const admin = await api.as('admin');
    const apps = [app, await startInstance()];

    const responses = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        client(apps[i % 2] ?? app, admin.cookies).post('/services', gold, named('a')),
      ),
    );

    const created = responses.filter(({ statusCode }) => statusCode === 201);
    const running = responses.filter(({ statusCode }) => statusCode === 409);
    expect(created.length).toBeGreaterThanOrEqual(1);
    expect(new Set(created.map(({ payload }) => payload)).size).toBe(1);
    expect(created.length + running.length).toBe(10);
    for (const response of running)
      expect(response.json()).toMatchObject({ code: 'request_running' });
    expect(await effects(db)).toBe(1);
  });

  test('does not keep an answer that held a secret, and does not act twice', async ({
    api,
    db,
  }) => {
    const admin = await api.as('admin');

    const first = await admin.post('/accounts', eve, named('a'));
    const second = await admin.post('/accounts', eve, named('a'));
    const { id } = first.json().account;
    const reset = await admin.post(`/accounts/${id}/reset-password`, { version: 1 }, named('b'));
    const again = await admin.post(`/accounts/${id}/reset-password`, { version: 1 }, named('b'));

    for (const response of [second, again]) {
      expect(response.statusCode).toBe(409);
      expect(response.json()).toMatchObject({ code: 'answer_not_kept' });
    }
    expect(reset.statusCode).toBe(200);
    expect((await admin.get(`/accounts/${id}`)).json()).toMatchObject({ version: 2 });
    const { rows } = await sql<{ kept: string }>`
      select string_agg(k::text, '') as kept from idempotency_keys k`.execute(db);
    expect(rows[0]?.kept).not.toContain(first.json().oneTimePassword);
  });

  test('changes a password once, although the one it names is the old one by then', async ({
    api,
    app,
    given,
    db,
  }) => {
    const { id } = await given.account({ username: 'sam' });
    const sam = client(app, await given.session(app, id));
    const newPassword = 'tide harbour lantern 42';
    const body = { currentPassword: password, newPassword };
    const wrong = { ...body, currentPassword: newPassword };
    const refused = await sam.post('/auth/password', { ...body, currentPassword: 'x' }, named('a'));

    const first = await sam.post('/auth/password', body, named('a'));
    const signedIn = await given.session(app, id);
    const repeat = await sam.post('/auth/password', body, named('a'));
    const another = await sam.post('/auth/password', wrong, named('a'));
    const unnamed = await sam.post('/auth/password', body);

    expect(refused.statusCode).toBe(403);
    expect(first.statusCode).toBe(200);
    expect(repeat.statusCode, repeat.payload).toBe(200);
    expect(repeat.payload).toBe(first.payload);
    expect(repeat.headers['x-change-id']).toBe(first.headers['x-change-id']);
    expect([another.statusCode, another.json().code]).toEqual([422, 'idempotency_key_reused']);
    expect([unnamed.statusCode, unnamed.json().code]).toEqual([403, 'password_wrong']);
    // A second effect would have ended the session that began in between.
    expect((await client(app, signedIn).get('/auth/session')).statusCode).toBe(200);
    const changes = db.selectFrom('changes').select('id').where('action', '=', 'profile:password');
    expect(await changes.execute()).toHaveLength(1);
    expect(
      (await api.post('/auth/login', { username: 'sam', password: newPassword })).statusCode,
    ).toBe(200);
  });

  test('leaves nothing behind where it failed', async ({ api, db }) => {
    const admin = await api.as('admin');
    await admin.post('/services', gold);

    const failed = await admin.post('/services', gold, named('a'));
    const mended = await admin.post('/services', { ...gold, name: 'Silver' }, named('a'));

    expect(failed.json()).toMatchObject({ code: 'name_taken' });
    expect(mended.statusCode).toBe(201);
    expect(await effects(db)).toBe(2);
  });

  test('leaves nothing behind where the database went away in its midst', async ({
    api,
    outage,
    db,
  }) => {
    const admin = await api.as('admin');
    await admin.get('/auth/session');

    await outage.begin();
    const cut = await admin.post('/services', gold, named('a'));
    await outage.end();
    const retried = await admin.post('/services', gold, named('a'));

    expect(cut.statusCode).toBe(503);
    expect(retried.statusCode).toBe(201);
    expect(await effects(db)).toBe(1);
  });

  test('is refused with a key that is none', async ({ api, db }) => {
    const admin = await api.as('admin');

    for (const key of ['', 'x'.repeat(129), 'with space', 'é'])
      expect((await admin.post('/services', gold, named(key))).statusCode).toBe(400);
    expect(await effects(db)).toBe(0);
  });

  test('is kept so that nobody can guess its fields by the record', async ({ api, db }) => {
    const admin = await api.as('admin');
    await admin.post('/services', gold, named('a'));

    const { rows } = await sql<{
      fingerprint: Buffer;
    }>`select fingerprint from idempotency_keys`.execute(db);

    const asked = JSON.stringify([admin.account.id, 'POST', '/api/services', {}, {}, gold]);
    const guess = createHash('sha256').update(asked).digest('hex');
    expect(rows).toHaveLength(1);
    expect(rows[0]?.fingerprint.toString('hex')).not.toBe(guess);
  });
});

async function effects(db: Db): Promise<number> {
  const entries = await listEntries(db);
  return entries.filter(({ action }) => action === 'services:create').length;
}
