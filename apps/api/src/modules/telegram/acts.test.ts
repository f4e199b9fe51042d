import type { LinkCode } from '@cmp/shared/bot';
import { actionsOfLevel, type Grant, type Role } from '@cmp/shared/permissions';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { inChange } from '#modules/changes/changes.service.ts';
import { bot, somebody, turnOn } from '#test/bot-client.ts';
import { test as base, listEntries, system } from '#test/fixtures.ts';

interface Panel {
  post: (url: string) => Promise<LightMyRequestResponse>;
}

/** Links a chat the way a person does: a code of the panel, sent to the bot. */
async function link(app: FastifyInstance, panel: Panel, from: Partial<typeof somebody> = {}) {
  const { code } = (await panel.post('/telegram/link-code')).json<LinkCode>();
  return bot(app).act({ kind: 'link', code }, from);
}

const manages = (serverId: number): Grant => ({
  serverId,
  level: 'manage',
  actions: [...actionsOfLevel.manage],
});

/** A server admin of one server, with a linked chat. */
const test = base.extend('linked', async ({ app, api, given, db }) => {
  await turnOn(db);
  const [home, away] = await given.servers('home', 'away');
  const [anna] = await given.users(home.id, { accountName: 'anna', expiresOn: '2999-01-31' });
  const [other] = await given.users(away.id, { accountName: 'other', expiresOn: '2999-01-31' });
  const panel = await api.as('server_admin', [manages(home.id)]);
  await link(app, panel);
  return { home, away, panel, anna: anna?.id ?? 0, other: other?.id ?? 0 };
});

const failure = (answer: LightMyRequestResponse) =>
  `${answer.statusCode} ${answer.json<{ code?: string }>().code}`;

