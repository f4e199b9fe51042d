import { setTimeout as wait } from 'node:timers/promises';
import { MASK, sections } from '@cmp/shared/settings/sections';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import { client, listEntries, test, unlimited } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

const canary = 'canary-7f3a-secret-that-nobody-may-read-9876';

/** What each section with secrets needs beside them. */
const secretive = Object.entries(sections).flatMap(([section, { secrets }]) =>
  secrets.map((name) => ({ section, name })),
);

describe('the secrets of every section', () => {
  test.for(secretive)(
    'keep the $name of $section to themselves (security.md 27)',
    async ({ section, name }, { startInstance, api, db, owner }) => {
      const lines: string[] = [];
      const app = await startInstance({
        log: { level: 'trace' },
        logTo: { write: (line) => void lines.push(line) },
        testLimitMs: 100,
        telegramApiRoot: 'http://127.0.0.1:9',
      });
      const admin = await api.as('admin', [], app);

      const answers = [
        await admin.patch(`/settings/${section}`, {
          version: 1,
          values: { [name]: canary },
          password,
        }),
        await admin.patch(`/settings/${section}`, { version: 2, values: { [name]: MASK } }),
        await admin.patch(`/settings/${section}`, {
          version: 1,
          values: { [name]: canary },
          password,
        }),
        await admin.patch(`/settings/${section}`, {
          version: 3,
          values: { [name]: canary, colour: 'red' },
          password,
        }),
        await admin.post(`/settings/${section}/test`, {}),
        await admin.get(`/settings/${section}`),
        await admin.get('/changes'),
        await admin.get('/audit?table=settings'),
        await admin.get('/metrics'),
      ];
      const revealed = await admin.post(`/settings/${section}/reveal`, { name, password });

      expect(answers[0]?.statusCode).toBe(200);
      expect(answers[5]?.json().secrets[name]).toEqual({ set: true, lastFour: '9876' });
      expect(answers[7]?.json().total).toBeGreaterThan(0);
      expect(revealed.json()).toEqual({ name, secret: canary });
      const { rows } = await sql<{ all: string }>`
      select coalesce((select string_agg(s::text, '') from settings s), '')
        || coalesce((select string_agg(e::text, '') from entries e), '')
        || coalesce((select string_agg(c::text, '') from changes c), '')
        || coalesce((select string_agg(k::text, '') from idempotency_keys k), '') as all`.execute(
        owner,
      );
      const told = [...answers.map(({ body }) => body), ...lines, rows[0]?.all].join('\n');
      expect(told).toContain('settings:reveal');
      for (const form of [canary, btoa(canary).slice(0, 40), password])
        expect(told).not.toContain(form);
      const reveal = lines.filter((line) => line.includes('sensitive_read'));
      expect(reveal.length).toBe(1);
      expect((await listEntries(db)).length).toBeGreaterThan(0);
    },
  );
});

describe('POST /settings/:section/reveal', () => {
  test('asks for the password, as often as a sign-in', async ({ api }) => {
    const admin = await api.as('admin');
    const values = { token: canary };
    await admin.patch('/settings/telegram', { version: 1, values, password });
    const reveal = (given: string) => admin.post('/settings/telegram/reveal', { password: given });

    const right = await reveal(password);
    const wrong = await reveal('not-the-password');
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await reveal('not-the-password')).statusCode);

    expect(right.json()).toEqual({ name: 'token', secret: canary });
    expect(right.headers['x-change-id']).toMatch(/^\d+$/);
    expect(wrong.statusCode).toBe(403);
    expect(wrong.json()).toMatchObject({ code: 'password_wrong' });
    expect(statuses).toEqual([403, 403, 403, 403, 429, 429]);
    expect((await reveal(password)).statusCode).toBe(429);
  });

  test('gives nothing that is not set, and is kept for no repeat', async ({ api, db }) => {
    const admin = await api.as('admin');
    const reveal = (body: object, key?: string) =>
      admin.post('/settings/mail/reveal', body, key ? { 'idempotency-key': key } : {});

    const unset = await reveal({ password });
    await admin.patch('/settings/mail', { version: 1, values: { password: canary }, password });
    const unknown = await reveal({ password, name: 'host' });
    const first = await reveal({ password }, 'the-same-key-0001');
    const again = await reveal({ password }, 'the-same-key-0001');

    expect(unset.json()).toMatchObject({ code: 'target_unset' });
    expect(unknown.json()).toMatchObject({ code: 'target_unset' });
    expect(first.json()).toMatchObject({ secret: canary });
    expect(again.json()).toMatchObject({ code: 'answer_not_kept' });
    const seen = await db
      .selectFrom('changes')
      .select(['reason', 'accountName'])
      .where('action', '=', 'settings:reveal')
      .execute();
    expect(seen).toEqual([{ reason: 'mail.password', accountName: admin.account.username }]);
  });
});

