import { appendFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, inject } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { createPlan } from '#modules/plans/plans.service.ts';
import { makeSnapshot } from '#modules/snapshots/create-snapshot.service.ts';
import { fillWithEdges } from '#test/edge-rows.ts';
import { test as base, keys, system } from '#test/fixtures.ts';
import { rolePassword } from '#test/global-setup.ts';
import { rehearse } from './drill.service.ts';
import { folderOf, uploadOf } from './restore.service.ts';
import { saveSealed } from './restore-plans.repository.ts';
import { sweepRestores } from './sweep.service.ts';

const whole = { kind: 'database', reason: 'scheduled' } as const;

const test = base.extend('place', async ({ database, databaseUrl }, { onCleanup }) => {
  const folder = await mkdtemp(join(tmpdir(), 'cmp-drill-'));
  onCleanup(() => rm(folder, { recursive: true }));
  return {
    ...{ keys, uploadsDir: join(folder, 'uploads'), snapshotsDir: join(folder, 'snapshots') },
    versions: { appVersion: 'cmp ver test', gitSha: null, buildTimestamp: null },
    settings: {},
    databaseUrl,
    ownerUrl: urlAs(inject('postgresUrl'), 'cmp_owner', rolePassword, database),
  };
});

describe('the rehearsal of a snapshot', () => {
  test('restores it beside, compares every table, and leaves nothing', async ({
    db,
    owner,
    place,
  }) => {
    await fillWithEdges(db, owner, keys);
    const { id } = await makeSnapshot(db, place, system, whole);
    const told: unknown[] = [];

    await rehearse(db, { ...place, tell: (failure) => told.push(failure) }, task());

    const snapshot = await drilled(id);
    expect(snapshot).toMatchObject({ drillFailure: null });
    expect(snapshot.drilledAt).not.toBeNull();
    expect(snapshot.drillMs).toBeGreaterThan(0);
    expect(told).toEqual([]);
    const { rows } = await sql`select from pg_namespace where nspname ~ '^drill_'`.execute(owner);
    expect(rows).toEqual([]);

    async function drilled(snapshotId: number) {
      const snapshots = db.selectFrom('snapshots').selectAll().where('id', '=', snapshotId);
      return snapshots.executeTakeFirstOrThrow();
    }
  });

  test('says what is wrong with it, keeps that, and tells it', async ({ db, given, place }) => {
    await given.servers('home');
    const { fileName } = await makeSnapshot(db, place, system, whole);
    await appendFile(join(place.snapshotsDir, fileName), 'x');
    const told: unknown[] = [];

    await rehearse(db, { ...place, tell: (failure) => told.push(failure) }, task());

    const { drillFailure } = await db
      .selectFrom('snapshots')
      .select('drillFailure')
      .executeTakeFirstOrThrow();
    expect(drillFailure).toMatch(/snapshot/);
    expect(told.map(String)).toEqual([expect.stringContaining(fileName)]);
  });

  test('finds rows that come back as others', async ({ db, owner, given, place }) => {
    await given.servers('home');
    await makeSnapshot(db, place, system, whole);
    // A release whose columns would not take what the last one wrote.
    await sql`alter table servers alter column name type text using name,
      alter column created_at type date using created_at`.execute(owner);
    const told: unknown[] = [];

    await rehearse(db, { ...place, tell: (failure) => told.push(failure) }, task());

    expect(told.map(String)).toEqual([expect.stringContaining('servers is not as it was')]);
  });
});

test('the snapshot of the night is rehearsed once, by whichever worker notices', async ({
  db,
  place,
  startInstance,
}) => {
  await makeSnapshot(db, place, system, whole);

  await startInstance(place, { work: 'does' });
  await startInstance(place, { work: 'does' });

  const drilled = async () =>
    db
      .selectFrom('snapshots')
      .select(['reason', 'drillFailure'])
      .where('drilledAt', 'is not', null)
      .execute();
  await expect
    .poll(drilled, { timeout: 10_000 })
    .toEqual([{ reason: 'scheduled', drillFailure: null }]);
  const jobs = db.selectFrom('jobs').select(['kind', 'accountName']).execute();
  expect(await jobs).toEqual([{ kind: 'snapshot:drill', accountName: 'system' }]);
});

describe('the sweep', () => {
  test('removes schemas, files and sealed keys that nobody needs, and no others', async ({
    db,
    owner,
    place,
  }) => {
    const plan = {
      action: 'snapshots:restore',
      state: 'parsing',
      subject: {},
      serverIds: null,
    } as const;
    const waiting = await createPlan(db, system, plan);
    const expired = await createPlan(db, system, plan);
    await db.transaction().execute(async (trx) => {
      await saveSealed(trx, waiting, 'kept');
      await saveSealed(trx, expired, 'forgotten');
    });
    await sql`update plans set expires_at = now() - interval '1 second' where id = ${expired}`.execute(
      db,
    );
    await mkdir(folderOf(place.uploadsDir), { recursive: true });
    for (const id of [waiting, expired]) {
      await writeFile(uploadOf(place.uploadsDir, id), 'rows');
      await utimes(uploadOf(place.uploadsDir, id), 1, 1);
    }
    await sql`create schema restore_1; create schema drill_2; create schema restore_3`.execute(
      owner,
    );

    await owner.connection().execute(async (holder) => {
      await sql`select pg_advisory_lock(hashtext('restore_3'))`.execute(holder);
      await sweepRestores(db, place);
    });

    const { rows } = await sql`
      select nspname::text as name from pg_namespace where nspname ~ '^(restore|drill)_'`.execute(
      owner,
    );
    expect(rows).toEqual([{ name: 'restore_3' }]);
    expect(await readFile(uploadOf(place.uploadsDir, waiting), 'utf8')).toBe('rows');
    await expect(readFile(uploadOf(place.uploadsDir, expired))).rejects.toThrow('ENOENT');
    const plans = db.selectFrom('plans').select('sealed').orderBy('id');
    expect(await plans.execute()).toEqual([{ sealed: 'kept' }, { sealed: null }]);
  });
});

function task() {
  return { subject: {}, progress: () => {}, finish: async () => {} };
}
