import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Snapshot } from '@cmp/shared/snapshots';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import type { Db } from '#database/client.ts';
import { isUnavailable } from '#database/violations.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { openQueue } from '#modules/jobs/queue.ts';
import { test as base, client, keys, system } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { settledPlan } from '#test/import-client.ts';
import { openSnapshot } from './archive-reader.ts';
import { readCatalogue } from './contents.repository.ts';
import { contentsOf } from './contents.ts';
import { sendCopies } from './copies.service.ts';
import { makeSnapshot, sweepParts } from './create-snapshot.service.ts';
import { rootOf } from './recovery-key.ts';
import { askForDue, removeExpired } from './tending.service.ts';

const test = base
  .extend('folder', async ({}, { onCleanup }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cmp-snapshots-'));
    onCleanup(() => rm(folder, { recursive: true, force: true }));
    return folder;
  })
  .extend('place', ({ folder, databaseUrl }) => ({
    snapshotsDir: folder,
    databaseUrl,
    keys,
    versions: { appVersion: 'cmp ver test' },
  }))
  /** An admin on an instance that does its jobs. */
  .extend('admin', async ({ api, startInstance, folder }) =>
    api.as('admin', [], await startInstance({ snapshotsDir: folder }, { work: 'does' })),
  );
type Caller = ReturnType<typeof client>;

