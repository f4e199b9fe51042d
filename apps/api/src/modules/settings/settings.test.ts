import { setTimeout as wait } from 'node:timers/promises';
import { MASK } from '@cmp/shared/settings/sections';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import { inChange } from '#modules/changes/changes.service.ts';
import { client, keys, listEntries, system, test } from '#test/fixtures.ts';
import { changeSection, readSecret, readSection } from './settings.service.ts';

const defaults = {
  siteName: 'Portal',
  timeZone: 'UTC',
  language: 'en',
  weekStart: 'monday',
  dateOrder: 'DMY',
  soonWindowHours: 24,
  binRetentionDays: 30,
  theme: 'system',
  idleLimitMinutes: null,
  currency: 'USD',
};

describe('/settings/general', () => {
  test('has its defaults before anything was saved', async ({ api }) => {
    const admin = await api.as('admin');

    const response = await admin.get('/settings/general');

    expect(response.json()).toEqual({
      section: 'general',
      version: 1,
      values: defaults,
      secrets: {},
      environment: {},
    });
  });

  test('keeps what a change does not name, and records before and after', async ({ api, db }) => {
    const admin = await api.as('admin');
    await admin.patch('/settings/general', { version: 1, values: { siteName: 'North' } });

    const response = await admin.patch('/settings/general', {
      version: 2,
      values: { timeZone: 'Asia/Yangon', soonWindowHours: 72 },
    });

    const values = { ...defaults, siteName: 'North', timeZone: 'Asia/Yangon', soonWindowHours: 72 };
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ version: 3, values });
    expect((await admin.get('/settings/general')).json()).toEqual(response.json());
    const entry = (await listEntries(db)).at(-1);
    expect(entry).toMatchObject({ action: 'settings:update', accountName: admin.account.username });
    expect(entry?.before).toMatchObject({ fields: { timeZone: 'UTC' }, version: 2 });
    expect(entry?.after).toMatchObject({ fields: { timeZone: 'Asia/Yangon' }, version: 3 });
  });

  test('refuses a stale version with the section as it is now', async ({ api }) => {
    const admin = await api.as('admin');
    await admin.patch('/settings/general', { version: 1, values: { siteName: 'North' } });

    const response = await admin.patch('/settings/general', {
      version: 1,
      values: { siteName: 'South' },
    });

    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({
      code: 'stale_version',
      details: { current: { version: 2, values: { siteName: 'North' } } },
    });
  });

  test('lets one of ten who save at once save, also where there is no row yet', async ({
    api,
    db,
  }) => {
    const admin = await api.as('admin');

    const responses = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        admin.patch('/settings/general', { version: 1, values: { siteName: `Site ${i}` } }),
      ),
    );

    const statuses = responses.map(({ statusCode }) => statusCode).toSorted();
    expect(statuses).toEqual([200, ...Array(9).fill(409)]);
    expect(await db.selectFrom('settings').select('version').execute()).toEqual([{ version: 2 }]);
  });

  test('refuses what it does not know or cannot be, and names it', async ({ api, db }) => {
    const admin = await api.as('admin');
    const patch = (values: object) => admin.patch('/settings/general', { version: 1, values });

    const refusals = [
      ['colour', 400, await patch({ colour: 'red' })],
      ['siteName', 400, await patch({ siteName: '' })],
      ['siteName', 400, await patch({ siteName: 'x'.repeat(61) })],
      ['siteName', 400, await patch({ siteName: 'a\0b' })],
      ['siteName', 400, await patch({ siteName: null })],
      ['soonWindowHours', 400, await patch({ soonWindowHours: 25 })],
      ['soonWindowHours', 400, await patch({ soonWindowHours: '24' })],
      ['binRetentionDays', 400, await patch({ binRetentionDays: 0 })],
      ['binRetentionDays', 400, await patch({ binRetentionDays: 1.5 })],
      ['timeZone', 422, await patch({ timeZone: 'Asia/Atlantis' })],
      ['timeZone', 422, await patch({ timeZone: '+05:30' })],
      ['timeZone', 400, await patch({ timeZone: ['UTC'] })],
      ['toString', 400, await patch({ toString: 'x' })],
    ] as const;

    for (const [field, status, response] of refusals) {
      expect({ field, status: response.statusCode }).toEqual({ field, status });
      expect(response.json().message).toContain(field);
    }
    expect(await db.selectFrom('settings').select('id').execute()).toEqual([]);
  });

  test('knows no other section', async ({ api }) => {
    const admin = await api.as('admin');

    for (const section of ['unknown', '__proto__', 'constructor', 'General']) {
      expect((await admin.get(`/settings/${section}`)).statusCode).toBe(400);
      expect(
        (await admin.patch(`/settings/${section}`, { version: 1, values: {} })).statusCode,
      ).toBe(400);
    }
  });

  test('is an admin’s alone', async ({ api }) => {
    for (const who of [await api.as('server_admin'), await api.as('viewer')]) {
      expect((await who.get('/settings/general')).statusCode).toBe(403);
      expect((await who.patch('/settings/general', { version: 1, values: {} })).statusCode).toBe(
        403,
      );
    }
  });

  test('holds on every instance at once', async ({ api, startInstance }) => {
    const admin = await api.as('admin');
    const elsewhere = client(await startInstance(), admin.cookies);
    const before = await elsewhere.get('/site');

    await admin.patch('/settings/general', { version: 1, values: { siteName: 'North' } });

    expect(before.json()).toMatchObject({ name: 'Portal' });
    expect((await elsewhere.get('/site')).json()).toMatchObject({ name: 'North' });
    expect((await elsewhere.get('/settings/general')).json()).toMatchObject({
      values: { siteName: 'North' },
    });
  });

  test('decides what “soon” means on every instance within a second', async ({
    api,
    given,
    startInstance,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const elsewhere = client(await startInstance(), admin.cookies);
    const inFiveDays = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    await admin.post(`/servers/${tokyo.id}/users`, { accountName: 'aung', expiresOn: inFiveDays });
    const statuses = async () =>
      (await elsewhere.get(`/servers/${tokyo.id}/users`))
        .json()
        .items.map((user: { status: string }) => user.status);
    const before = await statuses();

    await admin.patch('/settings/general', { version: 1, values: { soonWindowHours: 168 } });
    await wait(1_050);

    expect(before).toEqual(['active']);
    expect(await statuses()).toEqual(['soon']);
  });

  test('can be saved though a later release left a field this one does not know', async ({
    api,
    db,
  }) => {
    const admin = await api.as('admin');
    await admin.patch('/settings/general', { version: 1, values: { siteName: 'North' } });
    await inChange(db, system, 'settings:update', null, (trx) =>
      sql`update settings set fields = fields || '{"fromTheFuture": true}'`.execute(trx),
    );

    const response = await admin.patch('/settings/general', {
      version: 2,
      values: { weekStart: 'sunday' },
    });

    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ values: { siteName: 'North', weekStart: 'sunday' } });
  });
});

