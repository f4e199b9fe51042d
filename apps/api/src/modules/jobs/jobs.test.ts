import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { plainColumns } from '@cmp/shared/workbook';
import { sql } from 'kysely';
import { getConstructionPlans } from 'pg-boss';
import { describe, expect, inject } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { importWorks } from '#modules/spreadsheets/imports.service.ts';
import { writeUsers } from '#modules/spreadsheets/user-sheet.ts';
import { test as base } from '#test/fixtures.ts';
import { rolePassword } from '#test/global-setup.ts';
import { settledPlan, upload } from '#test/import-client.ts';
import { buryLostJobs, type PlanWork, runJob } from './jobs.service.ts';

const test = base
  .extend('dataDir', async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cmp-worker-'));
    onCleanup(() => rm(folder, { recursive: true }));
    return folder;
  })
  .extend('app', async ({ startInstance, dataDir }) =>
    startInstance({ uploadsDir: join(dataDir, 'uploads') }, { work: 'sends' }),
  )
  /** A worker in a process of its own, as `worker.ts` is started. */
  .extend('startWorker', async ({ database, dataDir }, { onCleanup }) => {
    const workers: ChildProcess[] = [];
    onCleanup(() => {
      for (const worker of workers) worker.kill('SIGKILL');
    });
    const DATABASE_URL = urlAs(inject('postgresUrl'), 'cmp_app', rolePassword, database);
    const entry = new URL('../../worker.ts', import.meta.url).pathname;
    return () => {
      const env = { ...process.env, DATABASE_URL, DATA_DIR: dataDir };
      const worker = spawn(process.execPath, [entry], { env, stdio: 'inherit' });
      workers.push(worker);
      return worker;
    };
  });

const rows = 8_000;

function list(): Promise<Buffer> {
  async function* users() {
    for (let from = 0; from < rows; from += 1_000)
      yield Array.from({ length: 1_000 }, (_, index) => ({
        ...{ accountName: `user-${from + index}`, service: null, contact: 'x'.repeat(100) },
        ...{ expiresOn: '2027-01-31', totalDevices: 2, dataLimitGb: 100, remark: 'y'.repeat(300) },
        ...{ enabled: true, serviceDevices: null },
      }));
  }
  return buffer(writeUsers(users(), plainColumns));
}

