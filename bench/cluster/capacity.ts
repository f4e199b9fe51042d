import { setTimeout as wait } from 'node:timers/promises';
import { range } from '#results.ts';
import { interleave, type Pair, ratios, summarise } from '#rounds.ts';
import { startHaproxy } from './balancers.ts';
import { gather } from './crowd.ts';
import { type Instance, makeInstance } from './processes.ts';
import type { Site } from './site.ts';

const rounds = 7;
const roundMs = 2_000;
const connections = 48;

/** How many sessions the comparisons take: each load has its own, or the limit of a session would end it. */
export const capacitySessions = 2 * 2 * (rounds + 1) * connections;

/** What a second instance adds, and what the pooler takes: requests a second and the API's CPU, as ratios within a round. */
export async function compareCapacity(site: Site) {
  const [a, b] = site.instances;
  const one = await startHaproxy([a.origin, a.origin]);
  const two = await startHaproxy([a.origin, b.origin]);
  const straight = await makeInstance(import.meta.resolve('@cmp/api/src/main.ts'), {
    ...site.environment,
    ...{ WORK: 'off', DATABASE_URL: site.environment.DATABASE_DIRECT_URL ?? '' },
    DATABASE_DIRECT_URL: '',
  });
  await straight.start();
  await wait(2_000);
  const compared = [
    await compare(site, 'one instance / two', at(two, a, b), at(one, a)),
    await compare(site, 'straight / through PgBouncer', at(a, a), at(straight, straight)),
  ];
  await straight.stop();
  await one.stop();
  await two.stop();
  return compared;
}

/** Where is asked, and whose CPU is counted. */
function at({ origin }: { origin: string }, ...instances: Instance[]) {
  return { origin, cpuMs: () => instances.reduce((sum, { cpuMs }) => sum + cpuMs(), 0) };
}

type Side = ReturnType<typeof at>;

async function compare(site: Site, what: string, product: Side, bare: Side) {
  const sides = { product, bare };
  const perSecond: Pair = { product: [], bare: [] };
  const measure = async (name: keyof Pair) => {
    const { origin, cpuMs } = sides[name];
    const cookies = site.cookies.splice(0, connections);
    const cpuBefore = cpuMs();
    const crowd = gather({ origin, cookies, pauseMs: 0 });
    await wait(roundMs);
    const { requests, refused, broken } = await crowd.leave();
    if (Object.keys(refused).length + Object.keys(broken).length > 0)
      throw new Error(`${what}: ${JSON.stringify({ refused, broken })}`);
    const done = { perSecond: (requests / roundMs) * 1_000, cpuMs: cpuMs() - cpuBefore };
    return { ...done, cpuUs: (done.cpuMs * 1_000) / requests };
  };
  // A process that has just begun is dearer than it will be.
  for (const name of ['product', 'bare'] as const) await measure(name);
  const cpuUs = await interleave(rounds, async (name) => {
    const measured = await measure(name);
    perSecond[name].push(measured.perSecond);
    return measured.cpuUs;
  });
  return {
    ...{ cpuUs, perSecond },
    row: {
      what,
      'CPU, ratio': range(summarise(ratios(cpuUs.bare, cpuUs.product))),
      'a second, ratio': range(summarise(ratios(perSecond.bare, perSecond.product))),
      'a second': `${range(summarise(perSecond.bare))} / ${range(summarise(perSecond.product))}`,
    },
  };
}
