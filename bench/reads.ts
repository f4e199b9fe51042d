import { type Load, load } from './load.ts';
import { keepResult, printTable, range } from './results.ts';
import { ratios, summarise } from './rounds.ts';
import { askedFor } from './sample.ts';
import type { BenchServer } from './servers.ts';
import { withSite } from './site.ts';

const { size, names: asked } = askedFor();
const rounds = 7;
const usual = { connections: 16, seconds: 1.5 };
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

/** Asked for once a list, not once a page: by one client, and long enough to come back. */
const rare: { [Name in Read]?: typeof usual } = {
  'anchors of all': { connections: 1, seconds: 4 },
};

await main();

/** How the product's own reads do at a size, 16 clients at once; nothing is compared but the deep page with the first. */
async function main(): Promise<void> {
  const chosen = allReads().filter((read) => asked.length === 0 || asked.includes(read));
  const sessions = chosen.length * (rounds + 1) * sessionsPerLoad;
  await withSite(size, sessions, async ({ conditions, takeCookies, start }) => {
    const server = await start(import.meta.resolve('@cmp/api/src/main.ts'));

    const measured = await measure(server, chosen, () => takeCookies(sessionsPerLoad));

    printTable(measured.map(row));
    const deepToFirst = deepOverFirst(measured);
    if (deepToFirst) console.log(`\ndeep / first page, p50: ${range(summarise(deepToFirst))}`);
    const result = { conditions, size, usual, rare, measured, deepToFirst };
    console.log(`\nkept in ${keepResult('reads', result)}`);
  });
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
  const once = async (read: Read) => {
    const path = reads[read];
    const { connections, seconds } = rare[read] ?? usual;
    const wish = { connections, seconds, cookies: takeCookies(), version: 0 };
    return load(server, { method: 'GET', path }, wish);
  };
  const measured = chosen.map((read): Measured => ({ read, path: reads[read], loads: [] }));
  for (const { read } of measured) await once(read);
  for (let round = 0; round < rounds; round += 1)
    for (const { read, loads } of measured) loads.push(await once(read));
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
