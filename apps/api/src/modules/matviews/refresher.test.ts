import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'kysely';
import { describe, expect, inject } from 'vitest';
import type { Db } from '#database/client.ts';
import { urlAs } from '#database/roles.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { test as base, type client, system } from '#test/fixtures.ts';
import { execute, rolePassword } from '#test/global-setup.ts';
import { tendMatview } from './matviews.service.ts';
import { matviewRefresher } from './refresher.ts';

type Client = ReturnType<typeof client>;

const address = '/admin/matviews/user_status_matview';

const test = base
  .extend('admin', async ({ api }) => {
    const admin = await api.as('admin');
    const made = await admin.put(address, { exists: true });
    if (made.statusCode !== 200) throw new Error(made.body);
    return admin;
  })
  /** The refreshes that PostgreSQL itself has seen to their end. */
  .extend('countRefreshes', async ({ database, admin: _, owner }) => {
    const superuserUrl = new URL(inject('postgresUrl'));
    superuserUrl.pathname = `/${database}`;
    await execute(
      superuserUrl.href,
      'create schema watched',
      `create table watched.refreshes (may_take text default current_setting('statement_timeout'))`,
      'grant usage on schema watched to public',
      'grant select on watched.refreshes to public',
      `create function watched.count_refresh() returns event_trigger language plpgsql security definer
        as 'begin insert into watched.refreshes default values; end'`,
      `create event trigger count_refresh on ddl_command_end
        when tag in ('REFRESH MATERIALIZED VIEW') execute function watched.count_refresh()`,
    );
    return async () => {
      const { rows } = await sql<{ mayTake: string }>`
        select may_take from watched.refreshes`.execute(owner);
      // Longer than any statement of a request.
      expect(new Set(rows.map(({ mayTake }) => mayTake)).isSubsetOf(new Set(['10min']))).toBe(true);
      return rows.length;
    };
  })
  .extend('startRefresh', async ({ database }, { onCleanup }) => {
    const processes: ChildProcess[] = [];
    onCleanup(() => {
      for (const one of processes) one.kill('SIGKILL');
    });
    const DATABASE_URL = urlAs(inject('postgresUrl'), 'cmp_app', rolePassword, database);
    const entry = new URL('../../cmp.ts', import.meta.url).pathname;
    return () => {
      const env = { ...process.env, DATABASE_URL };
      const started = spawn(process.execPath, [entry, 'matview', 'refresh'], { env });
      processes.push(started);
      return started;
    };
  });

/** On a busy machine. */
const patience = { timeout: 20_000 };

/** As many that a refresh takes a while: every user ends on a day of their own. */
async function fill(db: Db, serverId: number): Promise<void> {
  await inChange(db, system, 'seed', null, (trx) =>
    sql`insert into users (server_id, account_name, name_key, search_key, expires_on)
      select ${serverId}, 'user ' || n, 'user ' || n, 'user ' || n, date '2020-01-01' + n
      from generate_series(1, 60000) n`.execute(trx),
  );
}

async function stateOf({ get }: Client) {
  const { matviews } = (await get('/admin/matviews')).json();
  return matviews[0];
}

describe('ten who ask at once, on two instances', () => {
  test('are served by one or two refreshes, and each by one that began after it asked', {
    timeout: 60_000,
  }, async ({ admin, api, app, db, given, startInstance, countRefreshes }) => {
    const [tokyo] = await given.servers('tokyo');
    await fill(db, tokyo.id);
    const other = api.withCookies(admin.cookies, await startInstance());
    const askedAt = await sql<{ now: string }>`select now()`.execute(db);

    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? other : admin).post(`${address}/refresh?mode=now`),
      ),
    );

    expect(answers.map((answer) => answer.json())).toEqual(
      Array(10).fill({ ok: true, refreshed: true }),
    );
    expect(await countRefreshes()).toBeGreaterThanOrEqual(1);
    expect(await countRefreshes()).toBeLessThanOrEqual(2);
    const state = await stateOf(admin);
    expect(state).toMatchObject({ refreshing: false, pending: false });
    expect(Date.parse(state.lastSuccess)).toBeGreaterThanOrEqual(
      Date.parse(askedAt.rows[0]?.now ?? ''),
    );
    const { rows } = await sql<{ users: number }>`
      select sum(users)::int as users from user_status_matview`.execute(app.db);
    expect(rows).toEqual([{ users: 60_000 }]);
  });

  test('are answered at once where they only enqueue, and two refreshes do as well', {
    timeout: 60_000,
  }, async ({ admin, api, db, given, owner, startInstance, countRefreshes }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann');
    const other = api.withCookies(admin.cookies, await startInstance());
    const seen: unknown[] = [];

    // Nothing refreshes past this lock: what the first one meets takes as long as the other nine need.
    const answers = await owner.transaction().execute(async (trx) => {
      await sql`lock table users in access exclusive mode`.execute(trx);
      const first = await admin.post(`${address}/refresh`);
      await expect.poll(async () => (await stateOf(other)).refreshing, patience).toBe(true);
      const rest = await Promise.all(
        Array.from({ length: 9 }, (_, index) =>
          (index % 2 ? other : admin).post(`${address}/refresh?mode=enqueue`),
        ),
      );
      seen.push(await stateOf(other), (await other.get('/metrics')).payload);
      return [first, ...rest];
    });
    await expect
      .poll(async () => await stateOf(other), patience)
      .toMatchObject({ refreshing: false, pending: false });

    expect(answers.map((answer) => answer.json())).toEqual(
      Array(10).fill({ ok: true, enqueued: true }),
    );
    expect(seen).toMatchObject([
      { refreshing: true, pending: true },
      expect.stringMatching(/^cmp_matview_refresh_running 1$/m),
    ]);
    expect(await countRefreshes()).toBe(2);
    await expect(
      db.selectFrom('matviewStates').select(['asked', 'served']).execute(),
    ).resolves.toEqual([{ asked: 10, served: 10 }]);
  });
});

