import { describe, expect } from 'vitest';
import { test } from '#test/command-fixtures.ts';

describe('cmp matview', () => {
  test('makes the view, refreshes it and drops it, and says how it stands', async ({
    cmp,
    db,
    given,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann');

    const absent = await cmp('matview status');
    const refused = await cmp('matview refresh --json');
    const made = JSON.parse((await cmp('matview create --json')).out);
    const refreshed = JSON.parse((await cmp('matview refresh --json')).out);
    const there = await cmp('matview status');
    const dropped = await cmp('matview drop');
    const changes = await db
      .selectFrom('changes')
      .select(['via', 'reason'])
      .where('action', '=', 'matviews:update')
      .orderBy('id')
      .execute();

    expect(absent).toMatchObject({ exitCode: 0, out: expect.stringContaining('is not there') });
    expect(refused.exitCode).toBe(1);
    expect(JSON.parse(refused.out)).toMatchObject({ error: { code: 'matview_missing' } });
    expect(made).toMatchObject({ exists: true, concurrentSupported: true, pending: false });
    expect(Date.parse(refreshed.lastSuccess)).toBeGreaterThan(Date.parse(made.lastSuccess));
    expect(there.out).toBe(`user_status_matview is of ${refreshed.lastSuccess}.\n`);
    expect(dropped).toMatchObject({ exitCode: 0, out: expect.stringContaining('is not there') });
    expect(changes).toEqual([
      { via: 'cli', reason: 'user_status_matview made' },
      { via: 'cli', reason: 'user_status_matview dropped' },
    ]);
  });
});
