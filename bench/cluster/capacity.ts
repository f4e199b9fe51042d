import { setTimeout as wait } from 'node:timers/promises';
import { range } from '#results.ts';
import { interleave, ratios, summarise } from '#rounds.ts';
import { startHaproxy } from './balancers.ts';
import { gather } from './crowd.ts';
import { makeInstance } from './processes.ts';
import type { Site } from './site.ts';

const rounds = 7;
const roundMs = 2_000;
const connections = 48;

/** How many sessions the comparisons take: each load has its own, or the limit of a session would end it. */
export const capacitySessions = 2 * 2 * rounds * connections;

/** What a second instance adds, and what the pooler takes: requests a second, as ratios within a round. */
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
    await compare(site, 'two instances / one', two.origin, one.origin),
    await compare(site, 'through PgBouncer / straight', a.origin, straight.origin),
  ];
  await straight.stop();
  one.stop();
  two.stop();
  return compared;
}

async function compare(site: Site, what: string, origin: string, other: string) {
  const perSecond = await interleave(rounds, async (side) => {
    const cookies = site.cookies.splice(0, connections);
    const crowd = gather({ origin: side === 'product' ? origin : other, cookies, pauseMs: 0 });
    await wait(roundMs);
    const { requests, refused, broken } = await crowd.leave();
    if (Object.keys(refused).length + Object.keys(broken).length > 0)
      throw new Error(`${what}: ${JSON.stringify({ refused, broken })}`);
    return (requests / roundMs) * 1_000;
  });
  const { product, bare } = perSecond;
  return {
    perSecond,
    row: {
      what,
      ratio: range(summarise(ratios(product, bare))),
      'a second': range(summarise(product)),
      'against, a second': range(summarise(bare)),
    },
  };
}
