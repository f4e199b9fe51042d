import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebhookBody } from '@cmp/shared/notifications';
import { sql } from 'kysely';
import { describe, expect, inject, onTestFinished, vi } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { test as base, keys, unlimited } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { rolePassword } from '#test/global-setup.ts';
import { httpReceiver } from '#test/receivers.ts';
import { deliverDue, tidyOutbox } from './deliverer.service.ts';

const secret = 'canary-webhook-secret-5c1d-that-nobody-may-read';

const test = base
  .extend('logged', async () => [] as string[])
  /** An instance that answers and works, and whose log is kept. */
  .extend('app', async ({ startInstance, logged }) =>
    startInstance(
      {
        limits: unlimited,
        log: { level: 'trace' },
        logTo: { write: (line: string) => void logged.push(line) },
      },
      { work: 'does' },
    ),
  )
  .extend('admin', async ({ api }) => api.as('admin'))
  /** Lets the site tell a receiver of extensions. */
  .extend('tellTo', async ({ admin }) => async (url: string, more: object = {}) => {
    const values = {
      ...{ webhookEnabled: true, webhookUrl: url, webhookSecret: secret },
      ...{ webhookEvents: ['users_extended'], allowPrivateAddresses: true, ...more },
    };
    const response = await admin.patch('/settings/notifications', { version: 1, values, password });
    if (response.statusCode !== 200) throw new Error(response.body);
  })
  /** Extends so many users, one after the other: each is an event. */
  .extend('extend', async ({ admin, given }) => async (count: number) => {
    const [tokyo] = await given.servers(`tokyo-${crypto.randomUUID()}`);
    const names = Array.from({ length: count }, (_, index) => `user-${index}`);
    const users = await given.users(
      tokyo.id,
      ...names.map((accountName) => ({ accountName, expiresOn: '2027-01-31' })),
    );
    for (const { id } of users) await admin.post(`/users/${id}/extend`, { months: 1 });
    return tokyo;
  })
  .extend('deliveries', async ({ admin }) => async (query = 'channel=webhook') => {
    const response = await admin.get(`/deliveries?${query}`);
    if (response.statusCode !== 200) throw new Error(response.body);
    return response.json().items;
  })
  /** What waits for its next try has waited long enough. */
  .extend('letTimePass', async ({ db }) => async () => {
    await sql`update deliveries set next_at = now() where state = 'waiting' and leased_until is null`.execute(
      db,
    );
  });

const soon = { timeout: 15_000, interval: 50 };

