import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LinkCode, MessageOutcome, OutboxMessage } from '@cmp/shared/bot';
import type { NotificationEvent } from '@cmp/shared/notifications';
import { sections } from '@cmp/shared/settings/sections';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { readConfig } from '#config.ts';
import type { Db } from '#database/client.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { tell } from '#modules/notifications/events.service.ts';
import { sealTarget } from '#modules/notifications/sealed-target.ts';
import { changeSection } from '#modules/settings/settings.service.ts';
import { insertSnapshot } from '#modules/snapshots/snapshots.repository.ts';
import { bot, somebody, turnOn, well } from '#test/bot-client.ts';
import { test as base, client, keys, snapshotsDir, system, unlimited } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

/** A bot that holds the lease, as it talks to the outbox. */
const holding = async (app: FastifyInstance) => {
  const holder = randomUUID();
  await bot(app).post('lease', { holder });
  const exchange = async (outcomes: MessageOutcome[] = [], limit = 30) =>
    (await bot(app).post('outbox', { holder, outcomes, limit })).json<{
      messages: OutboxMessage[];
    }>().messages;
  return {
    holder,
    exchange,
    report: (status: object = {}) => bot(app).post('status', { holder, ...well(), ...status }),
    /** Takes the next message of the only chat there is, or says that there is none. */
    next: async (outcomes: MessageOutcome[] = []) => (await exchange(outcomes))[0],
  };
};

const test = base
  .extend('holder', async ({ app, db }) => {
    await turnOn(db);
    return holding(app);
  })
  /** An admin with a linked chat. */
  .extend('reader', async ({ given, db, holder: _ }) => {
    const account = await given.account();
    await linkTo(db, account.id, somebody.chatId);
    return account;
  });

const linkTo = (db: Db, accountId: number, chatId: string) =>
  inChange(db, system, 'telegram:link', null, (trx) =>
    trx
      .insertInto('telegramChats')
      .values({ chatId, telegramUserId: chatId, name: 'Chat', accountId })
      .execute(),
  );

/** News that every admin with a chat is told. */
const happens = (db: Db, name = 'one', event: NotificationEvent = 'snapshot_restored') =>
  tell(db, { event, actorName: 'Ann', facts: { fileName: name } });

/** Lets time go by for what waits, and for what the bot has. */
const wait = (owner: Db, seconds: number) =>
  sql`update deliveries set next_at = next_at - make_interval(secs => ${seconds}),
    leased_until = leased_until - make_interval(secs => ${seconds})`.execute(owner);

/** What became of the messages, but for those of the settings that a test alters on its way. */
const statesOf = async (db: Db) => {
  const { rows } = await sql<{ state: string; failure: string | null; waitsSeconds: number }>`
    select state, failure, round(extract(epoch from next_at - now()))::integer as waits_seconds
    from deliveries d join events e on e.id = event_id
    where channel = 'telegram' and event <> 'target_moved' order by d.id`.execute(db);
  return rows;
};

const fileIn = ({ html = '' }: Partial<OutboxMessage> = {}) => /File: (.*)/.exec(html)?.[1];

