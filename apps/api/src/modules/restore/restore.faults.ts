import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, inject } from 'vitest';
import type { Db } from '#database/client.ts';
import { urlAs } from '#database/roles.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { openSnapshot } from '#modules/snapshots/archive-reader.ts';
import { makeSnapshot } from '#modules/snapshots/create-snapshot.service.ts';
import { test as base, keys, system } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { rolePassword } from '#test/global-setup.ts';
import { settledPlan } from '#test/import-client.ts';
import { rehearse } from './drill.service.ts';

/** Half of them while all is replaced, half while it is merged. */
const kills = Number(process.env.KILLS ?? 50);
const rows = 20_000;

const test = base
  .extend('dataDir', async ({}, { onCleanup }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-restore-faults-'));
    mkdirSync(join(dataDir, 'keys'));
    writeFileSync(join(dataDir, 'keys', 'secret-key'), keys.root, { mode: 0o600 });
    onCleanup(() => rmSync(dataDir, { recursive: true }));
    return dataDir;
  })
  .extend('place', ({ database, databaseUrl, dataDir }) => ({
    ...{ keys, uploadsDir: join(dataDir, 'uploads'), snapshotsDir: join(dataDir, 'snapshots') },
    versions: { appVersion: 'cmp ver test', gitSha: null, buildTimestamp: null },
    settings: {},
    databaseUrl,
    ownerUrl: urlAs(inject('postgresUrl'), 'cmp_owner', rolePassword, database),
  }))
  .extend('app', ({ startInstance, place }) => startInstance(place, { work: 'sends' }))
  /** A worker in a process of its own, as `worker.ts` is started. */
  .extend('startWorker', ({ databaseUrl, dataDir, place }, { onCleanup }) => {
    const workers: ChildProcess[] = [];
    onCleanup(() => {
      for (const worker of workers) worker.kill('SIGKILL');
    });
    const env = {
      DATABASE_URL: databaseUrl,
      DATABASE_OWNER_URL: place.ownerUrl,
      DATA_DIR: dataDir,
    };
    const entry = new URL('../../worker.ts', import.meta.url).pathname;
    return () => {
      const worker = spawn(process.execPath, [entry], {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      workers.push(worker);
      return worker;
    };
  });

test(`a restore that is killed (-9) at one of ${kills} moments leaves the data as it was, or as it is to be`, {
  timeout: 3_600_000,
}, async ({ api, db, owner, given, place, startWorker }) => {
  const [home, other] = await given.servers('home', 'other');
  await fill(db, home.id);
  const snapshots = [await makeSnapshot(db, place, system, whole)];
  const states = [await contentOf(owner)];
  await alter(db, other.id);
  snapshots.push(await makeSnapshot(db, place, system, whole));
  states.push(await contentOf(owner));
  expect(states[0]).not.toBe(states[1]);
  const found = { before: 0, after: 0, phases: new Map<string, number>() };
  let calmMs = { merge: 0, replace: 0 };
  let now = 1;

  for (let round = -4; round < kills; round += 1) {
    const mode = round % 2 === 0 ? 'replace' : 'merge';
    const target = 1 - now;
    const worker = startWorker();
    const admin = await api.as('admin');
    const body = { mode, snapshotId: snapshots[target]?.id, overwriteNewer: true };
    const { id } = (await admin.post('/snapshots/restore', body)).json();
    const plan = await settledPlan(admin, id);
    expect(plan.state).toBe('ready');
    const options = mode === 'merge' ? {} : { siteName: 'Portal', password };
    const committed = await admin.post(`/plans/${plan.id}/commit`, options);
    expect(committed.statusCode, committed.body).toBe(200);
    const { jobId } = committed.json();

    await begun(db, jobId);
    const startedAt = performance.now();
    // The first rounds are calm, and say how long one lasts.
    if (round < 0) await ended(db, jobId);
    else await wait(Math.random() * calmMs[mode]);
    const { phase } = await jobOf(db, jobId);
    if (round < 0)
      calmMs = { ...calmMs, [mode]: Math.max(calmMs[mode], performance.now() - startedAt) };
    worker.kill('SIGKILL');
    await once(worker, 'exit');
    await quiet(owner);

    const content = await contentOf(owner);
    const is = states.indexOf(content);
    expect(is, `round ${round}, ${mode}, killed at ${phase}: a third state`).not.toBe(-1);
    const job = await jobOf(db, jobId);
    expect(job.state === 'done', `round ${round}: the job says ${job.state}`).toBe(is === target);
    await expectTriggers(owner);
    if (round >= 0) {
      found[is === target ? 'after' : 'before'] += 1;
      found.phases.set(phase, (found.phases.get(phase) ?? 0) + 1);
    }
    now = is;
    const again = await api.as('admin');
    if (job.state !== 'done') {
      const stopped = await again.delete(`/jobs/${jobId}`);
      expect(stopped.statusCode, stopped.body).toBe(200);
    }
  }

  console.log(found, calmMs);
  const listed = await db.selectFrom('snapshots').select(['id', 'fileName']).execute();
  for (const { fileName } of listed) {
    const file = await openSnapshot(join(place.snapshotsDir, fileName), { keys });
    await file.verifyAll();
    await file.close();
  }
  for (const { id } of listed.slice(-10)) {
    const told: unknown[] = [];
    const task = { subject: { snapshotId: id }, progress: () => {}, finish: async () => {} };
    await rehearse(db, { ...place, tell: (failure) => told.push(failure) }, task);
    expect(told).toEqual([]);
  }
  const last = startWorker();
  await expect.poll(async () => (await leftBeside(owner)).length, { timeout: 20_000 }).toBe(0);
  last.kill('SIGKILL');
});

const whole = { kind: 'database', reason: 'asked' } as const;

async function fill(db: Db, serverId: number): Promise<void> {
  await inChange(db, system, 'seed', null, (trx) =>
    sql`insert into users (server_id, account_name, name_key, search_key, remark)
      select ${serverId}, 'user ' || n, 'user ' || n, 'user ' || n, 'first'
      from generate_series(1, ${rows}::int) n`.execute(trx),
  );
}

/** Every row is another, none is more or less: so a merge leads from each state to the other, too. */
async function alter(db: Db, serverId: number): Promise<void> {
  await inChange(db, system, 'seed', null, async (trx) => {
    await sql`update users set remark = 'second', version = version + 1`.execute(trx);
    await sql`update servers set note = 'second' where id = ${serverId}`.execute(trx);
  });
}

/** What the restores are about, without what counts how often it was written. */
async function contentOf(owner: Db): Promise<string> {
  const { rows: found } = await sql<{ digest: string }>`
    select md5(concat(
      (select string_agg(concat_ws('|', id, name, note), ',' order by id) from servers),
      (select string_agg(concat_ws('|', id, server_id, account_name, remark, deleted_at), ',' order by id) from users)
    )) as digest`.execute(owner);
  return found[0]?.digest ?? '';
}

async function jobOf(db: Db, jobId: string) {
  const job = db.selectFrom('jobs').select(['state', 'phase', 'failure']).where('id', '=', jobId);
  return job.executeTakeFirstOrThrow();
}

async function begun(db: Db, jobId: string): Promise<void> {
  while ((await jobOf(db, jobId)).state === 'waiting') await wait(2);
}

async function ended(db: Db, jobId: string): Promise<void> {
  for (;;) {
    const { state, failure } = await jobOf(db, jobId);
    if (state === 'done') return;
    if (state === 'failed') throw new Error(JSON.stringify(failure));
    await wait(5);
  }
}

/** A server finds out that its client is dead when its statement has ended. */
async function quiet(owner: Db): Promise<void> {
  for (;;) {
    const { rows: busy } = await sql`
      select from pg_stat_activity
      where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`.execute(
      owner,
    );
    if (busy.length === 0) return;
    await wait(20);
  }
}

async function expectTriggers(owner: Db): Promise<void> {
  const { rows: off } = await sql`
    select tgname::text as name from pg_trigger where tgenabled = 'D'`.execute(owner);
  expect(off).toEqual([]);
}

async function leftBeside(owner: Db): Promise<unknown[]> {
  const { rows: left } = await sql`
    select from pg_namespace where nspname ~ '^(restore|drill)_'`.execute(owner);
  return left;
}
