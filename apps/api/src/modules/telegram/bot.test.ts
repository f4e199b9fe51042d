import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { readConfig } from '#config.ts';
import { bearer, bot, turnOn, well as wellNow } from '#test/bot-client.ts';
import { client, keys, test } from '#test/fixtures.ts';

const well = { ...wellNow(), lastSuccess: '2026-03-04T05:06:07.000Z' };
const token = '12345:a-token-of-nobody';
const ofEnvironment = readConfig({ TELEGRAM_BOT_TOKEN: '1:other' }).settings;

describe('the bot’s door', () => {
  test('opens to its token alone, and to nothing that a proxy passed on', async ({ app, api }) => {
    const admin = await api.as('admin');
    const asked = { holder: randomUUID() };
    const url = '/internal/bot/lease';

    const answers = {
      nobody: await api.post(url, asked),
      admin: await admin.post(url, asked),
      wrong: await api.post(url, asked, { authorization: `Bearer ${keys.botToken}x` }),
      empty: await api.post(url, asked, { authorization: 'Bearer ' }),
      basic: await api.post(url, asked, { authorization: `Basic ${keys.botToken}` }),
      forwarded: await api.post(url, asked, { ...bearer, 'x-forwarded-for': '192.0.2.1' }),
      bot: await bot(app).post('lease', asked),
    };

    const told = Object.entries(answers).map(([who, { statusCode }]) => [who, statusCode]);
    expect(Object.fromEntries(told)).toEqual({
      ...{ nobody: 401, admin: 401, wrong: 401, empty: 401, basic: 401 },
      ...{ forwarded: 404, bot: 200 },
    });
  });

  test('does not choke the bot: no limit on requests counts it', async ({ startInstance }) => {
    const app = await startInstance({
      limits: { nobodyPer15Minutes: 1, sessionPerMinute: 1, authPerMinute: 1, loginPerMinute: 1 },
    });

    const answers = [];
    for (let asked = 0; asked < 20; asked += 1) answers.push(await bot(app).get('config'));

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200));
  });
});

describe('the lease', () => {
  test('of two bots makes one the holder, until it is silent for half a minute', async ({
    app,
    owner,
  }) => {
    const [one, other] = [randomUUID(), randomUUID()];
    const ask = (holder: string) => bot(app).post('lease', { holder });

    const both = await Promise.all([ask(one), ask(other)]);
    const held = both.map((answer) => answer.json<{ isHeld: boolean }>().isHeld);
    const [first, second] = held[0] ? [one, other] : [other, one];
    const again = await ask(first);
    await sql`update bot_state set held_until = now() - interval '1 ms'`.execute(owner);
    const later = await ask(second);
    const tooLate = await ask(first);

    expect(held.toSorted()).toEqual([false, true]);
    expect(again.json()).toMatchObject({ isHeld: true });
    expect(Date.parse(again.json().until)).toBeGreaterThan(Date.now() + 25_000);
    expect(later.json()).toMatchObject({ isHeld: true });
    expect(tooLate.json()).toMatchObject({ isHeld: false, until: later.json().until });
  });
});

describe('the configuration', () => {
  test('is what the settings say at this moment', async ({ app, db }) => {
    const before = await bot(app).get('config');
    await turnOn(db);

    const after = await bot(app).get('config');

    expect(before.json()).toMatchObject({ token: null });
    expect(after.json()).toEqual({
      token,
      apiRoot: 'https://api.telegram.org',
      siteName: 'Portal',
      timeZone: 'UTC',
      language: 'en',
    });
  });

  test('takes token and root of the environment, whose token turns Telegram on', async ({
    db,
    startInstance,
  }) => {
    const app = await startInstance({
      settings: ofEnvironment,
      telegramApiRoot: 'http://127.0.0.1:8081',
    });
    const unsaved = await bot(app).get('config');
    await turnOn(db, { enabled: false });

    const switchedOff = await bot(app).get('config');

    for (const answer of [unsaved, switchedOff])
      expect(answer.json()).toMatchObject({ token: '1:other', apiRoot: 'http://127.0.0.1:8081' });
  });
});

describe('how the bot fares', () => {
  test('is told by its holder alone, and shown to this machine', async ({ app, db }) => {
    await turnOn(db);
    const holder = randomUUID();
    const unheld = await bot(app).post('status', { holder, ...well });
    await bot(app).post('lease', { holder });

    const told = await bot(app).post('status', { holder, ...well });
    const shown = await client(app).get('/internal/bot/status');
    const outside = client(app, {}, { remoteAddress: '192.0.2.1' });
    const forwarded = await client(app).get('/internal/bot/status', { via: '1.1 proxy' });

    expect(unheld.json()).toMatchObject({ code: 'bot_held' });
    expect(told.statusCode).toBe(204);
    expect(shown.json()).toEqual({
      ok: true,
      status: {
        lastSuccess: '2026-03-04T05:06:07Z',
        lastError: null,
        code: null,
        updatedAt: expect.stringMatching(/Z$/),
      },
    });
    expect((await outside.get('/internal/bot/status')).statusCode).toBe(401);
    expect((await outside.get('/internal/bot/status', bearer)).statusCode).toBe(200);
    expect(forwarded.statusCode).toBe(404);
  });

  test('is a metric, where Telegram is on', async ({ app, db }) => {
    const metrics = async () => {
      const { body } = await client(app).get('/metrics');
      return Object.fromEntries(
        Array.from(body.matchAll(/^cmp_bot_(\w+) (\S+)$/gm), ([, name, value]) => [
          name,
          Number(value),
        ]),
      );
    };
    const off = await metrics();
    await turnOn(db);
    const silent = await metrics();
    const holder = randomUUID();
    await bot(app).post('lease', { holder });
    await bot(app).post('status', { holder, ...well });

    const on = await metrics();

    expect(off).toEqual({ updates_total: 0, messages_total: 0, errors_total: 0 });
    expect(silent).toMatchObject({ up: 0 });
    expect(on).toEqual({
      ...{ up: 1, updates_total: 3, messages_total: 4, errors_total: 0, latency_seconds: 0.12 },
      silent_seconds: expect.any(Number),
    });
  });

  test('is missed where the environment alone turns Telegram on', async ({ startInstance }) => {
    const app = await startInstance({ settings: ofEnvironment });

    const status = await bot(app).get('status');
    const { body } = await client(app).get('/metrics');

    expect(status.json()).toMatchObject({ ok: false });
    expect(body).toContain('\ncmp_bot_up 0\n');
  });

  test('is not well where a code stands, or it is silent while Telegram is on', async ({
    app,
    db,
    owner,
  }) => {
    const holder = randomUUID();
    const isWell = async () => (await bot(app).get('status')).json<{ ok: boolean }>().ok;

    const off = await isWell();
    await turnOn(db);
    const neverSeen = await isWell();
    await bot(app).post('lease', { holder });
    await bot(app).post('status', { holder, ...well });
    const seen = await isWell();
    await sql`update bot_state set updated_at = now() - interval '121 seconds'`.execute(owner);
    const silent = await isWell();
    await bot(app).post('status', { holder, ...well, code: 'conflict', lastError: '409' });
    const conflict = await isWell();

    expect({ off, neverSeen, seen, silent, conflict }).toEqual({
      ...{ off: true, neverSeen: false, seen: true, silent: false, conflict: false },
    });
  });
});