describe('the outbox', () => {
  test('is its holder’s alone: of two bots one is given messages', async ({
    app,
    db,
    reader: _,
    holder,
  }) => {
    await happens(db);
    const asked = { holder: randomUUID(), outcomes: [], limit: 30 };

    const other = await bot(app).post('outbox', asked);
    const messages = await holder.exchange();

    expect(other.json()).toMatchObject({ code: 'bot_held' });
    expect(other.statusCode).toBe(409);
    expect(messages).toHaveLength(1);
  });

  test('gives a chat its messages one by one, in their order', async ({
    db,
    holder,
    reader: _,
  }) => {
    for (const name of ['one', 'two', 'three']) await happens(db, name);

    const first = await holder.exchange();
    const meanwhile = await holder.exchange();
    const second = await holder.next([{ id: first[0]?.id ?? 0, outcome: 'sent' }]);
    const third = await holder.next([{ id: second?.id ?? 0, outcome: 'sent' }]);
    const none = await holder.exchange([{ id: third?.id ?? 0, outcome: 'sent' }]);

    expect([first.length, meanwhile.length, none.length]).toEqual([1, 0, 0]);
    expect([first[0], second, third].map(fileIn)).toEqual(['one', 'two', 'three']);
    expect((await statesOf(db)).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent']);
  });

  test('gives each chat its own at once, and no more than was asked for', async ({
    db,
    given,
    holder,
    reader,
  }) => {
    await linkTo(db, reader.id, '42');
    await linkTo(db, (await given.account()).id, '43');
    await happens(db);

    const two = await holder.exchange([], 2);
    const rest = await holder.exchange();

    expect(two.map(({ chatId }) => chatId)).toHaveLength(2);
    expect([...two, ...rest].map(({ chatId }) => chatId).toSorted()).toEqual([
      '42',
      '43',
      somebody.chatId,
    ]);
    expect(await holder.exchange()).toEqual([]);
  });

  test('gives out again what was never heard of, and parks what ends the bot each time', async ({
    db,
    owner,
    holder,
    reader: _,
  }) => {
    await happens(db);
    const [first] = await holder.exchange();

    const again = [];
    for (let tries = 1; tries < 9; tries += 1) {
      await wait(owner, 400);
      again.push(...(await holder.exchange()));
    }

    expect(again.map(({ id }) => id)).toEqual(Array(7).fill(first?.id));
    expect(await statesOf(db)).toMatchObject([
      { state: 'parked', failure: 'The bot was interrupted at this each time.' },
    ]);
  });

  test('hears an outcome once: what is told late or again alters nothing', async ({
    app,
    db,
    holder,
    reader: _,
  }) => {
    await happens(db);
    const id = (await holder.next())?.id ?? 0;
    await holder.exchange([{ id, outcome: 'sent' }]);

    const messages = await holder.exchange([
      { id, outcome: 'failed' },
      { id: 999, outcome: 'sent' },
    ]);

    expect(messages).toEqual([]);
    expect(await statesOf(db)).toMatchObject([{ state: 'sent', failure: null }]);
    const file = await bot(app).get(`outbox/${id}/file`);
    expect(file.statusCode).toBe(404);
  });
});

describe('a message that did not arrive', () => {
  test('keeps its whole chat waiting for as long as Telegram asks for, and the order', async ({
    db,
    owner,
    holder,
    reader: _,
  }) => {
    for (const name of ['one', 'two']) await happens(db, name);
    const id = (await holder.next())?.id ?? 0;

    const silent = await holder.exchange([
      { id, outcome: 'failed', retryAfterSeconds: 300, said: 'Too Many Requests' },
    ]);
    const [waiting] = await statesOf(db);
    await wait(owner, 290);
    const still = await holder.exchange();
    await wait(owner, 11);
    const after = await holder.next();

    expect([silent, still]).toEqual([[], []]);
    expect(waiting?.waitsSeconds).toBeGreaterThanOrEqual(299);
    expect(waiting?.waitsSeconds).toBeLessThanOrEqual(300);
    expect(fileIn(after)).toBe('one');
  });

  test('is tried ever more seldom and parked at last, and lets the next one through', async ({
    db,
    owner,
    holder,
    reader: _,
  }) => {
    for (const name of ['poison', 'good']) await happens(db, name);
    await holder.report();
    const waits = [];
    let message = await holder.next();
    for (let tries = 1; tries < 8; tries += 1) {
      expect(fileIn(message)).toBe('poison');
      await holder.exchange([{ id: message?.id ?? 0, outcome: 'failed', said: 'HTTP 500' }]);
      waits.push((await statesOf(db))[0]?.waitsSeconds ?? 0);
      await wait(owner, 86_000);
      message = await holder.next();
    }

    const next = await holder.next([{ id: message?.id ?? 0, outcome: 'failed', said: 'HTTP 500' }]);

    for (const [index, bounds] of [
      [16, 24],
      [40, 60],
      [100, 150],
    ].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(bounds[0] ?? 0);
      expect(waits[index]).toBeLessThanOrEqual(bounds[1] ?? 0);
    }
    expect(await statesOf(db)).toMatchObject([
      { state: 'parked', failure: 'HTTP 500' },
      { state: 'waiting' },
    ]);
    expect(fileIn(next)).toBe('good');
  });

  test('is not held against it where Telegram cannot be reached: it is sent when that is over', async ({
    db,
    owner,
    holder,
    reader: _,
  }) => {
    await happens(db);
    await holder.report({ lastSuccess: new Date(Date.now() - 90_000).toISOString() });

    const waits = [];
    for (let tries = 0; tries < 30; tries += 1) {
      const message = await holder.next();
      await holder.exchange([{ id: message?.id ?? 0, outcome: 'failed', said: 'ECONNREFUSED' }]);
      waits.push((await statesOf(db))[0]?.waitsSeconds ?? 0);
      await wait(owner, 61);
    }
    const back = await holder.next();

    expect(Math.max(...waits)).toBeLessThanOrEqual(60);
    expect(fileIn(back)).toBe('one');
  });

  test('is parked with what Telegram said of it', async ({ db, holder, reader: _ }) => {
    for (const name of ['one', 'two']) await happens(db, name);
    const id = (await holder.next())?.id ?? 0;

    const next = await holder.next([{ id, outcome: 'refused', said: 'Bad Request: can’t parse' }]);

    expect(fileIn(next)).toBe('two');
    expect((await statesOf(db))[0]).toMatchObject({
      state: 'parked',
      failure: 'Bad Request: can’t parse',
    });
  });

  test('ends the telling of a chat that blocked the bot, until it speaks again', async ({
    app,
    db,
    holder,
    reader,
  }) => {
    for (const name of ['one', 'two']) await happens(db, name);
    const id = (await holder.next())?.id ?? 0;

    const none = await holder.exchange([{ id, outcome: 'blocked', said: 'Forbidden' }]);
    await happens(db, 'three');
    const blocked = await db.selectFrom('telegramChats').select('blockedAt').execute();
    const spoken = await bot(app).act({ kind: 'home' });
    await happens(db, 'four');
    const after = await holder.exchange();

    expect(none).toEqual([]);
    expect(blocked).toEqual([{ blockedAt: expect.any(String) }]);
    expect(spoken.json()).toMatchObject({ account: { username: reader.username } });
    expect(after.map(fileIn)).toEqual(['four']);
    expect((await statesOf(db)).map(({ state }) => state)).toEqual(['parked', 'parked', 'waiting']);
  });
});

describe('who is told', () => {
  test('names only servers that the reader sees when it is sent', async ({
    api,
    db,
    given,
    holder,
  }) => {
    const [mine, lost, never] = await given.servers('mine', 'lost', 'never');
    const grant = (serverId: number) => ({ serverId, level: 'view' as const, actions: [] });
    const { account } = await api.as('viewer', [grant(mine.id), grant(lost.id)]);
    await linkTo(db, account.id, '42');
    const servers = [mine, lost, never].map(({ id, name }) => ({
      ...{ id, name, users: 1, names: [`user of ${name}`] },
    }));
    await tell(db, { event: 'users_soon', servers });
    await tell(db, { event: 'users_soon', servers: servers.slice(1) });
    await inChange(db, system, 'grants:update', null, (trx) =>
      trx.deleteFrom('grants').where('serverId', '=', lost.id).execute(),
    );

    const [first] = await holder.exchange();
    const rest = await holder.exchange([{ id: first?.id ?? 0, outcome: 'sent' }]);

    expect(first?.html).toContain('user of mine');
    expect(first?.html).not.toMatch(/lost|never/);
    expect(rest).toEqual([]);
    expect((await statesOf(db)).map(({ state }) => state)).toEqual(['sent', 'dropped']);
  });

  test('stays silent in quiet hours, but not of what cannot wait', async ({
    db,
    holder,
    reader,
  }) => {
    await inChange(db, system, 'notifications:update', null, (trx) =>
      trx
        .insertInto('notificationPreferences')
        .values({ accountId: reader.id, quietFrom: clockIn(-1), quietUntil: clockIn(1) })
        .execute(),
    );
    await happens(db, 'patient');
    await happens(db, 'urgent', 'snapshot_failed');

    const silenced = await holder.exchange();
    await inChange(db, system, 'notifications:update', null, (trx) =>
      trx
        .updateTable('notificationPreferences')
        .set({ quietFrom: null, quietUntil: null })
        .execute(),
    );
    const after = await holder.exchange([{ id: silenced[0]?.id ?? 0, outcome: 'sent' }]);

    expect(silenced.map(fileIn)).toEqual(['urgent']);
    expect(after.map(fileIn)).toEqual(['patient']);
  });

  test('is nobody where the chat became another account’s, though it is sent again', async ({
    app,
    api,
    db,
    holder,
    reader,
  }) => {
    const [viewer, admin] = [await api.as('viewer'), await api.as('admin')];
    await happens(db);
    const { code } = (await viewer.post('/telegram/link-code')).json<LinkCode>();
    await bot(app).act({ kind: 'link', code });

    const first = await holder.exchange();
    const [{ id } = { id: 0 }] = await db
      .selectFrom('deliveries')
      .select('id')
      .where('channel', '=', 'telegram')
      .where('accountId', '=', reader.id)
      .execute();
    const again = await admin.post(`/deliveries/${id}/resend`);
    const second = await holder.exchange();

    expect([first, again.statusCode, second]).toEqual([[], 204, []]);
    expect(await statesOf(db)).toMatchObject([
      { state: 'dropped', failure: 'The chat is linked to the account no more.' },
      // That it was linked, as an admin would have heard there.
      { state: 'dropped', failure: 'The chat is linked to the account no more.' },
    ]);
  });

  test('is a group once, however many there are the same account', async ({
    db,
    given,
    holder,
  }) => {
    const account = await given.account();
    for (const telegramUserId of ['1', '2'])
      await inChange(db, system, 'telegram:link', null, (trx) =>
        trx
          .insertInto('telegramChats')
          .values({ chatId: '-77', telegramUserId, name: 'Group', accountId: account.id })
          .execute(),
      );

    await happens(db);

    const [only] = await holder.exchange();
    const rest = await holder.exchange([{ id: only?.id ?? 0, outcome: 'sent' }]);
    expect([only?.chatId, rest]).toEqual(['-77', []]);
  });

  test('is the site’s own chat at any hour', async ({ db, holder }) => {
    await changeSection(db, system, keys.settings, 'notifications', sections.notifications, {
      version: 1,
      values: { quietFrom: '00:00', quietUntil: '23:59' },
    });
    await turnOn(db, { defaultChatId: '-1001', events: ['snapshot_restored'] }, 2);
    await happens(db, 'patient');

    const messages = await holder.exchange();

    expect(messages.map(fileIn)).toEqual(['patient']);
  });

  test('is nobody in a chat that was unlinked, or is not allowed any more', async ({
    app,
    db,
    given,
    holder,
    reader: _,
  }) => {
    await linkTo(db, (await given.account()).id, '42');
    await happens(db);
    await bot(app).act({ kind: 'unlink' });
    await turnOn(db, { allowedChatIds: ['43'] }, 2);

    const messages = await holder.exchange();

    expect(messages).toEqual([]);
    expect(await statesOf(db)).toMatchObject([
      { state: 'dropped', failure: 'The chat was unlinked.' },
      { state: 'dropped', failure: 'The chat is not among those that are allowed.' },
    ]);
  });

  test('is the target that was left, by the bot that was there, and though Telegram is off', async ({
    app,
    db,
    holder,
    reader: _,
  }) => {
    await happens(db);
    const target = { kind: 'telegram', token: '1:old', chatId: '-77' } as const;
    await sql`
      insert into deliveries (event_id, channel, chat_id, sealed_target)
      select id, 'telegram', '-77', box from events,
        unnest(${[sealTarget(keys.settings, target), 'not ours', null]}::text[]) as box
      where event = 'snapshot_restored'`.execute(db);
    await turnOn(db, { enabled: false }, 2);
    const config = (await bot(app).get('config')).json();

    const messages = await holder.exchange();
    const after = await holder.exchange([{ id: messages[0]?.id ?? 0, outcome: 'blocked' }]);

    expect(config).toMatchObject({ token: '1:old' });
    expect(messages).toMatchObject([{ chatId: '-77', token: '1:old', fileName: null }]);
    expect(after).toEqual([]);
    expect((await statesOf(db)).map(({ state }) => state)).toEqual([
      ...['waiting', 'parked', 'parked', 'waiting'],
    ]);
    expect((await bot(app).get('config')).json()).toMatchObject({ token: null });
  });
});

describe('the site’s own chat', () => {
  const chat = { enabled: false, defaultChatId: '-700', events: ['snapshot_restored'] };
  const ofEnvironment = readConfig({ TELEGRAM_BOT_TOKEN: '1:other' }).settings;

  test('is told where the environment alone turns Telegram on, and answers there', async ({
    startInstance,
    db,
  }) => {
    const instance = await startInstance({ settings: ofEnvironment }, { work: 'does' });
    const holder = await holding(instance);
    await holder.report();
    await turnOn(db, chat);
    await happens(db);

    const messages = await holder.exchange();
    const linked = await bot(instance).act({ kind: 'link', code: 'AAAA-AAAA' });

    expect(messages).toMatchObject([{ chatId: '-700', token: null }]);
    expect(linked.json()).toMatchObject({ code: 'link_code_wrong' });
  });

  test('misses what happens while Telegram is off; who has a chat of theirs hears it for a day', async ({
    db,
    holder: _,
    reader: __,
    startInstance,
  }) => {
    await turnOn(db, chat, 2);
    await happens(db);

    await startInstance({}, { work: 'does' });

    await expect
      .poll(() => statesOf(db), { timeout: 10_000 })
      .toMatchObject([{ state: 'waiting' }, { state: 'dropped', failure: 'Telegram is off.' }]);
  });

  test('is kept waiting by the tidying where the environment turns Telegram on', async ({
    db,
    startInstance,
  }) => {
    await turnOn(db, chat);
    await happens(db, 'old');
    await sql`update deliveries set waits_since = now() - interval '2 days'`.execute(db);
    await happens(db, 'new');

    await startInstance({ settings: ofEnvironment }, { work: 'does' });

    await expect
      .poll(() => statesOf(db), { timeout: 10_000 })
      .toMatchObject([{ state: 'dropped' }, { state: 'waiting', failure: null }]);
  });
});

describe('the words', () => {
  test('are text, whatever a name holds', async ({ db, given, holder, reader: _ }) => {
    const [server] = await given.servers('<b>home</b> & co');
    await tell(db, {
      event: 'users_soon',
      servers: [{ id: server.id, name: server.name, users: 1, names: ['</b><a href="x">'] }],
    });

    const [message] = await holder.exchange();

    expect(message?.html.replaceAll(/<\/?[bi]>/g, '')).not.toMatch(/[<>]/);
    expect(message?.html).toContain('&lt;b&gt;home&lt;/b&gt; &amp; co');
    expect(message?.html).toContain('&lt;/b&gt;&lt;a href=&quot;x&quot;&gt;');
  });

  test('of a sign-in are who, in which role, from where, on what and when', async ({
    startInstance,
    given,
    holder,
    reader: _,
  }) => {
    const app = await startInstance({ limits: unlimited });
    await given.account({ username: 'Zoë', role: 'server_admin' });
    const agent = 'Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0';
    const signIn = () =>
      client(app).post('/auth/login', { username: 'zoë', password }, { 'user-agent': agent });
    await signIn();

    const [message] = await holder.exchange();

    const at = /When: (.*) \(UTC\)/.exec(message?.html ?? '')?.[1] ?? '';
    expect(message?.html).toBe(
      [
        ...['<b>Zoë signed in</b>', 'Role: Server admin', 'From: 127.0.0.1'],
        ...['Device: Firefox on Windows', `When: ${at} (UTC)`, '', '<i>Portal</i>'],
      ].join('\n'),
    );
    expect(Math.abs(Date.now() - Date.parse(`${at.replace(',', '')} UTC`))).toBeLessThan(120_000);
  });
});

describe('a sign-in', () => {
  test('writes its message in its own transaction: neither is there without the other', async ({
    owner,
    startInstance,
    given,
    holder,
    reader: _,
  }) => {
    const app = await startInstance({ limits: unlimited });
    await given.account({ username: 'sam' });
    const signIn = () => client(app).post('/auth/login', { username: 'sam', password });
    const counts = async () => {
      const { rows } = await sql<{ sessions: number; messages: number; together: boolean }>`
        select (select count(*) from sessions)::integer as sessions,
          (select count(*) from deliveries)::integer as messages,
          (select s.xmin = d.xmin from sessions s, deliveries d) as together`.execute(owner);
      return rows[0];
    };
    await sql`alter table deliveries add constraint full_disk check (false) not valid`.execute(
      owner,
    );
    const failed = await signIn();
    const none = await counts();
    await sql`alter table deliveries drop constraint full_disk`.execute(owner);

    const signedIn = await signIn();

    expect(failed.statusCode).toBe(500);
    expect(none).toMatchObject({ sessions: 0, messages: 0 });
    expect(signedIn.statusCode).toBe(200);
    expect(await counts()).toEqual({ sessions: 1, messages: 1, together: true });
    expect(await holder.exchange()).toHaveLength(1);
  });

  test('is told to no chat that switched it off', async ({
    app,
    db,
    startInstance,
    given,
    holder,
    reader: _,
  }) => {
    const instance = await startInstance({ limits: unlimited });
    await linkTo(db, (await given.account()).id, '42');
    await bot(app).act({ kind: 'sign-in-alerts', isOn: false });
    const { username } = await given.account();

    await client(instance).post('/auth/login', { username, password });

    expect((await holder.exchange()).map(({ chatId }) => chatId)).toEqual(['42']);
  });
});

describe('the report', () => {
  const site = { defaultChatId: '-500', reportSnapshot: true };
  const sealed = Buffer.from('age-encryption.org/v1\nand what nobody can read');

  /** A snapshot that is listed, with this for its file. */
  const snapshot = async (db: Db, bytes: Buffer, more: object = {}) => {
    const fileName = `${randomUUID()}.zip.age`;
    await mkdir(snapshotsDir, { recursive: true });
    await writeFile(join(snapshotsDir, fileName), bytes);
    await db.transaction().execute((trx) =>
      insertSnapshot(trx, {
        ...{
          kind: 'database',
          reason: 'asked',
          isEncrypted: true,
          siteName: 'Portal',
          fileName,
          folder: null,
        },
        ...{ bytes: bytes.length, sha256: '0'.repeat(64), counts: {}, appVersion: 'cmp ver test' },
        ...{ createdAt: new Date().toISOString(), verifiedAt: null, verifyFailure: null },
        ...{ accountId: null, accountName: 'system', ...more },
      }),
    );
    return fileName;
  };

  test('tells how all stands, with the newest snapshot that is encrypted', async ({
    app,
    db,
    given,
    holder,
  }) => {
    await turnOn(db, site, 2);
    const [home] = await given.servers('home & co');
    await given.users(home.id, { accountName: '<anna>', expiresOn: '2020-01-01' }, 'bela');
    await changeSection(db, system, keys.settings, 'certificate', sections.certificate, {
      version: 1,
      values: { domain: 'portal.example.net' },
    });
    await db
      .insertInto('certificateChecks')
      .values([
        { domain: 'old.example.net', expiresAt: sql`now() + interval '3 days'` },
        {
          domain: 'portal.example.net',
          expiresAt: sql`now() + interval '20 days 1 hour'`,
          at: sql`now() - interval '1 day'`,
        },
      ])
      .execute();
    const fileName = await snapshot(db, sealed);
    await tell(db, { event: 'report' });

    const [message] = await holder.exchange();
    const file = await bot(app).get(`outbox/${message?.id}/file`);

    expect(message).toMatchObject({ chatId: '-500', token: null, fileName });
    expect(message?.html).toContain('2 users on 1 server\n');
    expect(message?.html).toContain('The certificate ends in 20 days.');
    expect(message?.html).toContain('Active 1 · soon 0 · expired 1 · disabled 0');
    expect(message?.html).toContain('&lt;anna&gt; (home &amp; co): 2020-01-01');
    expect(message?.html).toContain('Newest snapshot:');
    expect(file.rawPayload).toEqual(sealed);
    expect(file.headers).toMatchObject({
      'content-length': String(sealed.length),
      'content-disposition': expect.stringContaining(fileName),
    });
  });

  test.for<[string, Buffer, object]>([
    ['in clear', Buffer.from('PK'), { isEncrypted: false }],
    ['too large', sealed, { bytes: 50_000_001 }],
    ['of the configuration', sealed, { kind: 'config' }],
  ])('goes without a snapshot that is %s', async ([, bytes, more], { app, db, holder }) => {
    await turnOn(db, site, 2);
    await snapshot(db, bytes, more);
    await tell(db, { event: 'report' });

    const [message] = await holder.exchange();

    expect(message).toMatchObject({ chatId: '-500', fileName: null });
    expect((await bot(app).get(`outbox/${message?.id}/file`)).statusCode).toBe(404);
  });

  test('gives no file out that is not what the list says, nor to a message of another kind', async ({
    app,
    db,
    holder,
  }) => {
    await turnOn(db, { ...site, events: ['snapshot_restored'] }, 2);
    await snapshot(db, Buffer.from('PK in clear, though the list says otherwise'));
    await tell(db, { event: 'report' });
    const [report] = await holder.exchange();
    const clear = await bot(app).get(`outbox/${report?.id}/file`);
    await snapshot(db, sealed, { createdAt: '2999-01-01T00:00:00Z' });
    await happens(db);
    const other = await holder.next([{ id: report?.id ?? 0, outcome: 'sent' }]);

    const answers = [clear, await bot(app).get(`outbox/${other?.id}/file`)];

    expect(fileIn(other)).toBe('one');
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404]);
    expect((await bot(app).get(`outbox/${report?.id}/file`)).statusCode).toBe(404);
  });
});

/** What clocks at UTC show so many hours from now. */
function clockIn(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
}
