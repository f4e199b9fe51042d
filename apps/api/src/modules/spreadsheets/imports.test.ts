import { readdir } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { PlanEntry } from '@cmp/shared/changes';
import type { Job } from '@cmp/shared/jobs';
import { plainColumns } from '@cmp/shared/workbook';
import { describe, expect } from 'vitest';
import * as XLSX from 'xlsx';
import { shipServices } from '#modules/services/services.service.ts';
import { keysOf } from '#modules/users/user-keys.ts';
import { test as base, type client, uploadsDir } from '#test/fixtures.ts';
import { hostileFiles, rowXml, workbook } from '#test/hostile-files.ts';
import { planned, settledPlan, upload } from '#test/import-client.ts';
import { writeUsers } from './user-sheet.ts';

const test = base
  .extend('app', async ({ startInstance }) => startInstance({}, { work: 'does' }))
  .extend('tokyo', async ({ given, db }) => {
    await shipServices(db);
    return (await given.servers('tokyo'))[0];
  })
  .extend('admin', async ({ api }) => api.as('admin'));

type Client = ReturnType<typeof client>;
const csv = { fileName: 'list.csv' };

async function usersOf({ get }: Client, serverId: number) {
  return (await get(`/servers/${serverId}/users?limit=200`)).json().items;
}

async function entriesOf({ get }: Client, planId: number): Promise<PlanEntry[]> {
  return (await get(`/plans/${planId}/entries?limit=500`)).json().items;
}

function commit({ post }: Client, planId: number, body = {}, headers = {}) {
  return post(`/plans/${planId}/commit`, body, headers);
}

