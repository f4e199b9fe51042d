import { performance } from 'node:perf_hooks';
import { hash } from '@node-rs/bcrypt';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { client, cookiesOf, system, test, unlimited } from '#test/fixtures.ts';
import { type given as makeGiven, password } from '#test/given.ts';

describe('POST /auth/login', () => {
  test('signs in without regard to the name’s case, and sets cookies scripts cannot read', async ({
    api,
    given,
  }) => {
    await given.account({ username: 'Sam' });

    const response = await api.post('/auth/login', { username: ' SAM ', password });

    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ account: { username: 'Sam', role: 'admin' } });
    expect(response.cookies).toMatchObject([
      { name: 'cmp_access', httpOnly: true, sameSite: 'Strict', path: '/' },
      { name: 'cmp_refresh', httpOnly: true, sameSite: 'Strict', path: '/api/auth' },
    ]);
  });

  test('takes a name in any of its Unicode forms', async ({ api, given }) => {
    await given.account({ username: 'Éva-1' });

    const response = await api.post('/auth/login', { username: 'e\u0301VA-１', password });

    expect(response.statusCode).toBe(200);
    expect(response.json().account.username).toBe('Éva-1');
  });

  test('refuses alike whatever was wrong (ASVS 6.3.8)', async ({ startInstance, db, given }) => {
    const app = await startInstance({ limits: unlimited });
    const wishes = await failures(db, given);

    const answers = [];
    for (const wish of Object.values(wishes)) {
      const response = await client(app).post('/auth/login', wish);
      const { statusCode, headers } = response;
      const { requestId, ...body } = response.json();
      answers.push({
        statusCode,
        body,
        headers: Object.keys(headers).toSorted(),
        length: headers['content-length'],
      });
      expect(headers['x-request-id']).toBe(requestId);
    }

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ statusCode: 401, body: { code: 'sign_in_failed' } });
    expect(await db.selectFrom('sessions').select('id').execute()).toEqual([]);
  });

  test.for([
    ['', false],
    [', also where accounts of an older portal are', true],
  ] as const)(
    'takes as long whatever was wrong%s (ASVS 6.3.8)',
    { timeout: 60_000 },
    async ([, hasOlder], { startInstance, db, given }) => {
      const app = await startInstance({ limits: unlimited });
      const older = hasOlder ? await olderAccount(db, given) : {};
      const wishes = Object.entries({ ...(await failures(db, given)), ...older });
      const spent = wishes.map(([kind]) => ({ kind, ...newTimes() }));

      // Interleaved, so that whatever else the machine does falls on all of them.
      for (let round = 0; round < 30; round += 1)
        for (const [index, [, wish]] of wishes.entries()) {
          const cpu = process.cpuUsage();
          const start = performance.now();
          await client(app).post('/auth/login', wish);
          spent[index]?.wallMs.push(performance.now() - start);
          const { user, system: kernel } = process.cpuUsage(cpu);
          spent[index]?.cpuMs.push((user + kernel) / 1_000);
        }

      console.info(
        'medians of refused sign-ins, in ms:',
        spent.map(({ kind, wallMs, cpuMs }) => [kind, median(wallMs), median(cpuMs)]),
      );
      // The processor's time, which is what the kinds differ in: on a busy machine the clock tells nothing. Of each the
      // quick quarter; without a dummy hash it is half as much again, or tenfold.
      const ratio = ratioOf(spent.map(({ cpuMs }) => ranked(cpuMs, 7)));
      console.info('slowest to quickest:', ratio);
      expect(ratio).toBeLessThan(1.2);
    },
  );

  test('keeps a history that says what it was', async ({ api, app, db, given }) => {
    const sam = await given.account({ username: 'sam', role: 'viewer' });
    const admin = await api.as('admin');
    const wrong = { username: 'sam', password: 'wrong' };
    await api.post('/auth/login', wrong, { 'user-agent': 'Firefox' });
    await api.post('/auth/login', { username: 'nobody', password });
    const signedIn = await api.post('/auth/login', { username: 'SAM', password });

    const own = await client(app, cookiesOf(signedIn)).get('/auth/sign-ins');
    await admin.patch(`/accounts/${sam.id}`, { version: 1, disabled: true });
    await api.post('/auth/login', { username: 'sam', password });
    const seen = await admin.get(`/accounts/${sam.id}/sign-ins`);

    const wrongOne = { outcome: 'wrong_password', userAgent: 'Firefox', ip: '127.0.0.1' };
    expect(own.json()).toMatchObject({ total: 2, items: [{ outcome: 'success' }, wrongOne] });
    expect(seen.json().items).toEqual([
      expect.objectContaining({ outcome: 'disabled' }),
      ...own.json().items,
    ]);
    const ofNobody = db.selectFrom('signInAttempts').where('accountId', 'is', null);
    expect(await ofNobody.select(['nameKey', 'outcome']).execute()).toEqual([
      { nameKey: 'nobody', outcome: 'unknown_account' },
    ]);
  });

  test.for([
    ['a password of 129 characters', { username: 'sam', password: 'x'.repeat(129) }, 400],
    ['a name of 10,000 characters', { username: 'x'.repeat(10_000), password }, 400],
    ['a name with a NUL', { username: 'sam\0', password }, 400],
    ['a name of spaces', { username: '   ', password }, 400],
    ['a list for a name', { username: ['sam'], password }, 400],
    ['no password', { username: 'sam' }, 400],
    ['a field it does not own', { username: 'sam', password, remember: true }, 400],
    ['a password of 5 MB', { username: 'sam', password: 'x'.repeat(5_000_000) }, 413],
  ] as const)('refuses %s before any hashing', async ([, body, status], { api, db, given }) => {
    await given.account({ username: 'sam' });

    const response = await api.post('/auth/login', body);

    expect(response.statusCode).toBe(status);
    expect(response.json().code).toBe(status === 413 ? 'payload_too_large' : 'invalid_request');
    expect(await db.selectFrom('signInAttempts').select('id').execute()).toEqual([]);
  });

  test('refuses a name that grows when it is folded', async ({ api }) => {
    // One character of which NFKC makes eighteen.
    const response = await api.post('/auth/login', { username: '\uFDFA'.repeat(64), password });

    expect(response.json()).toMatchObject({ code: 'sign_in_failed' });
  });

  test('takes a long password whole (ASVS 6.2.9)', async ({ api, app, given }) => {
    const { id } = await given.account({ username: 'sam' });
    const stem = 'brave-otter-sings-9'.repeat(7).slice(0, 127);
    const sam = client(app, await given.session(app, id));
    const changed = await sam.post('/auth/password', {
      currentPassword: password,
      newPassword: `${stem}a`,
    });

    const other = await api.post('/auth/login', { username: 'sam', password: `${stem}b` });
    const shorter = await api.post('/auth/login', { username: 'sam', password: stem.slice(0, 72) });
    const spaced = await api.post('/auth/login', { username: 'sam', password: ` ${stem}` });
    const right = await api.post('/auth/login', { username: 'sam', password: `${stem}a` });

    expect(changed.statusCode).toBe(200);
    expect([other, shorter, spaced].map(({ statusCode }) => statusCode)).toEqual([401, 401, 401]);
    expect(right.statusCode).toBe(200);
  });

  test('keeps spaces and a NUL in a password', async ({ api, app, given }) => {
    const { id } = await given.account({ username: 'sam' });
    const newPassword = '  tide\0harbour lantern 42  ';
    await client(app, await given.session(app, id)).post('/auth/password', {
      currentPassword: password,
      newPassword,
    });

    const trimmed = await api.post('/auth/login', {
      username: 'sam',
      password: newPassword.trim(),
    });
    const cut = await api.post('/auth/login', { username: 'sam', password: '  tide' });
    const right = await api.post('/auth/login', { username: 'sam', password: newPassword });

    expect([trimmed, cut, right].map(({ statusCode }) => statusCode)).toEqual([401, 401, 200]);
  });

  test('answers busy beyond its queue, and stays alive', async ({ startInstance, given }) => {
    const app = await startInstance({ limits: unlimited });
    await given.account({ username: 'sam' });
    await client(app).get('/internal/live');

    const flood = Promise.all(
      Array.from({ length: 200 }, () =>
        client(app).post('/auth/login', { username: 'sam', password: 'wrong' }),
      ),
    );
    const waits: number[] = [];
    const polled = (async () => {
      let isOver = false;
      const end = flood.then(() => {
        isOver = true;
      });
      while (!isOver) {
        const start = performance.now();
        expect((await client(app).get('/internal/live')).statusCode).toBe(200);
        waits.push(performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await end;
    })();
    const responses = await flood;
    await polled;

    const busy = responses.filter(({ statusCode }) => statusCode === 503);
    const refused = responses.filter(({ statusCode }) => statusCode === 401);
    console.info(
      `200 sign-ins: ${refused.length} judged, ${busy.length} busy; live took at most`,
      Math.max(...waits),
    );
    expect(refused.length).toBeGreaterThanOrEqual(42);
    expect(busy.length).toBe(200 - refused.length);
    expect(busy.length).toBeGreaterThan(0);
    expect(busy[0]?.json()).toMatchObject({ code: 'busy' });
    expect(Number(busy[0]?.headers['retry-after'])).toBeGreaterThan(0);
    expect(median(waits)).toBeLessThan(100);
    expect((await client(app).post('/auth/login', { username: 'sam', password })).statusCode).toBe(
      200,
    );
  });
});

