import { type HttpPair, pairs } from './http-pairs.ts';
import { currentVersion, type Load, load, shapeOfAnswer } from './load.ts';
import { keepResult, printTable, range } from './results.ts';
import { interleave, type Pair, ratios, summarise } from './rounds.ts';
import { askedFor } from './sample.ts';
import type { BenchServer } from './servers.ts';
import { withSite } from './site.ts';

const { size, names: asked } = askedFor();
const rounds = 7;
const roundSeconds = 1.5;
const warmSeconds = 4;
const standing = { connections: 64, seconds: 5 };
/** Each has sessions of its own, so that none is refused for what the one before asked. */
const loadsPerPair = 2 * (rounds + 1) + 2;

await main();

/** The product's API against a bare Fastify and pg that run the same SQL, each in a process of its own. */
async function main(): Promise<void> {
  const chosen = pairs.filter(({ path }) => asked.length === 0 || asked.includes(path));
  const sessions = chosen.reduce((sum, pair) => sum + pair.sessions * loadsPerPair, 0);
  await withSite(size, sessions, async (site) => {
    const takeCookies: TakeCookies = (pair) => site.takeCookies(pair.sessions);
    const sides = {
      product: await site.start(import.meta.resolve('@cmp/api/src/main.ts')),
      bare: await site.start(import.meta.resolve('./bare-server.ts')),
    };

    const measured = [];
    for (const pair of chosen) measured.push(await comparePair(sides, pair, takeCookies));
    printTable(measured.map(comparisonRow));

    const reported = [];
    for (const pair of chosen) reported.push(await report(sides.product, pair, takeCookies));
    console.log(`\nAt ${size.users.toLocaleString('en')} users, ${standing.seconds} s each:`);
    printTable(reported.map(standingRow));

    const { conditions } = site;
    const result = { conditions, size, roundSeconds, measured, standing: reported };
    console.log(`\nkept in ${keepResult('http', result)}`);
  });
}

type Sides = Record<keyof Pair, BenchServer>;
type TakeCookies = (pair: HttpPair) => string[];

async function comparePair(sides: Sides, pair: HttpPair, takeCookies: TakeCookies) {
  await refuseUnlike(sides, pair, takeCookies(pair));
  const loads: Record<keyof Pair, Load[]> = { product: [], bare: [] };
  const measure = async (side: keyof Pair, seconds = roundSeconds) => {
    const { connections } = pair;
    const wish = await wishFor(sides.product, pair, takeCookies(pair));
    return load(sides[side], pair, { seconds, connections, ...wish });
  };

  await measure('product', warmSeconds); // Both are compiled and connected when it counts.
  await measure('bare', warmSeconds);
  const cpuUs = await interleave(rounds, async (side) => {
    const done = await measure(side);
    loads[side].push(done);
    return done.cpuUsPerRequest;
  });
  const { method, path, target } = pair;
  return {
    route: `${method} ${path}`,
    target,
    cpuUs,
    ratio: ratios(cpuUs.bare, cpuUs.product),
    loads,
  };
}

/** Two sides that do not answer the same are not comparable. */
async function refuseUnlike(sides: Sides, pair: HttpPair, [cookie = '']: string[]): Promise<void> {
  const shape = async (side: BenchServer) =>
    shapeOfAnswer(side, pair, cookie, await currentVersion(sides.product, pair, cookie));
  const [product, bare] = [await shape(sides.product), await shape(sides.bare)];
  if (product !== bare)
    throw new Error(`${pair.path} is answered differently:\nproduct ${product}\nbare ${bare}`);
}

async function wishFor(product: BenchServer, pair: HttpPair, cookies: string[]) {
  const version = await currentVersion(product, pair, cookies[0] ?? '');
  return { cookies, version };
}

async function report(product: BenchServer, pair: HttpPair, takeCookies: TakeCookies) {
  const connections = pair.write ? pair.connections : standing.connections;
  const wish = await wishFor(product, pair, takeCookies(pair));
  const done = await load(product, pair, { seconds: standing.seconds, connections, ...wish });
  return { route: `${pair.method} ${pair.path}`, connections, ...done };
}

function comparisonRow({
  route,
  target,
  cpuUs,
  ratio,
  loads,
}: Awaited<ReturnType<typeof comparePair>>) {
  const perSecond = (side: keyof Pair) => summarise(loads[side].map((done) => done.perSecond));
  return {
    route,
    'product, µs of CPU': range(summarise(cpuUs.product)),
    'bare, µs of CPU': range(summarise(cpuUs.bare)),
    'bare / product': range(summarise(ratio)),
    target: target === undefined ? '' : `≥ ${target}`,
    'product, a second': range(perSecond('product')),
    'bare, a second': range(perSecond('bare')),
  };
}

function standingRow({ route, connections, ...done }: Awaited<ReturnType<typeof report>>) {
  return {
    route,
    connections: String(connections),
    'a second': done.perSecond.toFixed(0),
    'p50, ms': done.p50Ms.toFixed(1),
    'p95, ms': done.p95Ms.toFixed(1),
    'p99, ms': done.p99Ms.toFixed(1),
    'CPU, µs': done.cpuUsPerRequest.toFixed(0),
  };
}