describe('a change of where things go (security.md 36)', () => {
  test('asks for the password and is told of; what leads nowhere else does not', async ({
    startInstance,
    api,
  }) => {
    const lines: string[] = [];
    const app = await startInstance({
      limits: unlimited,
      log: { level: 'warn' },
      logTo: { write: (line) => void lines.push(line) },
    });
    const admin = await api.as('admin', [], app);
    const save = (version: number, values: object, given?: string) =>
      admin.patch('/settings/mail', { version, values, ...(given && { password: given }) });

    const without = await save(1, { host: 'mail.example.net' });
    const wrong = await save(1, { host: 'mail.example.net' }, 'not-the-password');
    const right = await save(1, { host: 'mail.example.net', password: canary }, password);
    const harmless = await save(2, { enabled: true, host: 'mail.example.net', password: MASK });
    const moved = await save(3, { host: 'evil.example.net' });
    const cleared = await save(3, { password: null });

    const statuses = [without, wrong, right, harmless, moved, cleared].map((r) => r.statusCode);
    expect(statuses).toEqual([403, 403, 200, 200, 403, 403]);
    expect(moved.json()).toMatchObject({ code: 'password_wrong' });
    expect((await admin.get('/settings/mail')).json()).toMatchObject({
      values: { host: 'mail.example.net', enabled: true },
      secrets: { password: { set: true } },
    });
    const events = lines
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'settings_target_changed');
    expect(events).toMatchObject([
      { section: 'mail', fields: ['host', 'password'], accountId: admin.account.id },
    ]);
  });

  test('cannot be tried with the saved secret either, without the password', async ({ api }) => {
    const admin = await api.as('admin');
    const values = { host: 'mail.example.net', user: 'portal', password: canary };
    await admin.patch('/settings/mail', { version: 1, values, password });

    const response = await admin.post('/settings/mail/test', {
      values: { host: '127.0.0.1', password: MASK, allowPrivateAddresses: true },
    });

    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ code: 'password_wrong' });
  });

  test('forgets the pinned key of another host, unless it comes with it', async ({ api }) => {
    const admin = await api.as('admin');
    const hostKey = `SHA256:${'A'.repeat(43)}`;
    const save = (version: number, values: object) =>
      admin.patch('/settings/remote-server', { version, values, password });

    const pinned = await save(1, { host: 'a.example.net', hostKey });
    const sameHost = await save(2, { user: 'portal' });
    const other = await save(3, { host: 'b.example.net' });

    expect(pinned.json().values.hostKey).toBe(hostKey);
    expect(sameHost.json().values.hostKey).toBe(hostKey);
    expect(other.json().values.hostKey).toBeNull();
  });

  test('is refused where snapshots would be encrypted to nobody', async ({ api }) => {
    const admin = await api.as('admin');
    const save = (values: object) =>
      admin.patch('/settings/storage', { version: 1, values, password });

    const nobody = await save({ encryption: 'recipients' });
    const silent = await save({ encryption: 'passphrase' });
    const both = await save({ encryption: 'passphrase', passphrase: canary });

    expect([nobody, silent].map((response) => response.json().code)).toEqual(
      Array(2).fill('rule_broken'),
    );
    expect(both.statusCode).toBe(200);
  });
});

describe('the idle limit', () => {
  test('ends who asked for nothing for so long, on every instance, within a second', async ({
    api,
    owner,
    startInstance,
  }) => {
    const admin = await api.as('admin');
    const idle = await api.as('viewer');
    const elsewhere = client(await startInstance(), idle.cookies);
    const before = await elsewhere.get('/auth/session');
    await sql`update sessions set last_seen_at = now() - interval '40 minutes'
      where account_id = ${idle.account.id}`.execute(owner);

    await admin.patch('/settings/general', { version: 1, values: { idleLimitMinutes: 45 } });
    await wait(1_050);
    const within = await elsewhere.get('/auth/session');
    await sql`update sessions set last_seen_at = now() - interval '40 minutes'
      where account_id = ${idle.account.id}`.execute(owner);
    await admin.patch('/settings/general', { version: 2, values: { idleLimitMinutes: 30 } });
    await wait(1_050);
    const after = await elsewhere.get('/auth/session');
    const again = await client(await startInstance(), idle.cookies).get('/auth/session');
    const refreshed = await elsewhere.post('/auth/refresh');

    expect(before.statusCode).toBe(200);
    expect(within.statusCode).toBe(200);
    expect(after.statusCode).toBe(401);
    expect(again.statusCode).toBe(401);
    expect(refreshed.statusCode).toBe(401);
    expect((await admin.get('/auth/session')).statusCode).toBe(200);
    const { items } = (await admin.get('/sessions')).json();
    expect(items.map(({ accountId }: { accountId: number }) => accountId)).toEqual([
      admin.account.id,
    ]);
  });
});