describe('the linking of a chat', () => {
  test('takes one code, once, and the person with it', async ({ app, api, db }) => {
    await turnOn(db);
    const panel = await api.as('viewer');
    const made = await panel.post('/telegram/link-code');
    const { code, url, expiresAt } = made.json<LinkCode>();
    const before = await bot(app).act({ kind: 'home' });

    const linked = await bot(app).act({ kind: 'link', code: code.toLowerCase() });
    const again = await bot(app).act({ kind: 'link', code }, { telegramUserId: '5550002' });
    const after = await bot(app).act({ kind: 'home' });
    const bystander = await bot(app).act({ kind: 'home' }, { telegramUserId: '5550002' });
    const elsewhere = await bot(app).act({ kind: 'home' }, { chatId: '-100200300' });

    expect(failure(before)).toBe('403 telegram_unlinked');
    expect(url).toBeNull();
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(600_000);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(590_000);
    expect(linked.json()).toMatchObject({ kind: 'link', username: panel.account.username });
    expect(failure(again)).toBe('422 link_code_wrong');
    expect(after.json()).toMatchObject({ kind: 'home', account: { role: 'viewer' } });
    expect(failure(bystander)).toBe('403 telegram_unlinked');
    expect(failure(elsewhere)).toBe('403 telegram_unlinked');
    const [entry] = (await listEntries(db)).filter(
      ({ tableName }) => tableName === 'telegram_chats',
    );
    expect(entry).toMatchObject({ action: 'telegram:link', accountName: panel.account.username });
    const kept = await db.selectFrom('telegramCodes').selectAll().execute();
    expect(kept).toEqual([]);
  });

  test('is told the account, where it hears of it whoever did it', async ({ app, api, db }) => {
    await turnOn(db);
    const panel = await api.as('viewer');
    const stranger = await api.as('viewer');

    await link(app, panel);

    const { items } = (await panel.get('/notifications')).json();
    expect(items).toMatchObject([
      {
        ...{ event: 'chat_linked', actorName: panel.account.username },
        facts: { chat: expect.stringMatching(/./) },
      },
    ]);
    expect((await stranger.get('/notifications')).json().items).toEqual([]);
  });

  test('is ended by an admin, whosever it is', async ({ app, api, db }) => {
    await turnOn(db);
    const [panel, admin] = [await api.as('viewer'), await api.as('admin')];
    await link(app, panel);
    const path = `/accounts/${panel.account.id}/chats`;
    const { items } = (await admin.get(path)).json();

    const ended = await admin.delete(`/chats/${items[0].id}`);

    expect(ended.statusCode).toBe(204);
    expect(failure(await bot(app).act({ kind: 'home' }))).toBe('403 telegram_unlinked');
    expect((await admin.get(path)).json()).toEqual({ items: [], total: 0 });
    const entry = (await listEntries(db)).at(-1);
    expect(entry).toMatchObject({
      ...{ action: 'telegram:unlink', tableName: 'telegram_chats', after: {} },
      accountName: admin.account.username,
    });
  });

  test('tells nothing of a wrong code, and lets nobody guess', async ({ app, api, db, owner }) => {
    await turnOn(db);
    const panel = await api.as('viewer');
    const first = (await panel.post('/telegram/link-code')).json<LinkCode>().code;
    const { code } = (await panel.post('/telegram/link-code')).json<LinkCode>();
    const from = { telegramUserId: '66', chatId: '66' };
    const guess = (text: string) => bot(app).act({ kind: 'link', code: text }, from);

    const guesses = [await guess(first), await guess('AAAAAAAAAAAA'), await guess('')];
    await sql`update telegram_codes set expires_at = now()`.execute(owner);
    guesses.push(await guess(code));
    const { code: fresh } = (await panel.post('/telegram/link-code')).json<LinkCode>();
    guesses.push(await guess('BBBBBBBBBBBB'));
    const sixth = await guess(fresh);
    const another = await bot(app).act({ kind: 'link', code: fresh });

    const told = guesses.map((answer) => ({ ...answer.json<object>(), requestId: '' }));
    expect(told).toEqual(Array(5).fill(told[0]));
    expect(told[0]).toMatchObject({ code: 'link_code_wrong' });
    expect(failure(sixth)).toBe('429 rate_limited');
    expect(another.statusCode).toBe(200);
    const stored = await db.selectFrom('telegramCodes').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(fresh);
  });

  test('is for no disabled account, and keeps one hash of the code alone', async ({
    app,
    api,
    db,
  }) => {
    await turnOn(db);
    const panel = await api.as('viewer');
    const { code } = (await panel.post('/telegram/link-code')).json<LinkCode>();
    const [kept] = await db.selectFrom('telegramCodes').select('hash').execute();
    await inChange(db, system, 'accounts:update', null, (trx) =>
      trx
        .updateTable('accounts')
        .set({ disabledAt: sql`now()` })
        .where('id', '=', panel.account.id)
        .execute(),
    );

    const linked = await bot(app).act({ kind: 'link', code });

    expect(failure(linked)).toBe('422 link_code_wrong');
    expect(kept?.hash).toHaveLength(32);
    expect(kept?.hash.toString('latin1')).not.toContain(code);
  });

  test('in a group is each person’s own', async ({ app, api, db }) => {
    await turnOn(db);
    const [one, other] = [await api.as('viewer'), await api.as('admin')];
    const group = { chatId: '-1001', name: 'Operators' };
    await link(app, one, { ...group, telegramUserId: '1' });
    await link(app, other, { ...group, telegramUserId: '2' });

    const answers = await Promise.all(
      ['1', '2', '3'].map((telegramUserId) =>
        bot(app).act({ kind: 'home' }, { ...group, telegramUserId }),
      ),
    );

    expect(answers[0]?.json()).toMatchObject({ account: { username: one.account.username } });
    expect(answers[1]?.json()).toMatchObject({ account: { username: other.account.username } });
    expect(answers[2]?.json()).toMatchObject({ code: 'telegram_unlinked' });
  });

  test('is nobody else’s to see, to alter or to end', async ({ app, api, linked, db }) => {
    const stranger = await api.as('admin');
    const { items, botUsername } = (await linked.panel.get('/telegram/chats')).json();
    const url = `/telegram/chats/${items[0].id}`;

    const refused = [
      await stranger.patch(url, { signInAlerts: false }),
      await stranger.delete(url),
    ];
    const quiet = await linked.panel.patch(url, { signInAlerts: false });
    const ended = await linked.panel.delete(url);
    const after = await bot(app).act({ kind: 'home' });

    expect(items).toEqual([
      {
        ...{ id: items[0].id, name: 'Somebody', signInAlerts: true, isBlocked: false },
        createdAt: expect.any(String),
      },
    ]);
    expect(botUsername).toBeNull();
    expect((await stranger.get('/telegram/chats')).json()).toMatchObject({ items: [] });
    expect(refused.map(({ statusCode }) => statusCode)).toEqual([404, 404]);
    expect(quiet.json()).toMatchObject({ signInAlerts: false });
    expect(ended.statusCode).toBe(204);
    expect(failure(after)).toBe('403 telegram_unlinked');
    const altered = (await listEntries(db)).filter(
      ({ tableName }) => tableName === 'telegram_chats',
    );
    expect(altered.map(({ accountName }) => accountName)).toEqual(
      Array(3).fill(linked.panel.account.username),
    );
  });
});

