import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, openAsBlob, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type Db } from '@cmp/api/src/database/client.ts';
import { isUnavailable } from '@cmp/api/src/database/violations.ts';
import { hashPassword } from '@cmp/api/src/lib/passwords.ts';
import { inChange } from '@cmp/api/src/modules/changes/changes.service.ts';
import { exceptions } from '@cmp/api/src/modules/snapshots/exceptions.ts';
import { systemActor } from '@cmp/api/src/plugins/access.ts';
import { sql } from 'kysely';
import * as z from 'zod';
import { type Memory, watchMemory } from './memory.ts';
import { type BenchPostgres, startPostgres } from './postgres.ts';
import { conditions, keepResult, printTable } from './results.ts';
import { askedFor, fill } from './sample.ts';
import { type BenchServer, startServer } from './servers.ts';
import { signInOften } from './sessions.ts';

const { size } = askedFor();
const password = 'a long walk along the shore';
const Begun = z.object({ jobId: z.string() });
const RecoveryKey = z.object({ recoveryKey: z.string() });
const Planned = z.object({ id: z.int(), state: z.string(), failure: z.unknown() });

await main();

/**
 * A snapshot of one installation, put in the place of all that is in an empty second one, accounts and log
 * included, and rehearsed there: through the API of the product as it is run, which does the work itself.
 */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-bench-snapshots-'));
  const postgres = await startPostgres();
  const installations: Installation[] = [];
  try {
    const where = conditions(postgres);
    await postgres.execute('create database other template cmp owner cmp_owner');
    await fill(postgres, size);
    const source = await install(postgres, 'cmp', join(folder, 'source'));
    installations.push(source);
    const other = await install(postgres, 'other', join(folder, 'other'));
    installations.push(other);
    const { recoveryKey } = RecoveryKey.parse(
      await source.call('/api/snapshots/recovery-key', { password }),
    );

    const made = await measured(source, async () => {
      const { jobId } = Begun.parse(await source.call('/api/snapshots', {}));
      await ended(source.db, jobId);
    });
    const [file = ''] = readdirSync(join(folder, 'source', 'snapshots'));
    const path = join(folder, 'source', 'snapshots', file);
    const planned = await measured(other, () => plan(other, path, recoveryKey));
    const replaced = await measured(other, () => replace(other, planned.result));
    const compared = compare(await hashTables(source.db), await hashTables(other.db));
    const drilled = await measured(source, () => drill(source.db));

    const steps = { snapshot: made, 'plan of the replacement': planned, replacement: replaced };
    const megabytes = Math.round((await openAsBlob(path)).size / 1e6);
    console.log(`\n${size.users} users on ${size.servers} servers, a file of ${megabytes} MB`);
    printTable([
      ...Object.entries(steps).map(([step, { ms, memory }]) => row(step, ms, memory)),
      // It begins with the next sweep, so the product says how long it took itself.
      row('rehearsal', drilled.result, drilled.memory),
    ]);
    const same = compared.filter(({ isSame }) => isSame).length;
    console.log(`\n${same} of ${compared.length} tables have the same rows here and there`);
    printTable(compared.map(({ table, rows, isSame }) => ({ table, rows, same: String(isSame) })));
    const result = { conditions: where, size, megabytes, steps, drilled, compared };
    console.log(`\nkept in ${keepResult('snapshots', result)}`);
    if (same < compared.length) process.exitCode = 1;
  } finally {
    for (const { stop } of installations) await stop();
    postgres.stop();
    rmSync(folder, { recursive: true });
  }
}

interface Installation {
  server: BenchServer;
  db: Db;
  call: (path: string, body: object | FormData) => Promise<unknown>;
  read: (path: string) => Promise<unknown>;
  stop: () => Promise<void>;
}

