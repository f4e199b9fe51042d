import { strict as assert } from 'node:assert';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from '@cmp/api/src/database/client.ts';
import { keepResult, machine, printTable } from '#results.ts';
import { checkAgreement } from './agreement.ts';
import { type Balancer, startHaproxy, startNginx } from './balancers.ts';
import { capacitySessions, compareCapacity } from './capacity.ts';
import { gather, type Tally } from './crowd.ts';
import { installPrograms, versions } from './debian.ts';
import { type Site, withSite } from './site.ts';

const { values, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    restarts: { type: 'string', default: '10' },
    connections: { type: 'string', default: '200' },
  },
});
const restarts = Number(values.restarts);
const connections = Number(values.connections);
const pauseMs = 100;
const restartedWithinMs = 30_000;

const isAsked = (part: string) => asked.length === 0 || asked.includes(part);

await main();

/** Two instances: whether they agree, and whether anybody notices that they are started again one by one. */
async function main(): Promise<void> {
  installPrograms();
  await withSite(2 * (connections + 1) + capacitySessions, async (site) => {
    const where = { ...machine(), ...versions(), settings: site.database.settings };
    const agreed = isAsked('agreement') ? await checkAgreement(site) : [];
    printTable(agreed);
    const compared = isAsked('capacity') ? await compareCapacity(site) : [];
    printTable(compared.map(({ row }) => row));

    const workbook = await readWorkbook(site);
    const ports = [site.instances[0].origin, site.instances[1].origin] as const;
    const rolled = [];
    for (const begin of [startHaproxy, startNginx]) {
      const balancer = await begin(ports);
      const { name } = balancer;
      const cookies = site.cookies.splice(0, connections + 1);
      if (isAsked(name)) rolled.push(await roll(site, balancer, cookies, workbook));
      if (isAsked(`kill-${name}`)) rolled.push(await killOne(site, balancer, cookies));
      await balancer.stop();
    }
    printTable(rolled.map(({ row }) => row));
    const result = { conditions: where, agreed, compared, rolled };
    console.log(`\nkept in ${keepResult('cluster', result)}`);

    if (rolled.some(({ isGood }) => !isGood)) process.exitCode = 1;
  });
}

/** Stops and starts the instances in turn, under load: nobody may notice. */
async function roll(site: Site, balancer: Balancer, cookies: string[], workbook: Buffer) {
  const crowd = gather({ origin: balancer.origin, cookies, workbook, pauseMs });
  await wait(2_000);
  const stops = [];
  for (let round = 0; round < restarts; round += 1) {
    const instance = site.instances[round % 2 === 0 ? 0 : 1];
    stops.push(await instance.stop());
    await instance.start();
    await wait(balancer.settledMs);
  }
  const tally = await crowd.leave();
  const lost = await countLost(site, tally);
  const slowest = Math.max(...stops.map(({ ms }) => ms));
  const isGood =
    bad(tally) === 0 &&
    lost.missing === 0 &&
    stops.every(({ code, ms }) => code === 0 && ms < restartedWithinMs);
  const what = `${restarts} restarts behind ${balancer.name}`;
  return {
    isGood,
    stops,
    lost,
    tally: figures(tally),
    row: row(
      what,
      tally,
      `${(slowest / 1000).toFixed(1)} s, code ${[...new Set(stops.map(({ code }) => code))]}`,
    ),
  };
}

/** Kills one: what it owed an answer to is lost, and nothing else. */
async function killOne(site: Site, balancer: Balancer, cookies: string[]) {
  const crowd = gather({ origin: balancer.origin, cookies, pauseMs });
  await wait(3_000);
  const before = bad(crowd.tally);
  await site.instances[0].kill();
  await wait(5_000);
  const tally = { ...crowd.tally };
  const noticed = bad(tally) - before;
  await site.instances[0].start();
  await wait(balancer.settledMs);
  const whole = await crowd.leave();
  const lost = await countLost(site, whole);
  // Each connection has one request under way at most, and half of them are the other instance's.
  const isGood = before === 0 && lost.missing === 0 && noticed <= connections / 2;
  return {
    isGood,
    lost,
    tally: figures(whole),
    row: row(`kill -9 behind ${balancer.name}`, whole, 'killed'),
  };
}

/** Whether all whose making was answered are there once, and how many there are of whom nobody was told. */
async function countLost({ database }: Site, { made, unknown }: Tally) {
  const { db } = connect(database.urlOf('cmp_app'), 1);
  try {
    const countOf = async (names: string[]) => {
      if (names.length === 0) return 0;
      const found = await db
        .selectFrom('users')
        .select('accountName')
        .where('accountName', 'in', names)
        .execute();
      return found.length;
    };
    return {
      made: made.length,
      missing: made.length - (await countOf(made)),
      unanswered: unknown.length,
      unansweredButMade: await countOf(unknown),
    };
  } finally {
    await db.destroy();
  }
}

function bad({ refused, broken }: Tally): number {
  return [refused, broken].flatMap((of) => Object.values(of)).reduce((sum, one) => sum + one, 0);
}

function row(what: string, tally: Tally, exits: string): Record<string, string> {
  const { requests, uploads, refused, broken } = tally;
  const { p50Ms, p99Ms, mostMs } = figures(tally);
  return {
    what,
    requests: String(requests),
    uploads: String(uploads),
    'not 2xx': told(refused),
    'not answered': told(broken),
    'p50, p99, most, ms': `${p50Ms}, ${p99Ms}, ${mostMs}`,
    'slowest exit': exits,
  };
}

function told(of: Record<string, number>): string {
  const parts = Object.entries(of).map(([name, times]) => `${times} × ${name}`);
  return parts.length > 0 ? parts.join(', ') : '0';
}

function figures({ latenciesMs, made, unknown, ...counts }: Tally) {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  return {
    ...counts,
    made: made.length,
    unknown: unknown.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    mostMs: at(1),
  };
}

/** A server's users as a workbook: uploaded again, it has nothing to change. */
async function readWorkbook({ instances: [{ origin }], cookies }: Site): Promise<Buffer> {
  const response = await fetch(`${origin}/api/servers/2/users/export.xlsx`, {
    headers: { cookie: cookies[0] ?? '' },
  });
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}