describe('a refresh', () => {
  test('that fails leaves what was there, says so to who waited, and is tried again', {
    timeout: 60_000,
  }, async ({ admin, database, db, given, owner, countRefreshes }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann');
    const before = await stateOf(admin);
    await owner.transaction().execute(async (trx) => {
      await sql`lock table users in access exclusive mode`.execute(trx);
      const waiting = admin.post(`${address}/refresh?mode=now`);
      await expect.poll(async () => (await stateOf(admin)).refreshing, patience).toBe(true);
      await execute(
        inject('postgresUrl'),
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = '${database}' and query like 'call refresh_user_status%'`,
      );

      expect((await waiting).statusCode).toBe(503);
    });

    expect(await stateOf(admin)).toEqual({ ...before, pending: true, waiting: 1 });
    const failure = await db.selectFrom('matviewStates').select('failure').execute();
    expect(failure).toEqual([{ failure: expect.stringContaining('terminat') }]);
    expect((await admin.post(`${address}/refresh?mode=now`)).statusCode).toBe(200);
    expect(await stateOf(admin)).toMatchObject({ pending: false });
    expect(await countRefreshes()).toBe(1);
  });

  test('whose process was killed is noticed and taken over by a worker', {
    timeout: 60_000,
  }, async ({ admin, db, owner, given, startInstance, startRefresh, countRefreshes }) => {
    const [tokyo] = await given.servers('tokyo');
    await given.users(tokyo.id, 'ann');
    const before = await stateOf(admin);

    await owner.transaction().execute(async (trx) => {
      await sql`lock table users in access exclusive mode`.execute(trx);
      const refreshing = startRefresh();
      await expect.poll(async () => (await stateOf(admin)).refreshing, patience).toBe(true);
      refreshing.kill('SIGKILL');
      await once(refreshing, 'exit');
    });

    // Its backend finds nobody to tell, and gives up the lock with all it did.
    await expect
      .poll(async () => await stateOf(admin), patience)
      .toEqual({ ...before, pending: true, waiting: 1 });
    const mark = await db.selectFrom('matviewStates').select('runningSince').execute();
    expect(mark).toEqual([{ runningSince: expect.any(String) }]);
    await startInstance({}, { work: 'does' });
    await expect
      .poll(async () => await stateOf(admin), patience)
      .toMatchObject({ refreshing: false, pending: false });
    expect(Date.parse((await stateOf(admin)).lastSuccess)).toBeGreaterThan(
      Date.parse(before.lastSuccess),
    );
    expect(await countRefreshes()).toBe(1);
  });

  test('comes by itself after half an hour, where the view is used', {
    timeout: 60_000,
  }, async ({ admin, app, databaseUrl, db, startInstance, countRefreshes }) => {
    const age = async (minutes: number) => {
      const lastSuccess = sql<string>`now() - make_interval(mins => ${minutes})`;
      await db.updateTable('matviewStates').set({ lastSuccess }).execute();
    };
    const refresher = matviewRefresher(app.db, databaseUrl, () => {});

    await age(29);
    await tendMatview(db, refresher, 'detected');
    const early = await countRefreshes();
    await age(31);
    await tendMatview(db, refresher, 'off');
    const unused = await countRefreshes();
    await startInstance({}, { work: 'does' });

    await expect.poll(countRefreshes, patience).toBe(1);
    expect([early, unused]).toEqual([0, 0]);
    await expect
      .poll(async () => await stateOf(admin), patience)
      .toMatchObject({ refreshing: false, pending: false });
  });
});
