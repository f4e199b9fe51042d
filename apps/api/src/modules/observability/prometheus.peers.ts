import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { describe, expect, inject } from 'vitest';
import * as z from 'zod';
import { urlAs } from '#database/roles.ts';
import { test as base } from '#test/fixtures.ts';
import { freePort } from '#test/free-port.ts';
import { password } from '#test/given.ts';
import { rolePassword } from '#test/global-setup.ts';
import { addCheck, addJob, addSnapshot, set } from '#test/watched.ts';

const deploy = fileURLToPath(new URL('../../../../../deploy/', import.meta.url));
const run = promisify(execFile);

/** How long the product is scraped under load; five minutes were looked at, a minute is looked at each time. */
const watchSeconds = Number(process.env.WATCH_SECONDS ?? 60);

const test = base
  .extend('folder', async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cmp-watched-'));
    onCleanup(() => rm(folder, { recursive: true, force: true }));
    return folder;
  })
  .extend('start', async ({}, { onCleanup }) => {
    const started: ChildProcess[] = [];
    onCleanup(() => {
      for (const child of started) child.kill('SIGKILL');
    });
    return (command: string, args: string[], env: NodeJS.ProcessEnv = process.env) => {
      const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
      started.push(child);
      return child;
    };
  });

describe('Debian’s promtool', () => {
  test('finds the rules and the example sound, and every alert raised by what it is for alone', {
    timeout: 120_000,
  }, async () => {
    const cwd = join(deploy, 'prometheus');

    const checks = [
      await run('promtool', ['check', 'rules', 'alerts.yml'], { cwd }),
      await run('promtool', ['check', 'config', 'prometheus.example.yml'], { cwd }),
      await run('promtool', ['test', 'rules', 'alerts.test.yml'], { cwd }),
    ];
    const [rules, tests] = await Promise.all(
      ['alerts.yml', 'alerts.test.yml'].map((file) => readFile(join(cwd, file), 'utf8')),
    );

    for (const { stdout } of checks) expect(stdout).toContain('SUCCESS');
    const named = [...(rules ?? '').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !tests?.includes(`alertname: ${name}\n`))).toEqual([]);
  });
});

describe('Debian’s Prometheus', () => {
  test('scrapes the running product under load, and raises the alarm at real faults', {
    timeout: (watchSeconds + 240) * 1_000,
  }, async ({ database, db, given, folder, start }) => {
    const [port, prometheusPort] = [await freePort(), await freePort()];
    const botToken = 'a-service-token-of-this-test-0123456789';
    const telegramPort = await freePort();
    const telegramRoot = `http://127.0.0.1:${telegramPort}`;
    const telegram = await startTelegram(telegramPort);
    await given.account({ username: 'sam' });
    await given.servers('tokyo');
    await useEverything(db);
    const product = start(
      process.execPath,
      [fileURLToPath(new URL('../../main.ts', import.meta.url))],
      {
        ...process.env,
        ...{ PORT: String(port), HOST: '127.0.0.1', DATA_DIR: folder, LOG_LEVEL: 'fatal' },
        DATABASE_URL: urlAs(inject('postgresUrl'), 'cmp_app', rolePassword, database),
        ...{ BOT_SERVICE_TOKEN: botToken, TELEGRAM_BOT_TOKEN: '123:nobody' },
        TELEGRAM_API_ROOT: telegramRoot,
      },
    );
    const site = `http://127.0.0.1:${port}`;
    await expect
      .poll(() => isReady(`${site}/internal/ready`), { timeout: 30_000, interval: 200 })
      .toBe(true);
    const bot = start(
      process.execPath,
      [fileURLToPath(new URL('../../../../telegram-bot/src/main.ts', import.meta.url))],
      { ...process.env, API_URL: site, BOT_SERVICE_TOKEN: botToken },
    );
    start('prometheus', await configure(folder, port, prometheusPort));
    const prometheus = asker(`http://127.0.0.1:${prometheusPort}`);
    await expect
      .poll(() => prometheus.value('up{job="cmp"}'), { timeout: 30_000, interval: 500 })
      .toBe(1);

    const requests = await load(site, watchSeconds);

    const range = `[${watchSeconds}s]`;
    const scraped = await prometheus.value(`avg_over_time(up{job="cmp"}${range})`);
    const scrapes = await prometheus.value(`count_over_time(up{job="cmp"}${range})`);
    const p95 = await prometheus.value(
      `quantile_over_time(0.95, scrape_duration_seconds{job="cmp"}${range})`,
    );
    console.info(
      `${requests} requests in ${watchSeconds} s; ${scrapes} scrapes, ${scraped * 100} % answered, p95 ${p95} s`,
    );
    expect(scraped).toBe(1);
    expect(scrapes).toBeGreaterThan(watchSeconds / 2);
    expect(p95).toBeLessThan(1);
    for (const query of await dashboardQueries())
      expect([query, (await prometheus.ask(query)).length > 0]).toEqual([query, true]);
    expect(await prometheus.firing()).toEqual([]);

    await sql`update snapshots set created_at = now() - interval '31 hours'`.execute(db);
    await expect.poll(prometheus.firing, patiently).toEqual(['CmpSnapshotOld']);

    bot.kill('SIGKILL');
    await once(bot, 'exit');
    telegram.close();
    // Two minutes of silence, as data: the clock is nobody's to set.
    await sql`update bot_state set updated_at = updated_at - interval '2 minutes'`.execute(db);
    await expect.poll(prometheus.firing, patiently).toEqual(['CmpBotSilent', 'CmpSnapshotOld']);

    product.kill('SIGTERM');
    await once(product, 'exit');
    await expect.poll(prometheus.firing, patiently).toContain('CmpApiDown');
  });
});