describe('a job whose worker was killed', () => {
  test('is done by the next one, all of it and once', { timeout: 180_000 }, async ({
    api,
    given,
    startWorker,
    dataDir,
    db,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const total = async () => (await admin.get(`/servers/${tokyo.id}/users?limit=1`)).json().total;
    const atWork = async (kind: string) => {
      for (;;) {
        const { items } = (await admin.get('/jobs?state=running')).json();
        if (items.some((job: { kind: string }) => job.kind === kind)) return;
        await wait(10);
      }
    };
    const kill = async (worker: ChildProcess) => {
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    };

    const reading = startWorker();
    const uploaded = upload(admin, tokyo.id, await list());
    await atWork('import:parse');
    await kill(reading);
    const { id } = (await uploaded).json();
    expect((await admin.get(`/plans/${id}`)).json()).toMatchObject({ state: 'parsing' });

    const writing = startWorker();
    const plan = await settledPlan(admin, id);
    expect(plan).toMatchObject({ state: 'ready', counts: { added: rows, errors: 0 } });
    const key = { 'idempotency-key': 'once' };
    const { jobId } = (await admin.post(`/plans/${id}/commit`, {}, key)).json();
    await atWork('import:commit');
    await kill(writing);
    expect([0, rows]).toContain(await total());

    startWorker();
    const committed = await settledPlan(admin, id);
    expect(committed).toMatchObject({ state: 'committed', jobId });
    expect(await total()).toBe(rows);
    const again = (await admin.post(`/plans/${id}/commit`, {}, key)).json();
    expect(again).toMatchObject({ jobId });
    expect((await admin.get(`/jobs/${jobId}`)).json()).toMatchObject({
      state: 'done',
      changeId: committed.changeId,
    });
    const changes = db.selectFrom('changes').select('id').where('action', '=', 'users:import');
    expect(await changes.execute()).toEqual([{ id: committed.changeId }]);
    expect(await readdir(join(dataDir, 'uploads'))).toEqual([]);
  });
});

describe('a run of a job', () => {
  test.for(['stopped by its maker', 'taken over by another process'])(
    'finishes nothing once it was %s',
    async (how, { api, given, db }) => {
      const [tokyo] = await given.servers('tokyo');
      const admin = await api.as('admin');
      const file = { fileName: 'x.csv' };
      const { jobId, id } = (await upload(admin, tokyo.id, 'account_name\r\nann', file)).json();
      const nothing = { abandon: async () => {}, clear: async () => {} };
      const late: PlanWork = {
        ...nothing,
        run: async (on, job) => {
          if (how.startsWith('stopped')) await admin.delete(`/jobs/${jobId}`);
          else await on.updateTable('jobs').set({ attempt: 2 }).where('id', '=', jobId).execute();
          await on.transaction().execute(async (trx) => {
            await trx.updateTable('plans').set({ action: 'late' }).where('id', '=', id).execute();
            await job.finish(trx, 'plan');
          });
        },
      };

      const works = { 'import:parse': late, 'import:commit': late, 'undo:commit': late };
      await runJob(db, works, jobId, AbortSignal.timeout(30_000));

      const plan = (await admin.get(`/plans/${id}`)).json();
      expect(plan.action).toBe('users:import');
      const { state } = (await admin.get(`/jobs/${jobId}`)).json();
      expect(state).toBe(how.startsWith('stopped') ? 'stopped' : 'running');
    },
  );

  test('waits with one connection while a replacement keeps everybody from the table', async ({
    api,
    given,
    db,
    owner,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const file = { fileName: 'x.csv' };
    const { jobId } = (await upload(admin, tokyo.id, 'account_name\r\nann', file)).json();
    let waiting = 0;
    const held: PlanWork = {
      ...{ abandon: async () => {}, clear: async () => {} },
      run: () =>
        owner.transaction().execute(async (trx) => {
          await sql`lock table jobs in access exclusive mode`.execute(trx);
          await wait(1_500);
          const { rows } = await sql`
            select from pg_locks where relation = 'jobs'::regclass and not granted`.execute(trx);
          waiting = rows.length;
        }),
    };

    await runJob(db, { 'import:parse': held }, jobId, AbortSignal.timeout(30_000));

    expect(waiting).toBe(1);
  });
});

describe('a job that no worker takes', () => {
  test('leaves its plan being read, and ends honestly once it is given up', async ({
    api,
    given,
    db,
    dataDir,
  }) => {
    const [tokyo] = await given.servers('tokyo');
    const admin = await api.as('admin');
    const folder = join(dataDir, 'uploads');

    const response = await upload(admin, tokyo.id, 'account_name\r\nann\r\n', {
      fileName: 'x.csv',
    });

    expect([response.statusCode, response.json().state]).toEqual([202, 'parsing']);
    const { id, jobId } = response.json();
    expect((await admin.get(`/jobs/${jobId}`)).json()).toMatchObject({ state: 'waiting' });
    expect((await admin.post(`/plans/${id}/commit`, {})).statusCode).toBe(409);
    await sql`delete from pgboss.job`.execute(db);
    await sql`update jobs set created_at = now() - interval '1 minute'`.execute(db);
    await buryLostJobs(db, importWorks(folder));
    expect((await admin.get(`/jobs/${jobId}`)).json()).toMatchObject({
      state: 'failed',
      failure: { code: 'interrupted' },
    });
    expect((await admin.get(`/plans/${id}`)).json()).toMatchObject({
      state: 'failed',
      failure: { code: 'interrupted' },
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

test('migrations/0007 is the schema that this pg-boss expects', async () => {
  const file = new URL('../../../../../migrations/0007_pg_boss.sql', import.meta.url);
  const told = (sql: string) =>
    sql
      .replace(/^\s*--.*$/gm, '')
      .replace(/\s+/g, ' ')
      .trim();

  const migration = told(await readFile(file, 'utf8'));

  const expected = told(
    getConstructionPlans('pgboss')
      .replace(/^[\s\S]*?(?=CREATE SCHEMA)/, '')
      .replace(/COMMIT;\s*$/, ''),
  );
  expect(migration.startsWith(expected)).toBe(true);
});
