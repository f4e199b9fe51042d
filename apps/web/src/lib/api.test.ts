import { HttpResponse, http } from 'msw';
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import { network, refusal } from '#test/network.ts';
import { api } from './api.ts';
import { ApiError, Unreachable } from './api-error.ts';
import { connection } from './connection.ts';
import { signInRequest } from './session-renewal.ts';

const Answer = z.object({ ok: z.boolean() });
afterEach(() => connection.answered());

test('many requests that find the session run out refresh it once, and each is sent again', async () => {
  let refreshes = 0;
  let fresh = false;
  network.use(
    http.get('/api/thing/:id', () =>
      fresh ? HttpResponse.json({ ok: true }) : refusal(401, 'unauthenticated'),
    ),
    http.post('/api/auth/refresh', async () => {
      refreshes += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      fresh = true;
      return HttpResponse.json({});
    }),
  );

  const answers = await Promise.all([1, 2, 3].map((id) => api.get(`/thing/${id}`, Answer)));

  expect(answers).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
  expect(refreshes).toBe(1);
});

test('a command sent again carries the key it was first sent with', async () => {
  const keys: (string | null)[] = [];
  network.use(
    http.post('/api/act', ({ request }) => {
      keys.push(request.headers.get('idempotency-key'));
      return keys.length === 1 ? refusal(401, 'unauthenticated') : HttpResponse.json({ ok: true });
    }),
    http.post('/api/auth/refresh', () => HttpResponse.json({})),
  );

  await api.post('/act', { a: 1 }, Answer);

  expect(keys).toHaveLength(2);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys[1]).toBe(keys[0]);
});

test('where refreshing fails one sign-in is asked for, and the requests wait for it', async () => {
  let signedIn = false;
  let asked = 0;
  const forget = signInRequest.subscribe(() => {
    if (signInRequest.get()) asked += 1;
  });
  network.use(
    http.get('/api/thing/:id', () =>
      signedIn ? HttpResponse.json({ ok: true }) : refusal(401, 'unauthenticated'),
    ),
    http.post('/api/auth/refresh', () => refusal(401, 'unauthenticated')),
  );

  const waiting = Promise.all([1, 2].map((id) => api.get(`/thing/${id}`, Answer)));
  await expect.poll(() => signInRequest.get()).toBeDefined();
  signedIn = true;
  signInRequest.get()?.fulfil();

  expect(await waiting).toEqual([{ ok: true }, { ok: true }]);
  expect(asked).toBe(1);
  expect(signInRequest.get()).toBeUndefined();
  forget();
});

test('a sign-in that is declined refuses the request', async () => {
  network.use(
    http.get('/api/thing', () => refusal(401, 'unauthenticated')),
    http.post('/api/auth/refresh', () => refusal(401, 'unauthenticated')),
  );

  const waiting = api.get('/thing', Answer);
  await expect.poll(() => signInRequest.get()).toBeDefined();
  signInRequest.get()?.refuse();

  await expect(waiting).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a quiet request asks nobody to sign in', async () => {
  network.use(
    http.get('/api/thing', () => refusal(401, 'unauthenticated')),
    http.post('/api/auth/refresh', () => refusal(401, 'unauthenticated')),
  );

  const quiet = api.get('/thing', Answer, { ifSignedOut: 'throw' });

  await expect(quiet).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(signInRequest.get()).toBeUndefined();
});

test('a wrong password is told at once: nothing is refreshed', async () => {
  let refreshes = 0;
  network.use(
    http.post('/api/auth/login', () => refusal(401, 'sign_in_failed')),
    http.post('/api/auth/refresh', () => {
      refreshes += 1;
      return HttpResponse.json({});
    }),
  );

  await expect(api.post('/auth/login', {}, Answer)).rejects.toMatchObject({
    code: 'sign_in_failed',
  });
  expect(refreshes).toBe(0);
});

test('a proxy that answers with a page is told apart from a refusal', async () => {
  network.use(
    http.get('/api/thing', () => HttpResponse.html('<h1>Bad gateway</h1>', { status: 502 })),
  );

  const error = await api.get('/thing', Answer).catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: 'unavailable' });
});

test('silence is Unreachable, and the panel knows that it is offline', async () => {
  network.use(http.get('/api/thing', () => HttpResponse.error()));

  await expect(api.get('/thing', Answer)).rejects.toBeInstanceOf(Unreachable);

  expect(connection.get().online).toBe(false);
});