describe('whom a chat acts for', () => {
  test('is the account with its rights of this moment: withdrawn between preview and extension', async ({
    app,
    db,
    linked,
  }) => {
    const { anna, home, panel } = linked;
    const act = bot(app).act;
    const preview = await act({ kind: 'preview', userId: anna, months: 1 });
    const { user, until } = preview.json();
    await inChange(db, system, 'grants:update', null, (trx) =>
      trx
        .updateTable('grants')
        .set({ level: 'view', actions: [] })
        .where('accountId', '=', panel.account.id)
        .execute(),
    );

    const lessened = await act({ kind: 'extend', userId: anna, months: 1, version: user.version });
    const shown = await act({ kind: 'user', userId: anna });
    await inChange(db, system, 'grants:update', null, (trx) =>
      trx.deleteFrom('grants').where('accountId', '=', panel.account.id).execute(),
    );
    const gone = await act({ kind: 'extend', userId: anna, months: 1, version: user.version });

    expect({ canExtend: user.canExtend, until }).toEqual({ canExtend: true, until: '2999-02-28' });
    expect(failure(lessened)).toBe('403 forbidden');
    expect(shown.json()).toMatchObject({ user: { canExtend: false, expiresOn: '2999-01-31' } });
    expect(failure(gone)).toBe('404 not_found');
    expect(failure(await act({ kind: 'server', serverId: home.id }))).toBe('404 not_found');
  });

  test('sees and finds what the account does, and nothing else', async ({ app, linked }) => {
    const { home, away, anna, other } = linked;
    const { act } = bot(app);

    const answers = await Promise.all([
      act({ kind: 'home' }),
      act({ kind: 'find', text: 'o' }),
      act({ kind: 'servers' }),
      act({ kind: 'server', serverId: home.id }),
      act({ kind: 'status' }),
      act({ kind: 'report' }),
    ]);
    const refused = await Promise.all([
      act({ kind: 'user', userId: other }),
      act({ kind: 'server', serverId: away.id }),
      act({ kind: 'preview', userId: other, months: 1 }),
      act({ kind: 'extend', userId: other, months: 1, version: 1 }),
    ]);

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array(6).fill(200));
    expect(answers.map(({ body }) => body).join()).not.toContain('other');
    expect(answers[0]?.json()).toMatchObject({ servers: 1, counts: { all: 1, active: 1 } });
    expect(answers[2]?.json()).toMatchObject({ items: [{ name: 'home' }], total: 1, pages: 1 });
    expect(answers[3]?.json()).toMatchObject({ items: [{ id: anna }], page: 1, total: 1 });
    expect(answers[5]?.json()).toMatchObject({ report: { snapshotAt: null, servers: 1 } });
    expect(refused.map(failure)).toEqual(Array(4).fill('404 not_found'));
  });

  test.for([
    ['disabled', { disabledAt: '2026-01-01T00:00:00Z' }, '403 telegram_unlinked'],
    ['to choose a password first', { mustChangePassword: true }, '403 password_change_required'],
  ] as const)(
    'is nobody where the account is %s',
    async ([, fields, told], { app, db, linked }) => {
      const ask = () => bot(app).act({ kind: 'user', userId: linked.anna });
      const before = await ask();
      await inChange(db, system, 'accounts:update', null, (trx) =>
        trx.updateTable('accounts').set(fields).where('id', '=', linked.panel.account.id).execute(),
      );

      const after = await ask();

      expect(before.statusCode).toBe(200);
      expect(failure(after)).toBe(told);
    },
  );

  test.for<[Role, string[]]>([
    ['viewer', ['403 forbidden', '403 forbidden']],
    ['server_admin', ['200 undefined', '404 not_found']],
  ])('has the role of its account: a %s', async ([role, told], { app, db, api, given }) => {
    await turnOn(db);
    const [home] = await given.servers('home');
    const [anna] = await given.users(home.id, { accountName: 'anna', expiresOn: '2999-01-31' });
    const panel = await api.as(role, [manages(home.id)]);
    await link(app, panel);

    const preview = await bot(app).act({ kind: 'preview', userId: anna?.id, months: 1 });
    // Refused at the door, as the panel's route is, and not by what lies behind it.
    const undo = await bot(app).act({ kind: 'undo', changeId: 1_000_000 });

    expect([preview, undo].map(failure)).toEqual(told);
  });

  test('answers in no chat but those that are allowed, nor where Telegram is off', async ({
    app,
    db,
    linked,
  }) => {
    const { act } = bot(app);
    const ask = () => act({ kind: 'user', userId: linked.anna });
    await turnOn(db, { allowedChatIds: ['-1009'] }, 2);
    const elsewhere = await ask();
    await turnOn(db, { allowedChatIds: ['-1009', somebody.chatId] }, 3);
    const allowed = await ask();
    await turnOn(db, { allowedChatIds: ['-1009'], defaultChatId: somebody.chatId }, 4);
    const byDefault = await ask();
    await turnOn(db, { enabled: false, allowedChatIds: [] }, 5);
    const off = await ask();

    expect([elsewhere, allowed, byDefault, off].map(failure)).toEqual([
      '403 telegram_unlinked',
      '200 undefined',
      '200 undefined',
      '403 telegram_unlinked',
    ]);
  });
});