const patiently = { timeout: 60_000, interval: 500 };

/** So that there is a figure for everything there can be one of. */
async function useEverything(db: Parameters<typeof set>[0]): Promise<void> {
  // So that the bot has something to say, and its latency is known.
  await set(db, 'telegram', { enabled: true, defaultChatId: '-1', events: ['sign_in'] });
  await set(db, 'certificate', { domain: 'portal.example.org' });
  await set(db, 'storage', { scheduleEnabled: false });
  await addCheck(db, { domain: 'portal.example.org', left: '50 days' });
  await addSnapshot(db, { age: '1 hour' });
  await addJob(db, {
    ...{ state: 'done', createdAt: '2 hours', startedAt: '2 hours', endedAt: '1 hour' },
  });
  await sql`insert into plans (action, state) values ('users:import', 'ready')`.execute(db);
}

async function isReady(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The files that operators use, hurried: they look every second, and wait for two. */
async function configure(folder: string, port: number, listen: number): Promise<string[]> {
  const [rules, config] = await Promise.all(
    ['alerts.yml', 'prometheus.example.yml'].map((file) =>
      readFile(join(deploy, 'prometheus', file), 'utf8'),
    ),
  );
  const [rulesPath, path] = [join(folder, 'alerts.yml'), join(folder, 'prometheus.yml')];
  await writeFile(rulesPath, rules?.replaceAll(/for: \S+/g, 'for: 2s') ?? '');
  const hurried = config?.replaceAll('_interval: 15s', '_interval: 1s') ?? '';
  await writeFile(path, hurried.replace('127.0.0.1:3001', `127.0.0.1:${port}`));
  return [
    `--config.file=${path}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${listen}`,
    '--log.level=error',
  ];
}

/** A Telegram that knows every token and has no news. */
async function startTelegram(port: number): Promise<{ close: () => void }> {
  const answers: Record<string, unknown> = {
    getMe: { id: 1, is_bot: true, first_name: 'Portal', username: 'cmp_bot' },
    getUpdates: [],
  };
  const server = createHttpServer(async ({ url = '' }, response) => {
    const method = url.slice(url.lastIndexOf('/') + 1);
    if (method === 'getUpdates') await wait(500);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ ok: true, result: answers[method] ?? true }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { close: () => server.close() };
}

/** Lists, a change now and then, and wrong passwords at the start: what a quiet office does. */
async function load(site: string, seconds: number): Promise<number> {
  const headers = { origin: site, 'content-type': 'application/json' };
  const login = (name: string, secret: string) =>
    fetch(`${site}/api/auth/login`, {
      ...{ method: 'POST', headers },
      body: JSON.stringify({ username: name, password: secret }),
    });
  for (let attempt = 0; attempt < 6; attempt += 1) await login('nobody', 'wrong');
  const signedIn = await login('sam', password);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';', 1)[0])
    .join('; ');
  const until = Date.now() + seconds * 1_000;
  const made = await fetch(`${site}/api/admin/matviews/user_status_matview`, {
    ...{ method: 'PUT', headers: { ...headers, cookie }, body: '{"exists":true}' },
  });
  expect(made.status).toBe(200);
  let requests = 0;
  for (; Date.now() < until; requests += 1) {
    const { status } =
      requests % 50 === 0
        ? await fetch(`${site}/api/servers`, {
            ...{ method: 'POST', headers: { ...headers, cookie } },
            body: JSON.stringify({ name: `server ${requests}` }),
          })
        : await fetch(`${site}/api/${requests % 2 ? 'overview' : 'servers'}`, {
            headers: { cookie },
          });
    expect(status).toBeLessThan(400);
    await wait(100);
  }
  return requests;
}

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const Alerts = z.object({
  data: z.object({
    alerts: z.array(z.object({ labels: z.object({ alertname: z.string() }), state: z.string() })),
  }),
});

function asker(address: string) {
  const ask = async (query: string) => {
    const response = await fetch(`${address}/api/v1/query?${new URLSearchParams({ query })}`);
    return Answer.parse(await response.json()).data.result;
  };
  return {
    ask,
    value: async (query: string) =>
      Number((await ask(query).catch(() => []))[0]?.value[1] ?? Number.NaN),
    firing: async () => {
      const response = await fetch(`${address}/api/v1/alerts`);
      const { alerts } = Alerts.parse(await response.json()).data;
      return alerts
        .filter(({ state }) => state === 'firing')
        .map(({ labels }) => labels.alertname)
        .toSorted();
    },
  };
}

async function dashboardQueries(): Promise<string[]> {
  const Panels = z.object({
    panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })).default([]) })),
  });
  const file = await readFile(join(deploy, 'grafana', 'cmp.json'), 'utf8');
  return Panels.parse(JSON.parse(file)).panels.flatMap(({ targets }) =>
    targets.map(({ expr }) => expr.replaceAll('$instance', '.*')),
  );
}
