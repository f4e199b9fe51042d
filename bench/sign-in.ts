import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type Db } from '@cmp/api/src/database/client.ts';
import { loadKeys } from '@cmp/api/src/lib/keys.ts';
import { hashPassword } from '@cmp/api/src/lib/passwords.ts';
import { addAccount } from '@cmp/api/src/modules/accounts/accounts.service.ts';
import { inChange } from '@cmp/api/src/modules/changes/changes.service.ts';
import { changeSection } from '@cmp/api/src/modules/settings/settings.service.ts';
import { systemActor } from '@cmp/api/src/plugins/access.ts';
import { sections } from '@cmp/shared/settings/sections';
import { startFakeTelegram } from '@cmp/telegram-bot/src/test/fake-telegram.ts';
import { sql } from 'kysely';
import { startPostgres } from './postgres.ts';
import { conditions, keepResult, printTable, range } from './results.ts';
import { summarise } from './rounds.ts';
import { startServer } from './servers.ts';

const ROUNDS = 7;
const SIGN_INS = 80;
/** Within a round the sides take turns: a busy second of a neighbour is a p95 of its own. */
const BLOCKS = 16;
const CHATS = 5;
const password = 'a long walk along the shore';
const system = systemActor('system');
const sides = { alive: { kind: 'well' }, dead: { kind: 'black-hole' } } as const;
type Side = keyof typeof sides;
let asked = 0;

await main();

/** What a sign-in takes while Telegram is well, and while it answers nothing: each tells five chats of itself. */
async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cmp-bench-sign-in-'));
  const telegram = await startFakeTelegram();
  const postgres = await startPostgres();
  const environment = {
    DATABASE_URL: postgres.urlOf('cmp_app', 'cmp'),
    DATA_DIR: dataDir,
    BOT_SERVICE_TOKEN: randomUUID(),
    TELEGRAM_API_ROOT: telegram.root,
    TRUSTED_PROXIES: '127.0.0.1',
    LOG_LEVEL: 'error',
  };
  mkdirSync(dataDir, { recursive: true });
  const { db } = connect(environment.DATABASE_URL, 2);
  await prepare(db, dataDir, telegram.token);
  let bot: ChildProcess | undefined;
  const api = await startServer(import.meta.resolve('@cmp/api/src/main.ts'), environment);
  try {
    const where = conditions(postgres);
    bot = startBot(api.origin, environment.BOT_SERVICE_TOKEN);
    const p95s: Record<Side, number[]> = { alive: [], dead: [] };
    const medians: Record<Side, number[]> = { alive: [], dead: [] };
    await signIns(api.origin, SIGN_INS);
    for (let round = 0; round < ROUNDS; round += 1) {
      const times: Record<Side, number[]> = { alive: [], dead: [] };
      for (let block = 0; block < BLOCKS; block += 1) {
        const order = block % 2 === 0 ? (['alive', 'dead'] as const) : (['dead', 'alive'] as const);
        for (const side of order) {
          await telegram.behave(sides[side]);
          times[side].push(...(await signIns(api.origin, SIGN_INS / BLOCKS)));
        }
      }
      for (const side of ['alive', 'dead'] as const) {
        p95s[side].push(quantile(times[side], 0.95));
        medians[side].push(quantile(times[side], 0.5));
      }
    }
    const { rows } = await sql<{ waiting: number; sent: number }>`
      select count(*) filter (where state = 'waiting')::int as waiting,
        count(*) filter (where state = 'sent')::int as sent
      from deliveries where channel = 'telegram'`.execute(db);
    const apart = p95s.dead.map((p95, round) => p95 - (p95s.alive[round] ?? Number.NaN));
    printTable([
      ...(['alive', 'dead'] as const).map((side) => ({
        Telegram: side,
        'median, ms': range(summarise(medians[side])),
        'p95, ms': range(summarise(p95s[side])),
      })),
      { Telegram: 'dead − alive', 'median, ms': '', 'p95, ms': range(summarise(apart)) },
    ]);
    const result = { conditions: where, signIns: SIGN_INS, p95s, medians, apart, outbox: rows[0] };
    console.log(`\nkept in ${keepResult('sign-in', result)}`);
  } finally {
    bot?.kill('SIGKILL');
    await api.stop();
    await db.destroy();
    postgres.stop();
    await telegram.stop();
    rmSync(dataDir, { recursive: true });
  }
}

/** As it is run: a process of its own, with the way to the API and what opens it. */
function startBot(apiUrl: string, serviceToken: string): ChildProcess {
  const entry = fileURLToPath(import.meta.resolve('@cmp/telegram-bot/src/main.ts'));
  return spawn(process.execPath, [entry], {
    env: { API_URL: apiUrl, BOT_SERVICE_TOKEN: serviceToken, LOG_LEVEL: 'silent' },
    stdio: 'inherit',
  });
}

/** Telegram is on; five admins are told in chats of theirs, and one more signs in. */
async function prepare(db: Db, dataDir: string, token: string): Promise<void> {
  const passwordHash = await hashPassword(password);
  const account = (username: string) => ({
    ...{ username, displayName: username, email: null, role: 'admin' as const },
    ...{ passwordHash, mustChangePassword: false },
  });
  await inChange(db, system, 'seed', null, async (trx) => {
    await addAccount(trx, account('bench'));
    for (let chat = 1; chat <= CHATS; chat += 1) {
      const accountId = await addAccount(trx, account(`reader-${chat}`));
      await trx
        .insertInto('telegramChats')
        .values({ chatId: String(chat), telegramUserId: String(chat), name: 'Bench', accountId })
        .execute();
    }
  });
  const { settings } = loadKeys({
    dataDir,
    keys: {
      ...{ jwtSecret: undefined, botToken: 'unused' },
      secretKeyFile: join(dataDir, 'keys', 'secret-key'),
    },
  });
  await changeSection(db, system, settings, 'telegram', sections.telegram, {
    ...{ version: 1, values: { enabled: true, token } },
  });
}

/** One after the other, each from an address of its own: the limits are for people. */
async function signIns(origin: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let done = 0; done < count; done += 1) {
    asked += 1;
    const from = `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`;
    const startedAt = performance.now();
    const answer = await fetch(`${origin}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, 'x-forwarded-for': from },
      body: JSON.stringify({ username: 'bench', password }),
    });
    if (!answer.ok) throw new Error(`sign-in answered ${answer.status}: ${await answer.text()}`);
    await answer.text();
    times.push(performance.now() - startedAt);
  }
  return times;
}

function quantile(times: readonly number[], part: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
}