describe('an extension from a chat', () => {
  test('is a change of the account, via telegram, and can be undone', async ({
    app,
    db,
    linked,
  }) => {
    const { anna, panel } = linked;
    const { act } = bot(app);

    const extended = await act({ kind: 'extend', userId: anna, months: 2, version: 1 });
    const { changeId, user } = extended.json();
    const undone = await act({ kind: 'undo', changeId });

    expect(user).toMatchObject({ expiresOn: '2999-03-31', version: 2 });
    expect(undone.json()).toMatchObject({
      ...{ kind: 'undo', reversed: 1 },
      user: { id: anna, expiresOn: '2999-01-31', version: 3 },
    });
    const made = await db
      .selectFrom('changes')
      .select(['action', 'via', 'accountName', 'months', 'undoesChangeId'])
      .where('via', '=', 'telegram')
      .where('action', '<>', 'telegram:link')
      .orderBy('id')
      .execute();
    const by = { via: 'telegram', accountName: panel.account.username };
    expect(made).toEqual([
      { ...by, action: 'users:extend', months: 2, undoesChangeId: null },
      { ...by, action: 'changes:undo', months: null, undoesChangeId: changeId },
    ]);
  });

  test('is refused where the user is not as the preview showed', async ({ app, linked }) => {
    const { anna, panel } = linked;
    const { act } = bot(app);
    const { user } = (await act({ kind: 'preview', userId: anna, months: 1 })).json();
    await panel.patch(`/users/${anna}`, { version: 1, remark: 'altered meanwhile' });

    const stale = await act({ kind: 'extend', userId: anna, months: 1, version: user.version });

    expect(failure(stale)).toBe('409 stale_version');
    expect(stale.json()).toMatchObject({ details: { current: { version: 2 } } });
    expect((await panel.get(`/users/${anna}`)).json()).toMatchObject({ expiresOn: '2999-01-31' });
  });

  test('has one effect, however often its update comes', async ({ app, startInstance, linked }) => {
    const { anna, panel } = linked;
    const other = await startInstance();
    const extend = { kind: 'extend', userId: anna, months: 1, version: 1 };
    const send = (on = app) => bot(on).act(extend, {}, 77);

    const atOnce = await Promise.all([send(), send(other), send()]);
    const later = await send();

    const told = atOnce.map(({ statusCode }) => statusCode).toSorted();
    expect(told).toEqual([200, 409, 409]);
    expect(failure(later)).toBe('409 update_repeated');
    expect((await panel.get(`/users/${anna}`)).json()).toMatchObject({
      ...{ version: 2, expiresOn: '2999-02-28' },
    });
  });

  test('is not asked for again where it was worked through, whatever it was', async ({
    app,
    linked: _,
  }) => {
    const unlink = () => bot(app).act({ kind: 'unlink' }, {}, 76);

    const answers = [await unlink(), await unlink()];

    expect(answers.map(failure)).toEqual(['200 undefined', '409 update_repeated']);
  });

  test('has one effect where the process died before it was marked', async ({
    app,
    owner,
    linked,
  }) => {
    const { anna, panel } = linked;
    const extend = { kind: 'extend', userId: anna, months: 1, version: 1 };
    const first = await bot(app).act(extend, {}, 78);
    // What a kill between the change's commit and the mark leaves behind.
    await sql`delete from telegram_updates`.execute(owner);

    const again = await bot(app).act(extend, {}, 78);

    expect(again.statusCode).toBe(200);
    expect(again.json()).toEqual(first.json());
    expect((await panel.get(`/users/${anna}`)).json()).toMatchObject({ version: 2 });
  });

  test('keeps no update that failed on our side', async ({ app, outage, linked }) => {
    const ask = () => bot(app).act({ kind: 'user', userId: linked.anna }, {}, 79);
    await outage.begin();
    const down = await ask();
    await outage.end();

    const up = await ask();

    expect(down.statusCode).toBe(503);
    expect(up.statusCode).toBe(200);
  });

  test('leads to no term that cannot be: none that never ends, none past the last date', async ({
    app,
    given,
    linked,
  }) => {
    const { act } = bot(app);
    const [forever, last] = await given.users(linked.home.id, 'forever', {
      accountName: 'last',
      expiresOn: '9999-12-01',
    });

    const answers = [
      await act({ kind: 'preview', userId: forever?.id, months: 1 }),
      await act({ kind: 'preview', userId: last?.id, months: 1 }),
      await act({ kind: 'preview', userId: linked.anna, months: 3 }),
    ];

    expect(answers.map(failure)).toEqual([
      '422 rule_broken',
      '422 past_last_date',
      '400 invalid_request',
    ]);
    expect((await act({ kind: 'user', userId: forever?.id })).json()).toMatchObject({
      user: { canExtend: false, expiresOn: null },
    });
  });
});