describe('POST /auth/logout', () => {
  test('ends the session and takes the cookies back', async ({ app, api, startInstance }) => {
    const sam = await api.as('viewer');
    const other = await startInstance();

    const response = await sam.post('/auth/logout');

    expect(response.statusCode).toBe(204);
    expect(cookiesOf(response)).toEqual({ cmp_access: '', cmp_refresh: '' });
    expect((await sam.get('/auth/session')).statusCode).toBe(401);
    expect((await client(other, sam.cookies).get('/auth/session')).statusCode).toBe(401);
    expect((await client(app, sam.cookies).post('/auth/refresh')).statusCode).toBe(401);
  });

  test('ends the session though only the access cookie came', async ({ app, api }) => {
    const { cookies } = await api.as('viewer');
    const withAccess = client(app, { cmp_access: cookies.cmp_access ?? '' });

    await withAccess.post('/auth/logout');

    expect((await withAccess.get('/auth/session')).statusCode).toBe(401);
  });

  test('ends nobody’s session for who has none', async ({ api, db }) => {
    const sam = await api.as('viewer');

    const response = await api.post('/auth/logout');

    expect(response.statusCode).toBe(204);
    expect((await sam.get('/auth/session')).statusCode).toBe(200);
    expect(await db.selectFrom('sessions').select('endedAt').execute()).toEqual([
      { endedAt: null },
    ]);
  });
});