describe('POST /servers/:serverId/users/import', () => {
  test('takes a CSV whose first line is Excel’s, and counts rows as Excel shows them', async ({
    admin,
    tokyo,
  }) => {
    const text = 'sep=;\r\naccount_name;total_devices\r\nann;2\r\nben;many\r\n';

    const plan = await planned(admin, tokyo.id, text, csv);

    expect(plan).toMatchObject({ state: 'ready', counts: { added: 1, errors: 1 } });
    expect(await entriesOf(admin, plan.id)).toMatchObject([
      { name: 'ann', fileRow: 2, kind: 'added' },
      { fileRow: 3, kind: 'error' },
    ]);
  });

  test('takes a workbook whose list of types names a binary one, as SheetJS writes it', async ({
    admin,
    tokyo,
  }) => {
    const sheet = XLSX.utils.aoa_to_sheet([['account_name'], ['ann']]);
    const bytes = XLSX.write(XLSX.utils.book_new(sheet, 'Users'), { type: 'buffer' });

    const plan = await planned(admin, tokyo.id, bytes);

    expect(plan).toMatchObject({ state: 'ready', counts: { added: 1, errors: 0 } });
  });

  test('plans what a file would add and change, and writes nothing before the commit', async ({
    admin,
    tokyo,
    given,
  }) => {
    await given.users(tokyo.id, 'Ann', 'ben', 'cat');
    const before = await usersOf(admin, tokyo.id);

    const plan = await planned(
      admin,
      tokyo.id,
      'account_name,service_type,contact,expire_date\r\nann,x-ray,,31/01/2027\r\nBEN,,,\r\ndan,Basic,+95,2027-02-28\r\n',
      csv,
    );

    expect(plan).toMatchObject({
      action: 'users:import',
      state: 'ready',
      subject: { serverId: tokyo.id, serverName: 'tokyo', fileName: 'list.csv', mode: 'merge' },
      counts: { added: 1, changed: 1, unchanged: 1, removed: 0, errors: 0, warnings: 0 },
    });
    const entries = await entriesOf(admin, plan.id);
    expect(
      entries.map(({ ordinal, kind, name, fileRow, before, after }) => ({
        ordinal,
        kind,
        name,
        fileRow,
        before,
        after,
      })),
    ).toEqual([
      {
        ordinal: 1,
        kind: 'changed',
        name: 'ann',
        fileRow: 2,
        before: { service: null, expiresOn: null },
        after: { service: 'Mini', expiresOn: '2027-01-31' },
      },
      { ordinal: 2, kind: 'unchanged', name: 'BEN', fileRow: 3, before: {}, after: {} },
      {
        ordinal: 3,
        kind: 'added',
        name: 'dan',
        fileRow: 4,
        before: {},
        after: {
          accountName: 'dan',
          service: 'Basic',
          contact: '+95',
          expiresOn: '2027-02-28',
          totalDevices: 2,
          dataLimitGb: 100,
          remark: null,
          enabled: true,
        },
      },
    ]);
    expect(await usersOf(admin, tokyo.id)).toEqual(before);
    expect(await readdir(uploadsDir)).toEqual([]);
  });

  test('commits exactly the plan as one change, which can be undone', async ({
    admin,
    tokyo,
    given,
    db,
  }) => {
    await given.users(tokyo.id, 'Ann', 'ben', 'cat');
    const text =
      'account_name,service_type,remark,data_limit_gb,enabled\r\nann,,old friend,12.5,no\r\ndan,Basic,,unlimited,\r\n';
    const plan = await planned(admin, tokyo.id, text, { ...csv, mode: 'mirror' });
    expect(plan.counts).toMatchObject({ added: 1, changed: 1, removed: 2 });

    const { statusCode, body } = await commit(admin, plan.id);

    expect(statusCode, body).toBe(200);
    const users = await usersOf(admin, tokyo.id);
    expect(users).toMatchObject([
      { accountName: 'Ann', remark: 'old friend', dataLimitGb: 12.5, enabled: false, version: 2 },
      { accountName: 'dan', service: 'Basic', dataLimitGb: null, totalDevices: 2, enabled: true },
    ]);
    const keys = await db
      .selectFrom('users')
      .select(['accountName', 'contact', 'remark', 'nameKey', 'searchKey'])
      .execute();
    for (const { nameKey, searchKey, ...user } of keys)
      expect({ nameKey, searchKey }).toEqual(keysOf(user));

    const { changeId } = JSON.parse(body);
    const change = (await admin.get(`/changes/${changeId}`)).json();
    expect(change).toMatchObject({ action: 'users:import', entryCount: 4 });
    const undo = (await admin.post(`/changes/${changeId}/undo`)).json();
    expect((await commit(admin, undo.id)).statusCode).toBe(200);
    expect(
      (await usersOf(admin, tokyo.id)).map(
        ({ accountName, remark }: { accountName: string; remark: string }) => [accountName, remark],
      ),
    ).toEqual([
      ['Ann', null],
      ['ben', null],
      ['cat', null],
    ]);
  });

  test('leaves an absent column alone, clears by a blank cell, and keeps the search key whole', async ({
    admin,
    tokyo,
    db,
  }) => {
    const first = await planned(
      admin,
      tokyo.id,
      'account_name,contact,remark,total_devices\r\nann,Call ME,Nice ´one,3\r\nΣΑΣ,Ω ´x,, 4\r\n',
      csv,
    );
    await commit(admin, first.id);

    const second = await planned(
      admin,
      tokyo.id,
      'account_name,remark,total_devices\r\nann,,\r\nσας,Ünï,4\r\n',
      csv,
    );
    await commit(admin, second.id);

    expect(await usersOf(admin, tokyo.id)).toMatchObject([
      { accountName: 'ann', contact: 'Call ME', remark: null, totalDevices: null },
      { accountName: 'ΣΑΣ', contact: 'Ω ´x', remark: 'Ünï', totalDevices: 4 },
    ]);
    const keys = await db
      .selectFrom('users')
      .select(['accountName', 'contact', 'remark', 'nameKey', 'searchKey'])
      .execute();
    for (const { nameKey, searchKey, ...user } of keys)
      expect({ nameKey, searchKey }).toEqual(keysOf(user));
  });

  test('names the wrong cells of each row, and both rows of one account', async ({
    admin,
    tokyo,
  }) => {
    const plan = await planned(
      admin,
      tokyo.id,
      'account_name,service_type,expire_date\r\nann,Bsic,31/02/2026\r\nben,,\r\nBen,,\r\n,Basic,\r\ncat,,\r\n',
      csv,
    );

    expect(plan.counts).toMatchObject({ added: 1, errors: 4 });
    const entries = await entriesOf(admin, plan.id);
    expect(
      entries.map(({ fileRow, kind, errors }) => [
        fileRow,
        kind,
        ...errors.map(
          ({ column, code, found, suggestion }) => `${column} ${code} ${found} ${suggestion}`,
        ),
      ]),
    ).toEqual([
      [
        2,
        'error',
        'service_type unknown_service Bsic Basic',
        'expire_date no_such_date 31/02/2026 null',
      ],
      [3, 'error', 'account_name duplicate ben null'],
      [4, 'error', 'account_name duplicate Ben null'],
      [5, 'error', 'account_name required  null'],
      [6, 'added'],
    ]);

    expect((await commit(admin, plan.id)).json()).toMatchObject({ code: 'plan_has_errors' });
    expect(await usersOf(admin, tokyo.id)).toEqual([]);
    expect((await commit(admin, plan.id, { skipErrors: true })).statusCode).toBe(200);
    expect(await usersOf(admin, tokyo.id)).toMatchObject([{ accountName: 'cat' }]);
  });

  test('gives the rows in error as a workbook that can be mended and imported', async ({
    admin,
    tokyo,
  }) => {
    const plan = await planned(
      admin,
      tokyo.id,
      'account_name,service_type,expire_date\r\nann,Bsic,31/02/2026\r\nben,,\r\n=1,Gold,\r\n',
      csv,
    );

    const { rawPayload, headers } = await admin.get(`/plans/${plan.id}/errors.xlsx`);

    expect(headers['content-disposition']).toContain('rows with errors.xlsx');
    const book = XLSX.read(rawPayload);
    const rows = (name: string) =>
      XLSX.utils.sheet_to_json(book.Sheets[name] ?? {}, { header: 1, raw: true });
    expect(rows('Users')).toEqual([
      ['account_name', 'service_type', 'expire_date'],
      ['ann', 'Bsic', '31/02/2026'],
      ['=1', 'Gold'],
    ]);
    expect(
      rows('Problems')
        .slice(1)
        .map((row) => (Array.isArray(row) ? row.slice(0, 3) : row)),
    ).toEqual([
      ['2', 'service_type', 'Bsic'],
      ['2', 'expire_date', '31/02/2026'],
      ['4', 'service_type', 'Gold'],
    ]);
    const again = await planned(admin, tokyo.id, rawPayload);
    expect(again.counts).toMatchObject({ errors: 2, added: 0 });
  });

  test('never mirrors a file without rows, nor one with errors', async ({
    admin,
    tokyo,
    given,
  }) => {
    await given.users(tokyo.id, 'ann', 'ben');

    const empty = await upload(admin, tokyo.id, 'account_name\r\n', { ...csv, mode: 'mirror' });
    expect(empty.statusCode).toBe(422);
    expect(empty.json()).toMatchObject({ code: 'file_empty' });

    const plan = await planned(admin, tokyo.id, 'account_name,total_devices\r\nann,two\r\n', {
      ...csv,
      mode: 'mirror',
    });
    expect(plan.counts).toMatchObject({ errors: 1, removed: 1 });
    for (const body of [{}, { skipErrors: true }])
      expect((await commit(admin, plan.id, body)).json()).toMatchObject({
        code: 'plan_has_errors',
      });
    expect(await usersOf(admin, tokyo.id)).toHaveLength(2);
  });

  test.for([
    [
      'altered',
      (admin: Client, [ann]: { id: number }[]) =>
        admin.patch(`/users/${ann?.id}`, { version: 1, remark: 'x' }),
    ],
    [
      'binned',
      (admin: Client, [ann]: { id: number }[]) => admin.delete(`/users/${ann?.id}?version=1`),
    ],
    [
      'renamed',
      (admin: Client, [, ben]: { id: number }[]) =>
        admin.patch(`/users/${ben?.id}`, { version: 1, accountName: 'new' }),
    ],
  ] as const)(
    'refuses where a user was %s underneath, and writes nothing',
    async ([, move], { admin, tokyo, given }) => {
      const users = await given.users(tokyo.id, 'ann', 'ben');
      const plan = await planned(
        admin,
        tokyo.id,
        'account_name,contact\r\nann,here\r\nnew,there\r\n',
        csv,
      );
      expect((await move(admin, users)).statusCode).toBeLessThan(300);
      const before = await usersOf(admin, tokyo.id);

      const { statusCode, body } = await commit(admin, plan.id);

      expect([statusCode, JSON.parse(body).code]).toEqual([409, 'plan_moved']);
      expect(await usersOf(admin, tokyo.id)).toEqual(before);
    },
  );

  test('is not disturbed by an edit of a row it does not write', async ({
    admin,
    tokyo,
    given,
  }) => {
    const [, ben] = await given.users(tokyo.id, 'ann', 'ben');
    const plan = await planned(
      admin,
      tokyo.id,
      'account_name,contact\r\nann,here\r\nben,\r\n',
      csv,
    );
    await admin.patch(`/users/${ben?.id}`, { version: 1, remark: 'x' });

    expect((await commit(admin, plan.id)).statusCode).toBe(200);
  });

  test('has one effect for one Idempotency-Key, told apart by the file and not by its boundary', async ({
    admin,
    tokyo,
  }) => {
    const headers = { 'idempotency-key': 'import-1' };
    const text = 'account_name\r\nann\r\n';

    const first = await upload(admin, tokyo.id, text, { ...csv, headers });
    const second = await upload(admin, tokyo.id, text, { ...csv, headers });
    const other = await upload(admin, tokyo.id, 'account_name\r\nben\r\n', { ...csv, headers });

    expect(second.json()).toEqual(first.json());
    expect([other.statusCode, other.json().code]).toEqual([422, 'idempotency_key_reused']);
    const key = { 'idempotency-key': 'commit-1' };
    const commits = await Promise.all(
      Array.from({ length: 5 }, () => commit(admin, first.json().id, {}, key)),
    );
    const codes = commits.map(({ statusCode }) => statusCode);
    expect(codes.filter((code) => code !== 200 && code !== 409)).toEqual([]);
    expect((await commit(admin, first.json().id, {}, key)).statusCode).toBe(200);
    expect(await usersOf(admin, tokyo.id)).toHaveLength(1);
    expect(await readdir(uploadsDir)).toEqual([]);
  });

  test('is for those who may import there; mirroring for those who may also delete (ASVS 8.2.2)', async ({
    api,
    tokyo,
    given,
  }) => {
    const [away] = await given.servers('away');
    const manages = await api.as('server_admin', [
      { serverId: tokyo.id, level: 'manage', actions: ['users:import'] },
    ]);
    const views = await api.as('server_admin', [
      { serverId: tokyo.id, level: 'view', actions: ['users:export'] },
    ]);
    const viewer = await api.as('viewer', [{ serverId: tokyo.id, level: 'view', actions: [] }]);
    const text = 'account_name\r\nann\r\n';
    const status = async (who: Client, serverId: number, mode = 'merge') =>
      (await upload(who, serverId, text, { ...csv, mode })).statusCode;

    expect(await status(manages, tokyo.id)).toBe(201);
    expect(await status(manages, tokyo.id, 'mirror')).toBe(403);
    expect(await status(manages, away.id)).toBe(404);
    expect(await status(views, tokyo.id)).toBe(403);
    expect(await status(viewer, tokyo.id)).toBe(403);
    const { id } = (await upload(manages, tokyo.id, text, csv)).json();
    for (const path of [`/plans/${id}`, `/plans/${id}/errors.xlsx`])
      expect((await views.get(path)).statusCode).toBe(404);
  });

  test('takes one file of at most 20 MB, and leaves nothing of a refused one', async ({
    admin,
    tokyo,
  }) => {
    const large = await upload(admin, tokyo.id, Buffer.alloc(20_000_001), csv);
    expect([large.statusCode, large.json()]).toMatchObject([
      413,
      { code: 'file_too_large', details: { limit: 'bytes', most: 20_000_000 } },
    ]);
    const other = await upload(admin, tokyo.id, 'x', { field: 'other' });
    expect(other.statusCode).toBe(400);
    const json = await admin.post(`/servers/${tokyo.id}/users/import`, { file: 'x' });
    expect(json.statusCode).toBe(415);
    expect(await readdir(uploadsDir)).toEqual([]);
  });

  test.for(Object.entries(hostileFiles))(
    'refuses %s, while the API goes on answering (ASVS 5.2.3)',
    { timeout: 60_000 },
    async ([, { make, code, details }], { admin, tokyo }) => {
      const bytes = make();
      const answeredInMs: number[] = [];
      let isAsking = true;
      const asking = (async () => {
        while (isAsking) {
          const startedAt = performance.now();
          expect((await admin.get('/health')).statusCode).toBe(200);
          answeredInMs.push(performance.now() - startedAt);
          await wait(10);
        }
      })();

      const response = await upload(admin, tokyo.id, bytes);
      isAsking = false;
      await asking;

      // On a machine this busy the request does not wait for the end: the plan says the same.
      const isLate = response.statusCode === 202;
      if (!isLate) expect(response.statusCode).toBe(statusOf[code]);
      const refusal = isLate
        ? (await settledPlan(admin, response.json().id)).failure
        : response.json();
      expect(refusal).toMatchObject({ code, details });
      const slow = answeredInMs
        .toSorted((a, b) => a - b)
        .at(Math.floor(answeredInMs.length * 0.95));
      expect(slow).toBeLessThan(500);
      expect(await usersOf(admin, tokyo.id)).toEqual([]);
      await expect.poll(() => readdir(uploadsDir)).toEqual([]); // Its job clears up behind it.
    },
  );
});