describe('a webhook', () => {
  test('is signed, tells all of its event, and shows its secret nowhere', async ({
    admin,
    tellTo,
    extend,
    deliveries,
    logged,
  }) => {
    const receiver = await httpReceiver();
    await tellTo(`${receiver.url}/hook?team=7`);

    const tokyo = await extend(1);

    await vi.waitFor(() => expect(receiver.posts).toHaveLength(1), soon);
    const [posted] = receiver.posts;
    if (!posted) throw new Error('Nothing came.');
    const [, seconds, digest] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(posted.headers['x-cmp-signature'])) ?? [];
    const expected = createHmac('sha256', secret).update(`${seconds}.${posted.body}`).digest('hex');
    expect(digest).toBe(expected);
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(20);
    const body = WebhookBody.parse(JSON.parse(posted.body));
    expect(body).toMatchObject({
      ...{ site: 'Portal', event: 'users_extended', actorName: admin.account.username },
      changeId: expect.any(Number),
      facts: { months: 1 },
      servers: [{ id: tokyo.id, name: tokyo.name, users: 1, names: ['user-0'] }],
    });
    expect(posted).toMatchObject({
      path: '/hook?team=7',
      headers: {
        'content-type': 'application/json',
        'x-cmp-event': 'users_extended',
        'x-cmp-delivery': body.id,
      },
    });
    await vi.waitFor(
      async () =>
        expect(await deliveries()).toMatchObject([
          {
            id: Number(body.id),
            state: 'sent',
            attempts: 1,
            to: new URL(receiver.url).host,
            failure: null,
          },
        ]),
      soon,
    );
    const told = [
      (await admin.get('/deliveries')).body,
      (await admin.get('/settings/notifications')).body,
      (await admin.get('/metrics')).body,
      ...logged,
    ].join('\n');
    expect(told).not.toContain(secret);
  });

  test('that was away for a while is told of each event once', async ({
    tellTo,
    extend,
    deliveries,
    db,
  }) => {
    const receiver = await httpReceiver();
    await tellTo(receiver.url);
    await receiver.stop();

    await extend(12);
    await vi.waitFor(async () => {
      const failed = (await deliveries()).filter(
        ({ failure }: { failure: string | null }) => failure,
      );
      expect(failed).toHaveLength(12);
    }, soon);
    const [waiting] = await deliveries();
    expect(waiting).toMatchObject({
      state: 'waiting',
      failure: expect.stringContaining('Nothing answers there.'),
    });
    expect(Date.parse(waiting.nextAt) - Date.now()).toBeGreaterThan(5_000);
    await receiver.startAgain();
    // One comes by; the others need not wait for their turn then.
    await sql`update deliveries set next_at = now() where id = ${waiting.id}`.execute(db);

    await vi.waitFor(async () => {
      expect(await deliveries('channel=webhook&state=sent')).toHaveLength(12);
    }, soon);
    const ids = receiver.posts.map(({ headers }) => headers['x-cmp-delivery']);
    expect(ids).toHaveLength(12);
    expect(new Set(ids).size).toBe(12);
  });

  test('parks what its receiver refuses again and again, and lets the rest by; it can be sent again', {
    timeout: 60_000,
  }, async ({ admin, tellTo, extend, deliveries, letTimePass }) => {
    const receiver = await httpReceiver(({ body }, response) => {
      const isPoison = body.includes('"user-0"');
      response.writeHead(isPoison ? 422 : 200).end(`no such thing as ${secret}`);
    });
    await tellTo(receiver.url);

    await extend(2);
    await vi.waitFor(
      async () => {
        await letTimePass();
        expect(await deliveries('channel=webhook&state=parked')).toHaveLength(1);
      },
      { timeout: 40_000, interval: 300 },
    );

    const [parked] = await deliveries('channel=webhook&state=parked');
    expect(parked).toMatchObject({
      attempts: 8,
      nextAt: null,
      failure: 'The receiver answered 422: no such thing as •••',
    });
    const tries = receiver.posts.filter(
      ({ headers }) => headers['x-cmp-delivery'] === String(parked.id),
    );
    expect(tries).toHaveLength(8);
    expect(await deliveries('channel=webhook&state=sent')).toHaveLength(1);

    receiver.answerWith((_, response) => response.end());
    const resent = await admin.post(`/deliveries/${parked.id}/resend`);
    expect(resent.statusCode).toBe(204);
    await vi.waitFor(async () => {
      expect(await deliveries('channel=webhook&state=sent')).toHaveLength(2);
    }, soon);
    expect(receiver.posts.at(-1)?.headers['x-cmp-delivery']).toBe(String(parked.id));
  });

  test('that asks for patience gets it, and it is not held against the message', async ({
    tellTo,
    extend,
    db,
  }) => {
    const receiver = await httpReceiver((_, response) =>
      response.writeHead(429, { 'retry-after': '600' }).end(),
    );
    await tellTo(receiver.url);

    await extend(1);

    const row = await vi.waitFor(async () => {
      const found = await db
        .selectFrom('deliveries')
        .select(['refusals', 'nextAt', 'failure'])
        .where('channel', '=', 'webhook')
        .executeTakeFirstOrThrow();
      expect(found.failure).not.toBeNull();
      return found;
    }, soon);
    expect(row).toMatchObject({ refusals: 0, failure: 'The receiver answered 429' });
    expect(Date.parse(row.nextAt) - Date.now()).toBeGreaterThan(590_000);
  });

  test('is sent once where two workers look for it', async ({
    startInstance,
    tellTo,
    extend,
    deliveries,
  }) => {
    const receiver = await httpReceiver(async (_, response) => {
      setTimeout(() => response.end(), 100);
    });
    await startInstance({}, { work: 'does' });
    await startInstance({}, { work: 'does' });
    await tellTo(receiver.url);

    await extend(30);

    await vi.waitFor(async () => {
      expect(await deliveries('channel=webhook&state=sent')).toHaveLength(30);
    }, soon);
    const ids = receiver.posts.map(({ headers }) => headers['x-cmp-delivery']);
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
  });

  test('follows nobody elsewhere, and reads no answer without an end', async ({
    tellTo,
    extend,
    deliveries,
    letTimePass,
  }) => {
    const elsewhere = await httpReceiver();
    const receiver = await httpReceiver((_, response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    );
    await tellTo(receiver.url);

    await extend(1);
    await vi.waitFor(async () => {
      expect(await deliveries()).toMatchObject([
        {
          state: 'waiting',
          failure: 'The receiver answers elsewhere (307), and is not followed there.',
        },
      ]);
    }, soon);
    let written = 0;
    receiver.answerWith((_, response) => {
      const drip = setInterval(
        () => response.write('x'.repeat(16_384), () => (written += 16_384)),
        1,
      );
      response.once('close', () => clearInterval(drip));
    });
    await letTimePass();

    await vi.waitFor(async () => {
      expect(await deliveries()).toMatchObject([{ state: 'sent' }]);
    }, soon);
    expect(written).toBeLessThan(4_000_000);
    expect(elsewhere.posts).toEqual([]);
  });

  test('reaches no private address unless the settings allow it', async ({
    tellTo,
    extend,
    deliveries,
  }) => {
    const receiver = await httpReceiver();
    await tellTo(receiver.url, { allowPrivateAddresses: false });

    await extend(1);

    await vi.waitFor(async () => {
      expect(await deliveries()).toMatchObject([
        { state: 'waiting', failure: '127.0.0.1 is an address of a private network.' },
      ]);
    }, soon);
    expect(receiver.posts).toEqual([]);
  });
});