/** The product on a database, with keys of its own, and its admin signed in. */
async function install(
  postgres: BenchPostgres,
  database: string,
  dataDir: string,
): Promise<Installation> {
  mkdirSync(dataDir);
  const environment = {
    DATABASE_URL: postgres.urlOf('cmp_app', database),
    DATABASE_OWNER_URL: postgres.urlOf('cmp_owner', database),
    JWT_SECRET: randomUUID(),
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
  };
  const [cookie = ''] = await signInOften(environment.DATABASE_URL, environment.JWT_SECRET, 1);
  const { db } = connect(environment.DATABASE_URL, 2, { statementMs: 600_000 });
  const passwordHash = await hashPassword(password);
  await inChange(db, systemActor('system'), 'seed', null, (trx) =>
    trx.updateTable('accounts').set({ passwordHash }).where('username', '=', 'bench').execute(),
  );
  const server = await startServer(import.meta.resolve('@cmp/api/src/main.ts'), environment);
  const send = async (path: string, init: RequestInit) => {
    const response = await fetch(new URL(path, server.origin), init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const headers = { cookie, origin: server.origin };
  return {
    server,
    db,
    call: (path, body) =>
      body instanceof FormData
        ? send(path, { method: 'POST', headers, body })
        : send(path, {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
    read: (path) => send(path, { headers }),
    stop: async () => {
      await server.stop();
      await db.destroy();
    },
  };
}

async function measured<Result>(
  { server }: Installation,
  work: () => Promise<Result>,
): Promise<{ result: Result; ms: number; memory: Memory }> {
  const memory = watchMemory(server.pid);
  const startedAt = performance.now();
  const result = await work();
  const ms = Math.round(performance.now() - startedAt);
  return { result, ms, memory: memory() };
}

/** Sends the file, and gives the plan that was made of it. */
async function plan(other: Installation, path: string, recoveryKey: string): Promise<number> {
  const form = new FormData();
  for (const [name, value] of Object.entries({
    mode: 'replace',
    trustForeign: 'true',
    recoveryKey,
  }))
    form.set(name, value);
  form.set('file', await openAsBlob(path), 'snapshot.zip');
  const { id } = Planned.parse(await other.call('/api/snapshots/restore', form));
  for (;;) {
    const { state, failure } = Planned.parse(await other.read(`/api/plans/${id}`));
    if (state === 'ready') return id;
    if (state !== 'parsing') throw new Error(`The plan is ${state}: ${JSON.stringify(failure)}`);
    await wait(250);
  }
}

async function replace(other: Installation, planId: number): Promise<void> {
  const confirmed = { siteName: 'Portal', password, withAccounts: true };
  const { jobId } = Begun.parse(await other.call(`/api/plans/${planId}/commit`, confirmed));
  await ended(other.db, jobId);
}

/** Past the API: a replacement ends every session, and keeps everybody from its tables for a while. */
async function ended(db: Db, jobId: string): Promise<void> {
  for (; ; await wait(100)) {
    const job = await findJob(db, jobId);
    if (job?.state === 'done') return;
    if (job && job.state !== 'waiting' && job.state !== 'running')
      throw new Error(`The job is ${job.state}: ${JSON.stringify(job.failure)}`);
  }
}

function findJob(db: Db, jobId: string) {
  const jobs = db.selectFrom('jobs').select(['state', 'failure']).where('id', '=', jobId);
  return jobs.executeTakeFirst().catch((error) => {
    if (isUnavailable(error)) return undefined;
    throw error;
  });
}

/** As every night: of a scheduled snapshot, by the sweep that notices. */
async function drill(db: Db): Promise<number> {
  await db.updateTable('snapshots').set({ reason: 'scheduled' }).execute();
  for (;;) {
    const snapshots = db.selectFrom('snapshots').select(['drillMs', 'drillFailure']);
    const { drillMs, drillFailure } = await snapshots.executeTakeFirstOrThrow();
    if (drillFailure !== null) throw new Error(drillFailure);
    if (drillMs !== null) return drillMs;
    await wait(500);
  }
}

interface Hashed {
  table: string;
  rows: string;
  hash: string;
}

/** By table, a hash of its rows that knows no order: all that the manifest does not list as left out. */
async function hashTables(db: Db): Promise<Hashed[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select relname::text as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    order by 1`.execute(db);
  const left = new Set(exceptions.database.map(({ table }) => table));
  const hashed: Hashed[] = [];
  for (const { name } of tables.filter((table) => !left.has(table.name))) {
    // The change of the replacement itself is the one row more; which transaction wrote a change is of its database.
    const { rows } = await sql<Hashed>`
      select ${name} as "table", count(*)::text as rows,
        coalesce(sum(hashtextextended((to_jsonb(t) - 'xid')::text, 0)), 0)::text as hash
      from ${sql.table(name)} t
      where to_jsonb(t) ->> 'action' is distinct from 'snapshots:restore'`.execute(db);
    hashed.push(...rows);
  }
  return hashed;
}

function compare(here: Hashed[], there: Hashed[]) {
  return here.map(({ table, rows, hash }) => {
    const other = there.find((one) => one.table === table);
    return { table, rows, isSame: other?.rows === rows && other.hash === hash };
  });
}

function row(step: string, ms: number, { beforeMb, peakMb }: Memory) {
  return {
    step,
    'time, s': (ms / 1000).toFixed(1),
    'memory before, MB': String(beforeMb),
    'peak, MB': String(peakMb),
    'growth, MB': String(peakMb - beforeMb),
  };
}