const statusOf = {
  file_too_large: 413,
  file_type_refused: 415,
  file_unreadable: 422,
  file_empty: 422,
  columns_wrong: 422,
} as const;

describe('an export', () => {
  test('imports without a change, and whole into an empty server', async ({
    admin,
    tokyo,
    given,
  }) => {
    const [osaka] = await given.servers('osaka');
    const names = [
      '=HYPERLINK("x")',
      "'quoted",
      '+1',
      '-1',
      '@x',
      '＝1',
      'אבג',
      '😀',
      '__proto__',
      'a,b;c"d',
    ];
    const rows = names.map((name, index) => {
      const escaped = name.replace(/[&<"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
      const terms = [index % 2 ? 46_143 : null, 'unlimited', index] as const;
      return rowXml(
        index + 2,
        escaped,
        'Mini',
        null,
        ...terms,
        `remark ${index}`,
        String(index % 3 > 0),
      );
    });
    const file = workbook({ rows: rowXml(1, ...plainColumns, 'enabled') + rows.join('') });
    const first = await planned(admin, tokyo.id, file);
    expect(first.counts).toMatchObject({ added: 10, errors: 0 });
    await commit(admin, first.id);
    const values = async (serverId: number) =>
      (await usersOf(admin, serverId)).map(
        ({
          id,
          serverId: _s,
          serverName: _n,
          version,
          createdAt,
          updatedAt,
          ...user
        }: Record<string, unknown>) => user,
      );

    for (const ending of ['xlsx', 'csv?separator=semicolon']) {
      const [kind, query = ''] = ending.split('?');
      const exported = await admin.get(
        `/servers/${tokyo.id}/users/export.${kind}?withEnabled=true&${query}`,
      );
      const again = await planned(admin, tokyo.id, exported.rawPayload, {
        fileName: `x.${kind}`,
        mode: 'mirror',
      });
      expect(again.counts).toMatchObject({
        unchanged: 10,
        added: 0,
        changed: 0,
        removed: 0,
        errors: 0,
      });
      expect((await commit(admin, again.id)).json()).toMatchObject({ code: 'plan_empty' });

      const over = await planned(admin, osaka.id, exported.rawPayload, {
        fileName: `x.${kind}`,
        mode: 'mirror',
      });
      if (kind === 'xlsx') expect((await commit(admin, over.id)).statusCode).toBe(200);
      else expect(over.counts).toMatchObject({ unchanged: 10 });
      expect(await values(osaka.id)).toEqual(await values(tokyo.id));
    }
  });
});

describe('a long import', () => {
  const list = (count: number, remark: string) => {
    async function* users() {
      for (let from = 0; from < count; from += 1_000)
        yield Array.from({ length: Math.min(1_000, count - from) }, (_, index) => ({
          accountName: `user-${from + index}`,
          service: 'Basic',
          contact: null,
          expiresOn: '2027-01-31',
          totalDevices: 2,
          dataLimitGb: 100,
          remark,
          enabled: true,
          serviceDevices: 2,
        }));
    }
    return buffer(writeUsers(users(), plainColumns));
  };

  test('is committed by a job of its maker', { timeout: 60_000 }, async ({ admin, api, tokyo }) => {
    const other = await api.as('server_admin', [
      { serverId: tokyo.id, level: 'manage', actions: ['users:import'] },
    ]);
    const plan = await planned(admin, tokyo.id, await list(3_000, 'x'));

    const { statusCode, body } = await commit(admin, plan.id, {}, { 'idempotency-key': 'c' });
    const committed = await settledPlan(admin, plan.id);

    expect(statusCode).toBe(200);
    const { jobId } = JSON.parse(body);
    expect(committed).toMatchObject({ state: 'committed', jobId });
    const job = (await admin.get(`/jobs/${jobId}`)).json();
    expect(job).toMatchObject({
      kind: 'import:commit',
      state: 'done',
      changeId: committed.changeId,
      planId: plan.id,
      failure: null,
    });
    expect((await other.get(`/jobs/${jobId}`)).statusCode).toBe(404);
    expect((await other.get('/jobs')).json().items).toEqual([]);
    expect(
      (await admin.get('/jobs')).json().items.map(({ kind }: { kind: string }) => kind),
    ).toEqual(['import:commit', 'import:parse']);
    expect((await admin.get(`/servers/${tokyo.id}/users?limit=1`)).json().total).toBe(3_000);
    const change = (await admin.get(`/changes/${committed.changeId}`)).json();
    expect(change).toMatchObject({ accountName: admin.account.username, entryCount: 3_000 });
  });

  test('that was stopped leaves nothing', { timeout: 60_000 }, async ({ admin, tokyo, db }) => {
    const bytes = await list(60_000, 'a remark that makes it long');
    const uploading = upload(admin, tokyo.id, bytes);
    const jobId = await found(admin, 'running');

    const stopped = await admin.delete(`/jobs/${jobId}`);

    expect(stopped.json()).toMatchObject({ state: 'stopped', failure: { code: 'stopped' } });
    await uploading;
    expect((await admin.delete(`/jobs/${jobId}`)).json()).toMatchObject({ code: 'job_ended' });
    await wait(1_000);
    expect((await admin.get(`/jobs/${jobId}`)).json().state).toBe('stopped');
    expect(await db.selectFrom('planEntries').select('ordinal').execute()).toEqual([]);
    expect(await readdir(uploadsDir)).toEqual([]);
  });

  test('tells how far it is by batches, read and loaded', { timeout: 120_000 }, async ({
    admin,
    tokyo,
  }) => {
    const rows = 60_000;
    const lines = Array.from(
      { length: rows },
      (_, index) => `user-${index},${'a remark '.repeat(9)}`,
    );
    const file = ['account_name,remark', ...lines].join('\r\n');

    const uploading = upload(admin, tokyo.id, file, csv);
    const read = await watched(admin, await found(admin, 'running'), 'reading', rows);
    const { id } = (await uploading).json();
    await settledPlan(admin, id);
    const { jobId } = (await commit(admin, id)).json();
    const loaded = await watched(admin, jobId, 'adding', rows);

    for (const { between } of [read, loaded]) {
      expect(between.length).toBeGreaterThanOrEqual(2);
      expect(between).toEqual(between.toSorted((a, b) => a - b));
      expect(between.every((done) => done < rows)).toBe(true);
    }
    expect(read.end).toMatchObject({ state: 'done', done: rows });
    expect(loaded.end).toMatchObject({ state: 'done', done: rows, total: rows });
  });

  /**
   * What a job told of a phase while it ran, each number once, and what it told at its end. That all is done may be
   * the last word of a phase, too, before the next one begins: it tells nothing of batches.
   */
  async function watched({ get }: Client, jobId: string, phase: string, rows: number) {
    const seen = new Set<number>();
    for (;;) {
      const job: Job = (await get(`/jobs/${jobId}`)).json();
      if (job.endedAt !== null) return { between: [...seen], end: job };
      if (job.phase === phase && job.done > 0 && job.done !== rows) seen.add(job.done);
      await wait(50);
    }
  }

  async function found({ get }: Client, state: string): Promise<string> {
    for (;;) {
      const { items } = (await get(`/jobs?state=${state}`)).json();
      if (items[0]) return items[0].id;
      await wait(20);
    }
  }
});