describe('the secrets of a section', () => {
  const contract = {
    values: z.object({ host: z.string().default('') }),
    secrets: ['token', 'other'],
    targets: [],
  };
  const secret = 'hunter2-hunter2-hunter2-9876';

  test('are read as whether they are set, and kept under the key', async ({ db }) => {
    const saved = await changeSection(db, system, keys.settings, 'probe', contract, {
      version: 1,
      values: { host: 'mail.example.net', token: secret },
    });
    const read = await readSection(db, 'probe', contract);

    expect(saved).toEqual({
      section: 'probe',
      version: 2,
      values: { host: 'mail.example.net' },
      secrets: { token: { set: true, lastFour: '9876' }, other: { set: false, lastFour: null } },
      environment: {},
    });
    expect(read).toEqual(saved);
    expect(await readSecret(db, keys.settings, 'probe', 'token')).toBe(secret);
    expect(await readSecret(db, keys.settings, 'probe', 'other')).toBeUndefined();
  });

  test('stand in clear nowhere: not in the table, not in the log', async ({ db }) => {
    const save = (version: number, token: string | null) =>
      changeSection(db, system, keys.settings, 'probe', contract, { version, values: { token } });
    await save(1, secret);
    await save(2, `${secret}-next`);
    await save(3, null);
    await save(4, secret);

    const { rows } = await sql<{ stored: string; log: string }>`
      select (select string_agg(s::text, '') from settings s) as stored,
        (select string_agg(e::text, '') from entries e) as log`.execute(db);
    const [{ stored, log } = { stored: '', log: '' }] = rows;

    expect(stored).toContain('probe');
    expect(log).toContain('probe');
    for (const text of [stored, log])
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64').slice(0, 30),
        Buffer.from(secret).toString('hex'),
      ])
        expect(text).not.toContain(form);
    const sealed = await db.selectFrom('settings').select('secrets').execute();
    expect(log).not.toContain(JSON.parse(JSON.stringify(sealed))[0].secrets.token.slice(0, 24));
  });

  test('stay where their mask comes back, and go where null does', async ({ db }) => {
    const save = (version: number, values: object) =>
      changeSection(db, system, keys.settings, 'probe', contract, {
        version,
        values: { ...values },
      });
    await save(1, { token: secret });

    const masked = await save(2, { host: 'a', token: MASK });
    const afterMask = await readSecret(db, keys.settings, 'probe', 'token');
    const cleared = await save(3, { token: null });

    expect(masked).toMatchObject({
      values: { host: 'a' },
      secrets: { token: { set: true, lastFour: '9876' } },
    });
    expect(afterMask).toBe(secret);
    expect(cleared).toMatchObject({
      values: { host: 'a' },
      secrets: { token: { set: false, lastFour: null } },
    });
    expect(await readSecret(db, keys.settings, 'probe', 'token')).toBeUndefined();
  });

  test('show nothing of a short one', async ({ db }) => {
    const saved = await changeSection(db, system, keys.settings, 'probe', contract, {
      version: 1,
      values: { token: '123456789012345' },
    });

    expect(saved.secrets).toMatchObject({ token: { set: true, lastFour: null } });
  });

  test.for([[42], [['a']], [{ a: 1 }], [true], ['x'.repeat(4097)]])(
    'are texts: %j is refused, and not repeated',
    async ([value], { db }) => {
      const change = changeSection(db, system, keys.settings, 'probe', contract, {
        version: 1,
        values: { token: value },
      });

      await expect(change).rejects.toMatchObject({ code: 'invalid_request' });
      await expect(change).rejects.not.toThrow(String(value).slice(0, 100).repeat(2));
      expect(await db.selectFrom('settings').select('id').execute()).toEqual([]);
    },
  );

  test('open under no other key, and in no other place', async ({ db }) => {
    await changeSection(db, system, keys.settings, 'probe', contract, {
      version: 1,
      values: { token: secret },
    });
    const read = (name: string, key = keys.settings) => readSecret(db, key, 'probe', name);

    await expect(read('token', Buffer.alloc(32, 9))).rejects.toThrow();
    await inChange(db, system, 'settings:update', null, (trx) =>
      sql`update settings set secrets = jsonb_build_object('other', secrets -> 'token')`.execute(
        trx,
      ),
    );
    await expect(read('other')).rejects.toThrow();
  });
});