describe('a snapshot of the database', () => {
  test('holds every row as it was, and is listed when it is whole', async ({
    admin,
    given,
    db,
    folder,
  }) => {
    const [server] = await given.servers('Høst 🌊');
    await given.users(
      server.id,
      { accountName: 'ever', expiresOn: null, remark: 'a "quoted" \\ line' },
      'sam',
    );

    const begun = await admin.post('/snapshots', {});
    const job = await ended(admin, begun.json().jobId);
    const list = (await admin.get('/snapshots')).json();
    const [listed] = list.items;
    const answer = await admin.get(`/snapshots/${listed.id}/file`);
    const path = join(folder, 'fetched.zip');
    await writeFile(path, answer.rawPayload);
    const file = await openSnapshot(path, { keys });
    const users = (await Array.fromAsync(file.rows('users'))).flat();
    await file.verifyAll();
    await file.close();

    expect(begun.statusCode).toBe(202);
    expect(job).toMatchObject({ state: 'done', kind: 'snapshot:create' });
    expect(list.total).toBe(1);
    expect(listed).toMatchObject({
      kind: 'database',
      reason: 'asked',
      bytes: answer.rawPayload.length,
      isEncrypted: false,
      accountName: admin.account.username,
      counts: { servers: 1, users: 2, accounts: 1 },
      verifiedAt: expect.any(String),
      verifyFailure: null,
    });
    expect(answer.headers).toMatchObject({
      'content-disposition': expect.stringContaining(`attachment; filename="${listed.fileName}"`),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    const { rows } = await sql<{ line: string }>`
      select to_jsonb(u)::text as line from users u order by id`.execute(db);
    expect(users).toEqual(rows.map(({ line }) => line));
    expect(users[0]).toContain('"expires_on": "infinity"');
    // Neither served by the role that asks nor lost: what the next user's id is.
    expect(file.manifest.sequences).toMatchObject({
      users_id_seq: 3,
      servers_id_seq: 2,
      images_id_seq: null,
    });
    expect(await actionsOf(db)).toContain('snapshots:create');
  });

  test('is of one moment, whatever is written meanwhile', async ({ db, given, place }) => {
    const [server] = await given.servers('one');
    await given.users(server.id, ...Array.from({ length: 3000 }, (_, n) => `user ${n}`));
    const late: Promise<unknown>[] = [];

    const { counts, fileName } = await makeSnapshot(db, place, system, {
      kind: 'database',
      reason: 'asked',
      seen: () => void (late.length === 0 && late.push(given.users(server.id, 'late'))),
    });
    await Promise.all(late);

    expect(late).toHaveLength(1);
    expect(counts).toMatchObject({ users: 3000, servers: 1 });
    const file = await openSnapshot(join(place.snapshotsDir, fileName), { keys });
    await file.verifyAll();
    await file.close();
  });

  test('repeats nothing when it is asked for twice by one key', async ({ admin }) => {
    const key = { 'idempotency-key': 'a-snapshot' };

    const first = await admin.post('/snapshots', { kind: 'config' }, key);
    const second = await admin.post('/snapshots', { kind: 'config' }, key);
    await ended(admin, first.json().jobId);

    expect(second.json()).toEqual(first.json());
    expect((await admin.get('/snapshots')).json().total).toBe(1);
  });

  test('leaves nothing behind where it is stopped', async ({ db, given, place }) => {
    const [server] = await given.servers('one');
    await addMany(db, server.id);
    const stopping = new AbortController();

    const made = makeSnapshot(db, place, system, {
      kind: 'database',
      reason: 'asked',
      signal: stopping.signal,
      seen: (rows) => {
        if (rows > manyUsers / 4) stopping.abort();
      },
    });

    await expect(made).rejects.toThrow();
    expect(await readdir(place.snapshotsDir)).toEqual([]);
    // PostgreSQL is not left in the middle of its answer, which would hold the moment and keep leftovers from the sweep.
    await expect.poll(() => listCopying(db)).toEqual([]);
  });

  test('is tried again where the database goes away in the middle', {
    timeout: 60_000,
  }, async ({ db, given, place, outage }) => {
    const [server] = await given.servers('one');
    await addMany(db, server.id);
    const outages: Promise<void>[] = [];

    const failure = await makeSnapshot(db, place, system, {
      kind: 'database',
      reason: 'asked',
      seen: (rows) => {
        if (rows > manyUsers / 4 && outages.length === 0) outages.push(outage.begin());
      },
    }).catch((error) => error);
    await Promise.all(outages);
    await outage.end();

    expect([isUnavailable(failure), outages.length]).toEqual([true, 1]);
    expect(await readdir(place.snapshotsDir)).toEqual([]);
    const { counts } = await makeSnapshot(db, place, system, { kind: 'database', reason: 'asked' });
    expect(counts).toMatchObject({ users: manyUsers });
  });
});

describe('where there is no room', () => {
  test('a snapshot is refused before a byte is written', async ({ admin, db, place, folder }) => {
    await makeSnapshot(db, place, system, { kind: 'database', reason: 'asked' });
    await sql`update snapshots set bytes = 1e15`.execute(db);
    const before = await readdir(folder);

    const { statusCode, payload } = await admin.post('/snapshots', {});

    expect(statusCode).toBe(507);
    expect(JSON.parse(payload)).toMatchObject({ code: 'storage_full' });
    expect(await readdir(folder)).toEqual(before);
    expect(await jobsOf(db)).toBe(0);
  });

  test('a folder that is named and not there is not made', async ({ admin, folder }) => {
    const gone = join(folder, 'not-mounted');
    await save(admin, { folder: gone });

    const answer = await admin.post('/snapshots', {});

    expect(answer.json()).toMatchObject({
      code: 'target_failed',
      message: expect.stringContaining(gone),
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('what a snapshot holds', () => {
  test('is everything in the schema, or what the list of exceptions says', async ({
    db,
    place,
  }) => {
    const catalogue = await readCatalogue(db);

    for (const kind of ['database', 'config'] as const) {
      const { undecided } = contentsOf(kind, catalogue);
      const { fileName } = await makeSnapshot(db, place, system, { kind, reason: 'asked' });
      const { manifest, close } = await openSnapshot(join(place.snapshotsDir, fileName), { keys });
      await close();
      const { rows } = await sql<{ name: string }>`
        select table_name || '.' || column_name as name from information_schema.columns
        join information_schema.tables using (table_schema, table_name)
        where table_schema = 'public' and table_name !~ '^entries_'`.execute(db);
      const told = (name: string) => {
        const [table, column = ''] = name.split('.');
        const isIn = manifest.parts.some(
          (part) => part.table === table && part.columns.includes(column),
        );
        const isOut = manifest.excluded.some(
          (one) => one.table === table && (one.columns?.includes(column) ?? true),
        );
        return [isIn, isOut];
      };
      expect(undecided).toEqual([]);
      expect(rows.length).toBeGreaterThan(100);
      for (const { name } of rows)
        expect([name, ...told(name).toSorted()]).toEqual([name, false, true]);
    }
  });

  test('takes in what a migration adds; a configuration asks to be told of it', async ({
    db,
    owner,
  }) => {
    await sql`create table extras (id integer primary key, told text)`.execute(owner);
    await sql`create table keyless (told text)`.execute(owner);
    await sql`alter table accounts add column pin text`.execute(owner);

    const catalogue = await readCatalogue(db);
    const database = contentsOf('database', catalogue);
    const config = contentsOf('config', catalogue);

    expect(database.tables).toContainEqual(
      expect.objectContaining({ table: 'extras', columns: ['id', 'told'] }),
    );
    expect(database.tables.find(({ table }) => table === 'accounts')?.columns).toContain('pin');
    expect(database.undecided).toEqual(['keyless: no primary key']);
    expect(config.undecided).toEqual(
      expect.arrayContaining(['accounts.pin', 'extras.id', 'extras.told', 'keyless.told']),
    );
    expect(config.tables.find(({ table }) => table === 'accounts')?.columns).not.toContain('pin');
  });

  test('that may not be read is no thinner snapshot, but none', async ({ db, owner, place }) => {
    await sql`create table secret_extras (id integer primary key)`.execute(owner);

    const made = makeSnapshot(db, place, system, { kind: 'database', reason: 'asked' });

    await expect(made).rejects.toThrow(/permission denied/);
    expect(await readdir(place.snapshotsDir)).toEqual([]);
  });

  test('of a configuration has no secret of an account', async ({ db, given, place }) => {
    await given.account({ username: 'sam' });

    const { fileName, counts } = await makeSnapshot(db, place, system, {
      kind: 'config',
      reason: 'asked',
    });
    const file = await openSnapshot(join(place.snapshotsDir, fileName), { keys });
    const [row = '{}'] = (await Array.fromAsync(file.rows('accounts'))).flat();
    await file.close();

    expect(Object.keys(counts).toSorted()).toEqual(['accounts', 'images', 'services', 'settings']);
    expect(JSON.parse(row)).toMatchObject({ username: 'sam', role: 'admin' });
    expect(row).not.toMatch(/argon|password_hash/);
  });
});

describe('an encrypted snapshot', () => {
  test('opens with its passphrase, and holds the recovery key', async ({ admin, folder }) => {
    await save(admin, { encryption: 'passphrase', passphrase: 'a passphrase of the test' });

    await ended(admin, (await admin.post('/snapshots', {})).json().jobId);
    const [listed] = (await admin.get('/snapshots')).json().items;
    const path = join(folder, listed.fileName);

    expect(listed).toMatchObject({
      isEncrypted: true,
      fileName: expect.stringMatching(/\.zip\.age$/),
      verifyFailure: null,
    });
    expect((await readFile(path)).toString('latin1')).not.toContain('manifest.json');
    await expect(openSnapshot(path, { keys })).rejects.toMatchObject({ code: 'snapshot_locked' });
    const file = await openSnapshot(path, { keys, passphrase: 'a passphrase of the test' });
    await file.close();
    expect(rootOf(file.manifest.recoveryKey ?? '')).toEqual(keys.root);
  });

  test('for recipients is checked by its checksum alone: nobody here can open it', async ({
    admin,
    folder,
  }) => {
    const identity = await generateIdentity();
    await save(admin, {
      encryption: 'recipients',
      recipients: [await identityToRecipient(identity)],
    });

    await ended(admin, (await admin.post('/snapshots', {})).json().jobId);
    const [listed] = (await admin.get('/snapshots')).json().items;
    const file = await openSnapshot(join(folder, listed.fileName), { keys, identity });
    await file.close();

    expect(listed.verifyFailure).toBeNull();
    expect(file.isEncrypted).toBe(true);
  });
});

describe('a check', () => {
  test('finds what became of a file', async ({ admin, folder }) => {
    await ended(admin, (await admin.post('/snapshots', { kind: 'config' })).json().jobId);
    const [{ id, fileName }] = (await admin.get('/snapshots')).json().items;
    const verdict = async () => {
      await ended(admin, (await admin.post(`/snapshots/${id}/verify`)).json().jobId);
      return (await admin.get('/snapshots')).json().items[0].verifyFailure;
    };
    const whole = await readFile(join(folder, fileName));

    const good = await verdict();
    await writeFile(join(folder, fileName), whole.fill((whole[200] ?? 0) ^ 1, 200, 201));
    const altered = await verdict();
    await rm(join(folder, fileName));
    const gone = await verdict();

    expect(good).toBeNull();
    expect(altered).toContain('checksum');
    expect(gone).toContain('not where it was written');
    expect((await admin.get(`/snapshots/${id}/file`)).statusCode).toBe(404);
  });
});

describe('a snapshot that was written to another folder than the settings name now', () => {
  test('is listed, sent, checked and restored from where it lies, and says where that was', async ({
    admin,
    folder,
    db,
    place,
  }) => {
    const named = join(folder, 'volume');
    await mkdir(named);
    await save(admin, { folder: named });
    await ended(admin, (await admin.post('/snapshots', {})).json().jobId);
    const [made] = (await admin.get('/snapshots')).json().items;
    await save(admin, { folder: null });
    const path = join(named, made.fileName);

    const sent = await admin.get(`/snapshots/${made.id}/file`);
    const check = () =>
      admin
        .post(`/snapshots/${made.id}/verify`)
        .then((begun) => ended(admin, begun.json().jobId))
        .then(() => admin.get('/snapshots'))
        .then((list) => list.json().items[0]);
    const checked = await check();
    const restore = () => admin.post('/snapshots/restore', { mode: 'merge', snapshotId: made.id });
    const plan = await settledPlan(admin, (await restore()).json().id);

    expect(made).toMatchObject({ folder: named, verifyFailure: null });
    expect(sent.rawPayload).toEqual(await readFile(path));
    expect(checked).toMatchObject({ folder: named, verifyFailure: null });
    expect(plan).toMatchObject({ state: 'ready', subject: { snapshotId: made.id } });

    await copiedTo(db, made.id, 's3://cellar/portal/');
    await rename(named, `${named}-away`);
    const says = `The file is not where it was written: ${path}.`;
    const [unsent, unread] = [await admin.get(`/snapshots/${made.id}/file`), await restore()];
    expect([unsent.statusCode, unsent.json().message]).toEqual([
      ...[404, `${says} A copy lies at s3://cellar/portal/.`],
    ]);
    expect([unread.statusCode, unread.json().message]).toEqual([404, unsent.json().message]);
    expect((await check()).verifyFailure).toBe(says);
    // Retention waits for the volume to come back; a person need not, and the log says so.
    await db.updateTable('snapshots').set({ createdAt: '2020-01-01T00:00:00Z' }).execute();
    await listedAs(db, place, 0, 'database');
    const kept = () => removeExpired(db, place, new Date(), AbortSignal.timeout(5000));
    await kept();
    expect((await admin.get('/snapshots')).json().total).toBe(2);
    await rename(`${named}-away`, named);
    await kept();
    expect(await readdir(named)).toEqual([]);
    const { reason } = await db
      .selectFrom('changes')
      .select('reason')
      .where('action', '=', 'snapshots:delete')
      .executeTakeFirstOrThrow();
    expect(reason).toBe(`${made.fileName}: had its time; its copy stays at s3://cellar/portal/`);
  });

  test('may be removed from the list while its folder is away, which the log says', async ({
    admin,
    folder,
    db,
  }) => {
    const named = join(folder, 'volume');
    await mkdir(named);
    await save(admin, { folder: named });
    await ended(admin, (await admin.post('/snapshots', {})).json().jobId);
    const [made] = (await admin.get('/snapshots')).json().items;
    await rename(named, `${named}-away`);

    const removed = await admin.delete(`/snapshots/${made.id}`);

    expect(removed.statusCode).toBe(204);
    expect(await readdir(`${named}-away`)).toEqual([made.fileName]);
    const { reason } = await db
      .selectFrom('changes')
      .select('reason')
      .where('action', '=', 'snapshots:delete')
      .executeTakeFirstOrThrow();
    expect(reason).toBe(`${join(named, made.fileName)}: its folder could not be reached`);
  });
});

describe('a snapshot that is removed', () => {
  test('is gone with its file, and the log says which', async ({ admin, folder, db }) => {
    await ended(admin, (await admin.post('/snapshots', { kind: 'config' })).json().jobId);
    const [{ id, fileName }] = (await admin.get('/snapshots')).json().items;

    const { statusCode } = await admin.delete(`/snapshots/${id}`);

    expect(statusCode).toBe(204);
    expect(await readdir(folder)).toEqual([]);
    expect((await admin.get('/snapshots')).json().items).toEqual([]);
    expect((await admin.delete(`/snapshots/${id}`)).statusCode).toBe(404);
    const change = await db
      .selectFrom('changes')
      .select('reason')
      .where('action', '=', 'snapshots:delete')
      .execute();
    expect(change).toEqual([{ reason: fileName }]);
  });
});

describe('the recovery key', () => {
  test('is given to whoever gives their password again, and that is remembered', async ({
    admin,
    db,
  }) => {
    const metric = async () =>
      /cmp_recovery_key_saved (\d)/.exec((await admin.get('/metrics')).payload)?.[1];
    const before = await metric();

    const refused = await admin.post('/snapshots/recovery-key', { password: 'wrong' });
    const afterwards = await metric();
    const key = { 'idempotency-key': 'the-key' };
    const given = await admin.post('/snapshots/recovery-key', { password }, key);
    const again = await admin.post('/snapshots/recovery-key', { password }, key);

    expect(refused.json()).toMatchObject({ code: 'password_wrong' });
    expect(rootOf(given.json().recoveryKey)).toEqual(keys.root);
    expect(again.json()).toMatchObject({ code: 'answer_not_kept' });
    expect([before, afterwards, await metric()]).toEqual(['0', '0', '1']);
    const kept = await sql`select * from changes, idempotency_keys`.execute(db);
    expect(JSON.stringify(kept.rows)).not.toContain(given.json().recoveryKey);
  });
});

describe('the tending of snapshots', () => {
  test('asks for a day’s snapshot once, whichever instance notices, and makes up for a missed one', async ({
    db,
    owner,
    place,
  }) => {
    const queue = await openQueue(db, () => {});
    const now = new Date();
    await askForDue(db, queue, place, now);
    const fresh = await jobsOf(db);
    await sql`update schema_migrations set applied_at = now() - interval '9 days'`.execute(owner);

    await Promise.all(Array.from({ length: 6 }, () => askForDue(db, queue, place, now)));
    await askForDue(db, queue, place, new Date(now.getTime() + 60_000));
    const asked = await jobsOf(db);
    await askForDue(db, queue, place, new Date(now.getTime() + 86_400_000));
    await queue.stop();

    expect([fresh, asked, await jobsOf(db)]).toEqual([0, 1, 2]);
  });

  test('tries a day that failed three times, some time apart, and says so in the list, the log and the metrics', async ({
    admin,
    startInstance,
    db,
    owner,
    place,
    onTestFinished,
  }) => {
    const queue = await openQueue(db, () => {});
    onTestFinished(() => queue.stop());
    await sql`update schema_migrations set applied_at = now() - interval '9 days'`.execute(owner);
    // Hours from a minute in which another day would be due.
    const { timeZone } = (await admin.get('/settings/general')).json().values;
    const wall = new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'short' });
    const scheduleTime = wall.format(new Date(Date.now() - 6 * 3_600_000));
    await save(admin, { folder: '/nowhere/at/all', scheduleTime });
    const minutes = (count: number) => new Date(Date.now() + count * 60_000);
    const tried = async (at: Date) => {
      await askForDue(db, queue, place, at);
      await allEnded(db);
      return jobsOf(db);
    };

    const counts = [
      ...[await tried(minutes(0)), await tried(minutes(14)), await tried(minutes(16))],
      ...[await tried(minutes(14)), await tried(minutes(17))],
    ];
    const { lastFailure } = (await admin.get('/snapshots')).json();
    const later = await tried(minutes(90));
    const watched = await startInstance({ metricsToken: 'a-token-of-the-test' });
    const metrics = await client(watched, admin.cookies).get('/metrics', {
      authorization: 'Bearer a-token-of-the-test',
    });
    await save(admin, { folder: null });
    const made = await ended(admin, (await admin.post('/snapshots', {})).json().jobId);

    expect(counts).toEqual([1, 1, 2, 2, 3]);
    expect(later).toBe(3);
    const reason = 'The folder of the snapshots is not there: /nowhere/at/all.';
    expect(lastFailure).toMatchObject({ message: reason, tries: 3, nextTryAt: null });
    expect(lastFailure.day).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(metrics.body).toContain('cmp_snapshot_schedule_failures 3');
    expect(made.state).toBe('done');
    expect((await admin.get('/snapshots')).json().lastFailure).toBeNull();
    const log = await db
      .selectFrom('changes')
      .select(['accountName', 'via', 'reason'])
      .where('action', '=', 'snapshots:create')
      .where('via', '=', 'system')
      .orderBy('id')
      .execute();
    const said = log.map(({ reason }) => reason?.replace(/^cmp-database-[\w-]+: /, ''));
    const scheduled = `scheduled for ${lastFailure.day}`;
    expect(said).toEqual([
      ...[scheduled, `not made. ${reason}`, `${scheduled}, try 2`, `not made. ${reason}`],
      ...[`${scheduled}, try 3`, `not made. ${reason}`],
    ]);
    expect(new Set(log.map(({ accountName }) => accountName))).toEqual(new Set(['system']));
  });

  test('tries a copy that failed again, not at once, and of many instances one does', async ({
    admin,
    db,
    place,
    onTestFinished,
  }) => {
    let calls = 0;
    const deaf = createServer((socket) => {
      calls += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void deaf.close());
    await once(deaf, 'listening');
    const { port } = z.object({ port: z.int() }).parse(deaf.address());
    const target = {
      s3Endpoint: `http://127.0.0.1:${port}`,
      s3Bucket: 'backups',
      s3AccessKeyId: 'id',
    };
    const secret = { s3SecretAccessKey: 'a secret of the test' };
    await save(admin, { s3Enabled: true, allowPrivateAddresses: true, ...target, ...secret });
    const { id } = await makeSnapshot(db, place, system, { kind: 'config', reason: 'asked' });
    await makeSnapshot(db, place, system, { kind: 'config', reason: 'safety' });
    const now = Date.now();
    const trial = async (minutes: number) => {
      const at = new Date(now + minutes * 60_000);
      const signal = AbortSignal.timeout(10_000);
      await Promise.all([1, 2, 3].map(() => sendCopies(db, place, at, signal)));
      const { items } = (await admin.get('/snapshots')).json();
      const copies = items.map((one: Snapshot) => [one.id === id, one.copies.length]);
      const [copy] = items.find((one: Snapshot) => one.id === id).copies;
      return { copies, copy, calls };
    };

    const first = await trial(0);
    const soon = await trial(10);
    const later = await trial(20);

    expect(first.copies.toSorted()).toEqual([
      [false, 0],
      [true, 1],
    ]);
    expect(first.copy).toMatchObject({ target: 's3', failure: expect.stringMatching(/\w/) });
    expect(first.copy.failure).not.toContain('under way');
    expect(soon.copy).toEqual(first.copy);
    expect([first.calls, soon.calls, later.calls]).toEqual([1, 1, 2]);
    expect(Date.parse(later.copy.at)).toBeGreaterThan(Date.parse(first.copy.at));
  });

  test('removes what has had its time, file and row', async ({ db, place }) => {
    const ids: string[] = [];
    for (const days of [500, 40, 0]) {
      const { fileName } = await listedAs(db, place, days);
      ids.push(fileName);
    }

    await removeExpired(db, place, new Date(), AbortSignal.timeout(5000));

    const left = await db.selectFrom('snapshots').select('fileName').orderBy('createdAt').execute();
    expect(left.map(({ fileName }) => fileName)).toEqual([ids[2]]);
    expect(await readdir(place.snapshotsDir)).toEqual([ids[2]]);
    const changes = db.selectFrom('changes').select(['accountName', 'action', 'reason']);
    const log = await changes.where('action', '=', 'snapshots:delete').orderBy('reason').execute();
    expect(log).toEqual(
      ids
        .slice(0, 2)
        .toSorted()
        .map((name) => ({
          ...{ accountName: 'system', action: 'snapshots:delete', reason: `${name}: had its time` },
        })),
    );
  });

  test('sweeps what a dead process left, and nothing while somebody writes', async ({
    db,
    place,
    folder,
  }) => {
    const part = join(folder, 'cmp-database-2026.zip.abc.part');
    await writeFile(part, 'half');
    await writeFile(join(folder, 'notes.part'), 'mine');

    await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock_shared(hashtext('snapshots are written'))`.execute(
        trx,
      );
      await sweepParts(db, place);
    });
    const during = await readdir(folder);
    await sweepParts(db, place);

    expect(during).toHaveLength(2);
    expect(await readdir(folder)).toEqual(['notes.part']);
  });
});

/** More than the buffers between PostgreSQL and a file hold. */
const manyUsers = 15_000;

async function addMany(db: Db, serverId: number): Promise<void> {
  await inChange(db, system, 'seed', null, (trx) =>
    sql`insert into users (server_id, account_name, name_key, search_key, remark)
      select ${serverId}, 'user ' || n, 'user ' || n, 'user ' || n, repeat(md5(n::text), 31)
      from generate_series(1, ${manyUsers}::int) n`.execute(trx),
  );
}

/** Who sends rows of this database to anybody. */
async function listCopying(db: Db): Promise<unknown[]> {
  const { rows } = await sql`
    select pid from pg_stat_activity where datname = current_database() and query ilike '%copy (%to stdout%'
      and pid <> pg_backend_pid()`.execute(db);
  return rows;
}

async function listedAs(
  db: Db,
  place: Parameters<typeof makeSnapshot>[1],
  days: number,
  kind: 'config' | 'database' = 'config',
) {
  const { id, ...made } = await makeSnapshot(db, place, system, {
    kind,
    reason: 'safety',
  });
  const createdAt = new Date(Date.now() - days * 86_400_000).toISOString();
  await db.updateTable('snapshots').set({ createdAt }).where('id', '=', id).execute();
  return made;
}

async function save(admin: Caller, values: object): Promise<void> {
  const { version } = (await admin.get('/settings/storage')).json();
  const { statusCode } = await admin.patch('/settings/storage', { version, values, password });
  expect(statusCode).toBe(200);
}

async function ended(admin: Caller, jobId: string) {
  for (let tries = 0; tries < 400; tries += 1) {
    const job = (await admin.get(`/jobs/${jobId}`)).json();
    if (!['waiting', 'running'].includes(job.state)) return job;
    await wait(50);
  }
  throw new Error('The job came to no end.');
}

async function actionsOf(db: Db): Promise<string[]> {
  const changes = await db.selectFrom('changes').select('action').execute();
  return changes.map(({ action }) => action);
}

async function copiedTo(db: Db, id: number, place: string): Promise<void> {
  const copies = JSON.stringify([
    { target: 's3', place, at: '2026-01-01T00:00:00Z', failure: null },
  ]);
  await db.updateTable('snapshots').set({ copies }).where('id', '=', id).execute();
}

async function allEnded(db: Db): Promise<void> {
  const busy = db.selectFrom('jobs').select('id').where('state', 'in', ['waiting', 'running']);
  await expect.poll(() => busy.execute(), { timeout: 10_000 }).toEqual([]);
}

async function jobsOf(db: Db): Promise<number> {
  return (await db.selectFrom('jobs').select('id').execute()).length;
}
