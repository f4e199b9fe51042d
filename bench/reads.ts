import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Load, load } from './load.ts';
import { startPostgres } from './postgres.ts';
import { conditions, keepResult, printTable, range } from './results.ts';
import { ratios, summarise } from './rounds.ts';
import { askedFor, fill } from './sample.ts';
import { type BenchServer, startServer } from './servers.ts';
import { signInOften } from './sessions.ts';

const { size, names: asked } = askedFor();
const rounds = 7;
const roundSeconds = 1.5;
const connections = 16;
/** None may ask more than 1,200 times in its minute. */
const sessionsPerLoad = 8;

/** Between all users, nine tenths behind the first: a cursor is a sort, a key and an id. */
const deep = Buffer.from(JSON.stringify(['name', 'zaw', 1])).toString('base64url');

/** What grows with the data. The words are of the sample: rare, in one of 100, of ten, of six users. */
const reads = {
  overview: '/api/overview',
  'search, rare': '/api/users?q=n7777',
  'search, 1 in 100': '/api/users?q=aung.min',
  'search, 1 in 10': '/api/users?q=aung',
  'search, 1 in 6': '/api/users?q=mikrotik',
  'search on a server': '/api/servers/1/users?q=aung',
  'first page of all': '/api/users',
  'deep page of all': `/api/users?cursor=${deep}`,
  'expired, by date': '/api/users?status=expired&sort=expires',
  'anchors of a server': '/api/servers/1/users/anchors?every=50',
  'anchors of all': '/api/users/anchors?every=1000',
} as const;
type Read = keyof typeof reads;

await main();

/** How the product's own reads do at a size, 16 clients at once; nothing is compared but the deep page with the first. */
async function main(): Promise<void> {
  const chosen = allReads().filter((read) => asked.length === 0 || asked.includes(read));
  const dataDir = mkdtempSync(join(tmpdir(), 'cmp-bench-keys-'));
  const postgres = await startPostgres();
  const servers: BenchServer[] = [];
  try {
    const where = conditions(postgres);
    await fill(postgres, size);
    const environment = {
      DATABASE_URL: postgres.urlOf('cmp_app', 'cmp'),
      JWT_SECRET: randomUUID(),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'error',
    };
    const cookies = await signInOften(
      environment.DATABASE_URL,
      environment.JWT_SECRET,
      chosen.length * (rounds + 1) * sessionsPerLoad,
    );
    const server = await startServer(import.meta.resolve('@cmp/api/src/main.ts'), environment);
    servers.push(server);

    const measured = await measure(server, chosen, () => cookies.splice(0, sessionsPerLoad));

    printTable(measured.map(row));
    const deepToFirst = deepOverFirst(measured);
    if (deepToFirst) console.log(`\ndeep / first page, p50: ${range(summarise(deepToFirst))}`);
    const result = { conditions: where, size, roundSeconds, connections, measured, deepToFirst };
    console.log(`\nkept in ${keepResult('reads', result)}`);
  } finally {
    for (const server of servers) await server.stop();
    postgres.stop();
    rmSync(dataDir, { recursive: true });
  }
}

function allReads(): Read[] {
  return Object.keys(reads).filter((name): name is Read => name in reads);
}

type Measured = { read: Read; path: string; loads: Load[] };

/** Round by round, so that a busy neighbour falls on all. */
async function measure(
  server: BenchServer,
  chosen: Read[],
  takeCookies: () => string[],
): Promise<Measured[]> {
  const once = (path: string, seconds: number) =>
    load(
      server,
      { method: 'GET', path },
      { seconds, connections, cookies: takeCookies(), version: 0 },
    );
  const measured = chosen.map((read): Measured => ({ read, path: reads[read], loads: [] }));
  for (const { path } of measured) await once(path, 0.5);
  for (let round = 0; round < rounds; round += 1)
    for (const { path, loads } of measured) loads.push(await once(path, roundSeconds));
  return measured;
}

function deepOverFirst(measured: Measured[]): number[] | undefined {
  const p50sOf = (name: Read) =>
    measured.find(({ read }) => read === name)?.loads.map(({ p50Ms }) => p50Ms);
  const [deepMs, firstMs] = [p50sOf('deep page of all'), p50sOf('first page of all')];
  return deepMs && firstMs && ratios(deepMs, firstMs);
}

function row({ read, loads }: Measured) {
  const column = (field: keyof Load) => range(summarise(loads.map((done) => done[field])));
  return {
    read,
    'a second': column('perSecond'),
    'p50, ms': column('p50Ms'),
    'p95, ms': column('p95Ms'),
    'CPU of the API, µs': column('cpuUsPerRequest'),
  };
}