describe('a webhook that takes nothing', () => {
  test('for an hour and twenty tries is switched off, which is a change, and admins hear of it', async ({
    api,
    admin,
    tellTo,
    extend,
    deliveries,
    letTimePass,
    db,
  }) => {
    const other = await api.as('admin');
    const receiver = await httpReceiver((_, response) => response.writeHead(500).end('broken'));
    await tellTo(receiver.url);
    const section = async () => (await admin.get('/settings/notifications')).json();
    const counted = (failures: number) =>
      vi.waitFor(async () => {
        const state = await db.selectFrom('webhookState').select('failures').execute();
        expect(state).toEqual([{ failures }]);
      }, soon);
    await extend(1);
    await counted(1);
    await sql`update webhook_state set failures = 30, failing_since = now() - interval '50 minutes'`.execute(
      db,
    );
    await letTimePass();
    await counted(31);
    expect((await section()).values.webhookEnabled).toBe(true);
    await sql`update webhook_state set failures = 18, failing_since = now() - interval '2 hours'`.execute(
      db,
    );
    await letTimePass();
    await counted(19);
    expect((await section()).values.webhookEnabled).toBe(true);

    await letTimePass();
    await vi.waitFor(async () => {
      expect((await section()).values.webhookEnabled).toBe(false);
    }, soon);

    expect(receiver.posts).toHaveLength(4);
    const change = await db
      .selectFrom('changes')
      .select(['accountName', 'via', 'action', 'reason'])
      .orderBy('id', 'desc')
      .executeTakeFirst();
    expect(change).toEqual({
      ...{ accountName: 'system', via: 'system', action: 'settings:update' },
      reason: 'The webhook took nothing for too long.',
    });
    const { rows: news } = await sql<{ facts: object; told: number[] }>`
      select facts, array(select account_id from deliveries where event_id = e.id and channel = 'panel') as told
      from events e where event = 'webhook_off'`.execute(db);
    expect(news).toMatchObject([
      {
        facts: {
          host: new URL(receiver.url).host,
          failures: 20,
          failure: 'The receiver answered 500: broken',
        },
      },
    ]);
    expect(news[0]?.told.toSorted()).toEqual([admin.account.id, other.account.id].toSorted());
    await letTimePass();
    await vi.waitFor(async () => {
      expect(await deliveries()).toMatchObject([
        { state: 'dropped', failure: 'The webhook is switched off.' },
      ]);
    }, soon);
  });

  test('counts anew after one success, and under other settings', async ({
    admin,
    tellTo,
    extend,
    letTimePass,
    db,
  }) => {
    const receiver = await httpReceiver((_, response) => response.writeHead(500).end());
    await tellTo(receiver.url);
    const failures = async () =>
      (await db.selectFrom('webhookState').select('failures').executeTakeFirstOrThrow()).failures;
    await extend(1);
    await vi.waitFor(async () => expect(await failures()).toBe(1), soon);
    await letTimePass();
    await vi.waitFor(async () => expect(await failures()).toBe(2), soon);

    const change = { version: 2, values: { quietFrom: '01:00', quietUntil: '02:00' } };
    expect((await admin.patch('/settings/notifications', change)).statusCode).toBe(200);
    await letTimePass();
    await vi.waitFor(() => expect(receiver.posts).toHaveLength(3), soon);
    await vi.waitFor(async () => expect(await failures()).toBe(1), soon);
    receiver.answerWith((_, response) => response.end());
    await letTimePass();

    await vi.waitFor(async () => expect(await failures()).toBe(0), soon);
  });
});

