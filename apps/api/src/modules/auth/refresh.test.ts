import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { client, cookiesOf, test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

describe('POST /auth/refresh', () => {
  test('hands the next cookies to a browser whose access has run out', async ({ app, api }) => {
    const { cookies, account } = await api.as('viewer');

    const response = await client(app, { cmp_refresh: cookies.cmp_refresh ?? '' }).post(
      '/auth/refresh',
    );
    const next = cookiesOf(response);

    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ account: { id: account.id } });
    expect(next.cmp_refresh).not.toBe(cookies.cmp_refresh);
    expect((await client(app, next).get('/auth/session')).statusCode).toBe(200);
  });

  test('gives twenty at once on two instances one successor', async ({
    app,
    api,
    startInstance,
    db,
  }) => {
    const { cookies } = await api.as('viewer');
    const apps = [app, await startInstance()];

    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        client(apps[i % 2] ?? app, cookies).post('/auth/refresh'),
      ),
    );

    const successors = new Set(responses.map((response) => cookiesOf(response).cmp_refresh));
    expect(responses.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200));
    expect(successors.size).toBe(1);
    expect(await countTokens(db)).toBe(2);
  });

  test('gives a repeat whose answer was lost the same successor', async ({ api, db }) => {
    const sam = await api.as('viewer');

    const lost = await sam.post('/auth/refresh');
    await age(db, '9 seconds');
    const repeat = await sam.post('/auth/refresh');

    expect(repeat.statusCode).toBe(200);
    expect(cookiesOf(repeat).cmp_refresh).toBe(cookiesOf(lost).cmp_refresh);
    expect(await countTokens(db)).toBe(2);
  });

  test('ends the session on a repeat after ten seconds', async ({ api, db }) => {
    const sam = await api.as('viewer');
    await sam.post('/auth/refresh');
    await age(db, '11 seconds');

    const repeat = await sam.post('/auth/refresh');

    expect(repeat.statusCode).toBe(401);
    expect(repeat.json()).toMatchObject({ code: 'session_reused' });
    expect(await endings(db)).toEqual(['reused']);
  });

  test('ends the session of both holders once the successor was used', async ({
    app,
    api,
    startInstance,
    given,
    db,
  }) => {
    const thief = await api.as('viewer');
    const elsewhere = client(app, await given.session(app, thief.account.id));
    const owner = client(app, cookiesOf(await thief.post('/auth/refresh')));
    const newest = client(app, cookiesOf(await owner.post('/auth/refresh')));

    const replay = await thief.post('/auth/refresh');

    expect(replay.statusCode).toBe(401);
    expect(replay.json()).toMatchObject({ code: 'session_reused' });
    expect(cookiesOf(replay)).toEqual({ cmp_access: '', cmp_refresh: '' });
    expect((await newest.post('/auth/refresh')).statusCode).toBe(401);
    const other = await startInstance();
    expect((await client(other, newest.cookies).get('/auth/session')).statusCode).toBe(401);
    expect((await newest.get('/auth/session')).statusCode).toBe(401);
    expect((await elsewhere.get('/auth/session')).statusCode).toBe(200);
    expect((await endings(db)).toSorted()).toEqual(['reused', null].toSorted());
  });

  test.for([
    ['signed out', async ({ sam }) => sam.post('/auth/logout')],
    ['ended by an admin', async ({ admin, sessionId }) => admin.delete(`/sessions/${sessionId}`)],
    [
      'disabled',
      async ({ admin, id }) => admin.patch(`/accounts/${id}`, { version: 1, disabled: true }),
    ],
    [
      'given a new password',
      async ({ admin, id }) => admin.post(`/accounts/${id}/reset-password`, { version: 1 }),
    ],
    ['deleted', async ({ admin, id }) => admin.delete(`/accounts/${id}?version=1`)],
  ] as [string, (who: Who) => Promise<{ statusCode: number }>][])(
    'refuses who was %s',
    async ([, end], { api }) => {
      const sam = await api.as('viewer');
      const admin = await api.as('admin');
      const sessionId = (await sam.get('/auth/session')).json().id;

      const ended = await end({ sam, admin, id: sam.account.id, sessionId });
      const response = await sam.post('/auth/refresh');

      expect(ended.statusCode).toBeLessThan(300);
      expect(response.statusCode).toBe(401);
      expect(response.json()).toMatchObject({ code: 'unauthenticated' });
    },
  );

  test.for([
    [
      'a token that lay unused for a week',
      "refresh_tokens set created_at = now() - interval '7 days 1 minute'",
    ],
    ['a session older than it may get', "sessions set expires_at = now() - interval '1 second'"],
  ] as const)('refuses %s', async ([, aging], { api, db }) => {
    const sam = await api.as('viewer');
    await sql.raw(`update ${aging}`).execute(db);

    expect((await sam.post('/auth/refresh')).json()).toMatchObject({ code: 'unauthenticated' });
    expect(await countTokens(db)).toBe(1);
  });

  test.for([
    ['nothing', {}],
    ['an invented token', { cmp_refresh: 'A'.repeat(43) }],
    ['a very long token', { cmp_refresh: 'A'.repeat(8_000) }],
  ] as const)('refuses %s', async ([, cookies], { app }) => {
    const response = await client(app, cookies).post('/auth/refresh');

    expect(response.statusCode).toBe(401);
    expect(response.json()).toMatchObject({ code: 'unauthenticated' });
  });

  test('stores no token that a reader of the database could use', async ({ api, given, db }) => {
    await given.account({ username: 'sam' });
    const { cmp_refresh: token = '' } = cookiesOf(
      await api.post('/auth/login', { username: 'sam', password }),
    );

    const { rows } = await sql<{ text: string }>`
      select (select string_agg(t::text, '') from refresh_tokens t)
        || (select string_agg(s::text, '') from sessions s) as text`.execute(db);

    expect(token).toHaveLength(43);
    expect(rows[0]?.text).not.toContain(token);
    expect(rows[0]?.text).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
  });
});

interface Who {
  sam: ReturnType<typeof client>;
  admin: ReturnType<typeof client>;
  id: number;
  sessionId: number;
}

async function countTokens(db: Db): Promise<number> {
  return (await db.selectFrom('refreshTokens').select('hash').execute()).length;
}

async function endings(db: Db): Promise<(string | null)[]> {
  const rows = await db.selectFrom('sessions').select('endedBecause').orderBy('id').execute();
  return rows.map(({ endedBecause }) => endedBecause);
}

/** As if the last use of every token lay so much further back. */
async function age(db: Db, interval: string): Promise<void> {
  await sql`update refresh_tokens set used_at = used_at - ${interval}::interval`.execute(db);
}
