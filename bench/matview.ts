import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connect } from '@cmp/api/src/database/client.ts';
import { inChange } from '@cmp/api/src/modules/changes/changes.service.ts';
import { switchMatview } from '@cmp/api/src/modules/matviews/matviews.service.ts';
import { matviewRefresher } from '@cmp/api/src/modules/matviews/refresher.ts';
import { systemActor } from '@cmp/api/src/plugins/access.ts';
import { sql } from 'kysely';
import { type Load, load } from './load.ts';
import { startPostgres } from './postgres.ts';
import { conditions, keepResult, printTable, range } from './results.ts';
import { ratios, summarise } from './rounds.ts';
import { askedFor, fill } from './sample.ts';
import { type BenchServer, startServer } from './servers.ts';
import { signInOften } from './sessions.ts';

const { size } = askedFor();
const rounds = 7;
const sides = ['users', 'view'] as const;
type Side = (typeof sides)[number];

/** One who opens the page, and sixteen who have it open at once. */
const crowds = [1, 16] as const;
const seconds = 1.5;
const sessionsPerLoad = 8;

await main();

/** The overview of all, counted from the users and from the status view, and what a refresh of that costs. */
async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cmp-bench-keys-'));
  const postgres = await startPostgres();
  const servers: BenchServer[] = [];
  const url = postgres.urlOf('cmp_app', 'cmp');
  const { db } = connect(url, 2, { statementMs: 600_000 });
  try {
    const where = conditions(postgres);
    await fill(postgres, size);
    const madeMs = await timed(() =>
      switchMatview(db, url, systemActor('system'), { exists: true }, 'detected'),
    );
    const { rows } = await sql<{ groups: number; bytes: number }>`
      select count(*)::int as groups, pg_total_relation_size('user_status_matview')::int as bytes
      from user_status_matview`.execute(db);

    const environment = {
      ...{ DATABASE_URL: url, JWT_SECRET: randomUUID(), DATA_DIR: dataDir, LOG_LEVEL: 'error' },
      WORK: 'off',
    };
    const cookies = await signInOften(
      url,
      environment.JWT_SECRET,
      crowds.length * sides.length * (rounds + 1) * sessionsPerLoad,
    );
    const start = async (use: 'on' | 'off') => {
      const server = await startServer(import.meta.resolve('@cmp/api/src/main.ts'), {
        ...environment,
        USE_USER_STATUS_MATVIEW: use,
      });
      servers.push(server);
      return server;
    };
    const serverOf = { users: await start('off'), view: await start('on') };
    const takeCookies = () => cookies.splice(0, sessionsPerLoad);

    const measured = [];
    for (const connections of crowds)
      measured.push({ connections, loads: await compare(serverOf, connections, takeCookies) });
    const refreshMs = await refreshes(db, url);

    printTable(measured.map(row));
    console.log(
      `\nmade in ${Math.round(madeMs)} ms: ${rows[0]?.groups} rows, ${rows[0]?.bytes} bytes`,
    );
    for (const [name, times] of Object.entries(refreshMs))
      console.log(`refreshed, ${name}, ms: ${range(summarise(times))}`);
    const result = { conditions: where, size, rounds, seconds, measured, refreshMs, madeMs, rows };
    console.log(`\nkept in ${keepResult(`matview-${size.users}`, result)}`);
  } finally {
    for (const server of servers) await server.stop();
    await db.destroy();
    postgres.stop();
    rmSync(dataDir, { recursive: true });
  }
}

/** The sides take turns within each round and change who is first. */
async function compare(
  serverOf: Record<Side, BenchServer>,
  connections: number,
  takeCookies: () => string[],
): Promise<Record<Side, Load[]>> {
  const once = (side: Side) =>
    load(
      serverOf[side],
      { method: 'GET', path: '/api/overview' },
      { connections, seconds, cookies: takeCookies(), version: 0 },
    );
  const loads: Record<Side, Load[]> = { users: [], view: [] };
  for (const side of sides) await once(side);
  for (let round = 0; round < rounds; round += 1)
    for (const side of round % 2 === 0 ? sides : sides.toReversed())
      loads[side].push(await once(side));
  return loads;
}

/** Of data that nobody altered, and of data where one user in a hundred was extended since. */
async function refreshes(...[db, url]: [ReturnType<typeof connect>['db'], string]) {
  const { refresh } = matviewRefresher(db, url, () => {});
  const times = { unaltered: [] as number[], 'one in 100 altered': [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    times.unaltered.push(await timed(refresh));
    await inChange(db, systemActor('system'), 'seed', null, (trx) =>
      sql`update users set expires_on = expires_on + 31
        where id % 100 = ${round} and expires_on <> 'infinity'`.execute(trx),
    );
    times['one in 100 altered'].push(await timed(refresh));
  }
  return times;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await work();
  return performance.now() - begunAt;
}

function row({ connections, loads }: { connections: number; loads: Record<Side, Load[]> }) {
  const all = (side: Side, field: keyof Load) => loads[side].map((done) => done[field]);
  const column = (side: Side, field: keyof Load) => range(summarise(all(side, field)));
  return {
    'asked by': String(connections),
    'users, p50 ms': column('users', 'p50Ms'),
    'view, p50 ms': column('view', 'p50Ms'),
    'users / view, p50': range(summarise(ratios(all('users', 'p50Ms'), all('view', 'p50Ms')))),
    'users, a second': column('users', 'perSecond'),
    'view, a second': column('view', 'perSecond'),
    'view / users, a second': range(
      summarise(ratios(all('view', 'perSecond'), all('users', 'perSecond'))),
    ),
  };
}