describe('a receiver that was left', () => {
  test('hears of it, signed with the secret it knows', async ({ admin, tellTo, deliveries }) => {
    const before = await httpReceiver();
    const now = await httpReceiver();
    await tellTo(before.url);

    const values = { webhookUrl: now.url, webhookSecret: `another-${secret}` };
    const moved = await admin.patch('/settings/notifications', { version: 2, values, password });

    expect(moved.statusCode).toBe(200);
    await vi.waitFor(async () => {
      expect(await deliveries()).toMatchObject([
        { event: 'target_moved', state: 'sent', to: new URL(before.url).host },
      ]);
    }, soon);
    const [posted] = before.posts;
    const [, seconds, digest] =
      /^t=(\d+),v1=(\w+)$/.exec(String(posted?.headers['x-cmp-signature'])) ?? [];
    const signed = createHmac('sha256', secret).update(`${seconds}.${posted?.body}`);
    expect(digest).toBe(signed.digest('hex'));
    expect(now.posts).toEqual([]);
  });
});

describe('a delivery that cannot be sent from here', () => {
  test.for([
    ['it ended every worker that took it', keys.settings, 'The portal was interrupted at this'],
    ['the settings were sealed under another key', Buffer.alloc(32, 9), 'unable to authenticate'],
  ] as const)('is parked where %s', async ([, key, failure], { startInstance, api, given, db }) => {
    const app = await startInstance({ limits: unlimited });
    const admin = await api.as('admin', [], app);
    const receiver = await httpReceiver();
    const values = {
      ...{ webhookEnabled: true, webhookUrl: receiver.url, webhookSecret: secret },
      ...{ webhookEvents: ['users_extended'], allowPrivateAddresses: true },
    };
    await admin.patch('/settings/notifications', { version: 1, values, password });
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, { accountName: 'ann', expiresOn: '2027-01-31' });
    await admin.post(`/users/${ann?.id}/extend`, { months: 1 });
    if (key === keys.settings) await sql`update deliveries set attempts = 8`.execute(db);
    else await sql`update deliveries set refusals = 7`.execute(db);

    await deliverDue(db, { key, overrides: {} }, 'webhook', new Date());

    expect((await admin.get('/deliveries?channel=webhook')).json().items).toMatchObject([
      { state: 'parked', failure: expect.stringContaining(failure) },
    ]);
    expect(receiver.posts).toEqual([]);
  });
});