describe('what a chat is told of', () => {
  test('is chosen there, as in the panel', async ({ app, linked }) => {
    const { act } = bot(app);
    const before = (await act({ kind: 'notify' })).json();

    const chosen = await act({ kind: 'choose', event: 'users_extended', isOn: true });
    const quiet = await act({ kind: 'sign-in-alerts', isOn: false });

    const isOn = (answer: { events: { event: string; isOn: boolean }[] }) =>
      answer.events.find(({ event }) => event === 'users_extended')?.isOn;
    expect([isOn(before), isOn(chosen.json())]).toEqual([false, true]);
    expect(before.events.map(({ event }: { event: string }) => event)).toEqual([
      ...['new_device', 'chat_linked', 'users_soon', 'users_expired', 'users_extended'],
      ...['users_imported', 'users_bulk', 'change_undone', 'job_dead'],
    ]);
    expect([before.signInAlerts, quiet.json().signInAlerts]).toEqual([true, false]);
    const panel = await linked.panel.get('/notifications/preferences');
    expect(panel.json()).toMatchObject({ choices: { users_extended: { telegram: true } } });
  });
});

describe('lists', () => {
  test('come ten users and eight servers a page, by what is asked', async ({
    app,
    db,
    api,
    given,
  }) => {
    await turnOn(db);
    await link(app, await api.as('admin'));
    const names = Array.from({ length: 9 }, (_, index) => `server ${index}`);
    const [first] = await given.servers(...names);
    const day = (days: number) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    await given.users(
      first?.id ?? 0,
      ...Array.from({ length: 12 }, (_, index) => ({
        accountName: `old ${String(index).padStart(2, '0')}`,
        expiresOn: day(-1 - index),
      })),
      { accountName: 'soon', expiresOn: day(0) },
      { accountName: 'a <b> & %', expiresOn: day(300) },
    );
    const { act } = bot(app);
    const namesIn = (answer: LightMyRequestResponse) =>
      answer.json<{ items: { accountName: string }[] }>().items.map((user) => user.accountName);

    const expired = await act({ kind: 'expired', page: 2 });
    const soon = await act({ kind: 'soon' });
    const servers = await act({ kind: 'servers', page: 2 });
    const found = await act({ kind: 'find', text: ' <B> & % ' });
    const beyond = await act({ kind: 'server', serverId: first?.id, page: 99 });
    const unwritable = await act({ kind: 'find', text: 'a\u0000b' });

    expect(expired.json()).toMatchObject({ total: 12, page: 2, pages: 2 });
    expect(namesIn(expired)).toEqual(['old 10', 'old 11']);
    expect(namesIn(soon)).toEqual(['soon']);
    expect(servers.json()).toMatchObject({ total: 9, pages: 2, items: [{ name: 'server 8' }] });
    expect(namesIn(found)).toEqual(['a <b> & %']);
    expect(beyond.json()).toMatchObject({ items: [], total: 14, pages: 2, page: 99 });
    expect(failure(unwritable)).toBe('400 invalid_request');
  });
});

test('a code can be typed, and is kept nowhere as it is', async ({ api, db }) => {
  const panel = await api.as('viewer');
  const named = { 'idempotency-key': 'one' };

  const { code } = (await panel.post('/telegram/link-code', {}, named)).json<LinkCode>();

  const kept = [
    await db.selectFrom('idempotencyKeys').selectAll().execute(),
    await db.selectFrom('telegramCodes').selectAll().execute(),
  ];
  expect(code).toMatch(/^[2-9A-HJ-NP-Z]{12}$/);
  expect(JSON.stringify(kept)).not.toContain(code);
});
