import { describe, expect } from 'vitest';
import { test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

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
});