describe('the line', () => {
  test('lets go of what waited for a day, and of too long a line the oldest', async ({
    admin,
    tellTo,
    extend,
    db,
  }) => {
    const receiver = await httpReceiver();
    await receiver.stop();
    await tellTo(receiver.url);
    await extend(1);
    const old = sql`
      insert into deliveries (event_id, channel, waits_since, next_at)
      select id, 'webhook', now() - interval '25 hours', now() + interval '1 hour' from events where event = 'users_extended'`;
    const many = sql`
      insert into deliveries (event_id, channel, next_at)
      select id, 'webhook', now() + interval '1 hour' from events, generate_series(1, 503) where event = 'users_extended'`;
    await old.execute(db);
    await many.execute(db);

    await tidyOutbox(db, { key: keys.settings, overrides: {} });

    const { rows } = await sql<{ failure: string; dropped: number }>`
      select failure, count(*)::integer as dropped from deliveries where state = 'dropped' group by 1 order by 1`.execute(
      db,
    );
    expect(rows).toEqual([
      {
        failure: '505 waited for this receiver, who may have 500: the oldest were dropped.',
        dropped: 4,
      },
      { failure: 'It waited for more than a day.', dropped: 1 },
    ]);
    expect((await admin.get('/metrics')).body).toMatch(
      /cmp_outbox_waiting\{channel="webhook"\} 500/,
    );
  });
});

describe('a worker that is killed between the sending and its record', () => {
  test('leaves the delivery to the next, which sends it again under the same id', {
    timeout: 60_000,
  }, async ({ startInstance, database, given, api, db }) => {
    const app = await startInstance({ limits: unlimited });
    const admin = await api.as('admin', [], app);
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-worker-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    mkdirSync(join(dataDir, 'keys'));
    writeFileSync(join(dataDir, 'keys', 'secret-key'), keys.root, { mode: 0o600 });
    const workers: ChildProcess[] = [];
    const startWorker = () => {
      const DATABASE_URL = urlAs(inject('postgresUrl'), 'cmp_app', rolePassword, database);
      const env = { ...process.env, DATABASE_URL, DATA_DIR: dataDir };
      const entry = new URL('../../worker.ts', import.meta.url).pathname;
      const worker = spawn(process.execPath, [entry], { env, stdio: 'ignore' });
      workers.push(worker);
      onTestFinished(() => void worker.kill('SIGKILL'));
      return worker;
    };
    const receiver = await httpReceiver(() => workers[0]?.kill('SIGKILL'));
    const values = {
      ...{ webhookEnabled: true, webhookUrl: receiver.url, webhookSecret: secret },
      ...{ webhookEvents: ['users_extended'], allowPrivateAddresses: true },
    };
    await admin.patch('/settings/notifications', { version: 1, values, password });
    const [tokyo] = await given.servers('tokyo');
    const [ann] = await given.users(tokyo.id, { accountName: 'ann', expiresOn: '2027-01-31' });

    const first = startWorker();
    await admin.post(`/users/${ann?.id}/extend`, { months: 1 });
    await once(first, 'exit');
    const state = async () => (await admin.get('/deliveries?channel=webhook')).json().items[0];
    expect(await state()).toMatchObject({ state: 'waiting', attempts: 1, failure: null });
    receiver.answerWith((_, response) => response.end());
    startWorker();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(receiver.posts).toHaveLength(1);
    await sql`update deliveries set leased_until = now() where leased_until is not null`.execute(
      db,
    );

    await vi.waitFor(
      async () => expect(await state()).toMatchObject({ state: 'sent', attempts: 2 }),
      soon,
    );
    const ids = receiver.posts.map(({ headers }) => headers['x-cmp-delivery']);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });
});
