import { describe, expect } from 'vitest';
import { test } from '#test/fixtures.ts';

describe('GET /servers/:serverId/users', () => {
  test('pages forwards, backwards and from the end over the same rows', async ({ api, given }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann', 'ben', 'cat', 'dan', 'eve');
    const admin = await api.as('admin');
    const page = async (query: string) => {
      const response = await admin.get(`/servers/${tokyo.id}/users?limit=2&sort=name${query}`);
      expect(response.statusCode).toBe(200);
      return response.json();
    };
    const names = ({ items }: { items: { accountName: string }[] }) =>
      items.map(({ accountName }) => accountName);

    const first = await page('');
    const second = await page(`&cursor=${first.nextCursor}`);
    const third = await page(`&cursor=${second.nextCursor}`);
    const back = await page(`&before=${third.previousCursor}`);
    const last = await page('&last=true');

    expect([first, second, third, back, last].map(names)).toEqual([
      ['ann', 'ben'],
      ['cat', 'dan'],
      ['eve'],
      ['cat', 'dan'],
      ['dan', 'eve'],
    ]);
    expect(first).toMatchObject({ total: 5, counts: { all: 5, active: 5 } });
    expect(first.previousCursor).toBeUndefined();
    expect(third.nextCursor).toBeUndefined();
    expect(last.nextCursor).toBeUndefined();
  });
});