/** A sign-in of every kind that must fail, the password being right for the last two. */
async function failures(db: Db, given: ReturnType<typeof makeGiven>) {
  await given.account({ username: 'known' });
  await given.account({ username: 'ended', disabled: true });
  const { id } = await given.account({ username: 'lapsed', mustChangePassword: true });
  await inChange(db, system, 'accounts:reset-password', null, (trx) =>
    sql`update accounts set one_time_until = now() - interval '1 second' where id = ${id}`.execute(
      trx,
    ),
  );
  return {
    wrong: { username: 'known', password: 'wrong' },
    unknown: { username: 'nobody', password },
    disabled: { username: 'ended', password },
    lapsed: { username: 'lapsed', password },
  };
}

/** Of one whose password is still an older portal's hash: at a cost that takes about as long as one of ours. */
async function olderAccount(db: Db, given: ReturnType<typeof makeGiven>) {
  const { id } = await given.account({ username: 'older' });
  const passwordHash = await hash(password, 9);
  await inChange(db, system, 'accounts:update', null, (trx) =>
    trx.updateTable('accounts').set({ passwordHash }).where('id', '=', id).execute(),
  );
  return { older: { username: 'older', password: 'wrong' } };
}

function median(numbers: number[]): number {
  return ranked(numbers, Math.floor(numbers.length / 2));
}

function newTimes(): { wallMs: number[]; cpuMs: number[] } {
  return { wallMs: [], cpuMs: [] };
}

function ranked(numbers: number[], rank: number): number {
  return numbers.toSorted((a, b) => a - b)[rank] ?? Number.NaN;
}

function ratioOf(numbers: number[]): number {
  return Math.max(...numbers) / Math.min(...numbers);
}
