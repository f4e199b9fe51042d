import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { canonicalDump } from '#test/edge-rows.ts';
import { test as base, type client, keys, system } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { rowXml, workbook } from '#test/hostile-files.ts';
import { planned, upload } from '#test/import-client.ts';
import { picture } from '#test/pictures.ts';
import { leftOut, plannedRestore, sendSnapshot, snapshotFile } from '#test/restore-client.ts';
import { smallVolume } from '#test/small-volume.ts';

// Run by `npm run test:peers`, as root: it mounts volumes of a few megabytes.

const test = base
  .extend('volume', () => smallVolume(2))
  .extend('home', async ({ given }) => {
    const [home] = await given.servers('home');
    const [ann] = await given.users(home.id, 'ann');
    return { id: home.id, annId: ann?.id ?? 0 };
  });
type Client = ReturnType<typeof client>;
const data = { ...leftOut, sign_in_attempts: 'all' } as const;

describe('where uploads lie, full', () => {
  const withUploads = test.extend('app', ({ startInstance, volume }) =>
    startInstance({ uploadsDir: volume.folder }, { work: 'does' }),
  );

  withUploads(
    'a list and a snapshot are refused, leave nothing, and all else goes on',
    async ({ api, volume, home, owner }) => {
      const admin = await api.as('admin');
      const before = await canonicalDump(owner, data);

      const list = await upload(admin, home.id, Buffer.alloc(3_000_000, 'x'));
      const snapshot = await sendSnapshot(admin, Buffer.alloc(3_000_000, 'PK'), { mode: 'merge' });

      expect([list, snapshot].map(refusalOf)).toEqual([full, full]);
      await expect.poll(volume.files).toEqual([]);
      expect(await canonicalDump(owner, data)).toEqual(before);
      await expectEdit(admin, home);
      const small = await planned(admin, home.id, 'account_name\nbea\n', { fileName: 'list.csv' });
      expect([small.state, small.counts.added]).toEqual(['ready', 1]);
    },
  );

  withUploads(
    'pictures and a workbook are refused, leave nothing, and what was there stays',
    async ({ api, volume, home, owner }) => {
      const admin = await api.as('admin');
      const faces = ['/settings/general/logo?theme=light', '/settings/general/favicon'];
      const pages = [...faces, '/auth/avatar', `/accounts/${admin.account.id}/avatar`];
      const small = await picture('png');
      for (const page of pages)
        expect((await sendPicture(admin, page, small)).statusCode).toBe(200);
      const list = workbook({ rows: rowXml(1, 'account_name') + rowXml(2, 'bea') });
      volume.leave(100);
      const before = await canonicalDump(owner, data);

      const answers = [await upload(admin, home.id, Buffer.concat([list, randomBytes(1_000_000)]))];
      const large = randomBytes(1_000_000);
      for (const page of pages) answers.push(await sendPicture(admin, page, large));

      expect(answers.map(refusalOf)).toEqual(answers.map(() => full));
      await expect.poll(volume.files).toEqual([]);
      expect(await canonicalDump(owner, data)).toEqual(before);
      await expectEdit(admin, home);
      // What fits into the rest is taken all the same.
      expect((await sendPicture(admin, '/auth/avatar', small)).statusCode).toBe(200);
      const plan = await planned(admin, home.id, list);
      expect([plan.state, plan.counts.added]).toEqual(['ready', 1]);
    },
  );

  withUploads(
    'the rows with errors of a workbook are refused as a file, and sent once there is room',
    async ({ api, volume, home }) => {
      const admin = await api.as('admin');
      const rows = rowXml(1, 'account_name', 'expire_date') + rowXml(2, 'bea', 'never ever');
      const plan = await planned(admin, home.id, workbook({ rows }));
      volume.leave(0);

      const refused = await admin.get(`/plans/${plan.id}/errors.xlsx`);
      await expectEdit(admin, home);
      volume.grow(4);
      const sent = await admin.get(`/plans/${plan.id}/errors.xlsx`);

      expect(refusalOf(refused)).toEqual(full);
      expect(sent.statusCode).toBe(200);
    },
  );

  withUploads('an export is refused and leaves nothing', async ({ api, volume, home }) => {
    const admin = await api.as('admin');
    volume.leave(0);

    const answers = [
      await admin.get(`/servers/${home.id}/users/export.xlsx`),
      await admin.get(`/servers/${home.id}/users/export.csv`),
    ];

    expect(answers.map(refusalOf)).toEqual([full, full]);
    expect(await volume.files()).toEqual([]);
    await expectEdit(admin, home);
  });

  withUploads(
    'an encrypted snapshot that fits, and does not when it is opened, is refused',
    async ({ api, volume, home, owner, db }) => {
      await fill(db, home.id, 6_000);
      const passphrase = 'opens what does not fit';
      const file = await snapshotFile(owner, { keys, encryption: { passphrase } });
      const admin = await api.as('admin');
      volume.leave(Math.ceil((file.length * 1.5) / 1024));
      const before = await canonicalDump(owner, data);

      const plan = await plannedRestore(admin, file, { mode: 'merge', passphrase });

      expect([plan.state, plan.failure?.code]).toEqual(['failed', 'storage_full']);
      expect(await canonicalDump(owner, data)).toEqual(before);
      await expectEdit(admin, home);
    },
  );
});

describe('where snapshots lie, full', () => {
  const withSnapshots = test.extend('app', ({ startInstance, volume }) =>
    startInstance({ snapshotsDir: volume.folder }, { work: 'does' }),
  );

  withSnapshots(
    'one is refused before its job, or in its middle, leaves nothing, and is made once there is room',
    async ({ api, volume, home, db }) => {
      const admin = await api.as('admin');
      await fill(db, home.id, 25_000);

      const guessed = await admin.post('/snapshots', {});
      // What is known of the last one promises that there is room.
      await sql`
        insert into snapshots (kind, reason, file_name, bytes, sha256, is_encrypted, site_name, app_version, counts, account_name, created_at)
        values ('database', 'safety', 'cmp-database-small.zip', 1000, repeat('0', 64), false, 'Portal', 'x', '{}', 'system', now())`.execute(
        db,
      );
      const begun = await admin.post('/snapshots', {});
      const failed = await ended(db, begun.json().jobId);
      const left = await volume.files();
      await expectEdit(admin, home);
      volume.grow(60);
      const again = await ended(db, (await admin.post('/snapshots', {})).json().jobId);

      expect(refusalOf(guessed)).toEqual(full);
      expect([begun.statusCode, failed]).toMatchObject([
        202,
        { state: 'failed', failure: { code: 'storage_full' } },
      ]);
      expect(left).toEqual([]);
      expect(again.state).toBe('done');
      expect(await volume.files()).toEqual([expect.stringMatching(/^cmp-database-.*\.zip$/)]);
    },
  );

  withSnapshots.for(['merge', 'replace'] as const)(
    'a restore (%s) that cannot save first what is there does nothing, and can be tried again',
    { timeout: 60_000 },
    async (mode, { api, volume, home, db, owner }) => {
      const file = await snapshotFile(owner, { keys });
      await sql`
        insert into snapshots (kind, reason, file_name, bytes, sha256, is_encrypted, site_name, app_version, counts, account_name, created_at)
        values ('database', 'safety', 'cmp-database-small.zip', 1000, repeat('0', 64), false, 'Portal', 'x', '{}', 'system', now())`.execute(
        db,
      );
      const admin = await api.as('admin');
      await admin.patch(`/users/${home.annId}`, { version: 1, remark: 'other' });
      await fill(db, home.id, 25_000);
      const fields = { mode, overwriteNewer: 'true' };
      const plan = await plannedRestore(admin, file, fields);
      const before = await canonicalDump(owner, data);
      const confirmed = mode === 'replace' ? { siteName: 'Portal', password } : {};
      const commit = async (on: Client) => {
        const { jobId } = (await on.post(`/plans/${plan.id}/commit`, confirmed)).json();
        return ended(db, jobId);
      };

      const failed = await commit(admin);

      expect(failed).toMatchObject({ state: 'failed', failure: { code: 'storage_full' } });
      expect(await volume.files()).toEqual([]);
      expect(await canonicalDump(owner, data)).toEqual(before);
      expect((await admin.get(`/plans/${plan.id}`)).json().state).toBe('ready');
      volume.grow(60);
      expect(await commit(admin)).toMatchObject({ state: 'done' });
    },
  );
});

const full = [507, 'storage_full'];

function sendPicture({ put }: Client, url: string, bytes: Buffer) {
  const payload = Buffer.concat([
    Buffer.from(
      '--cut\r\ncontent-disposition: form-data; name="file"; filename="picture.png"\r\ncontent-type: image/png\r\n\r\n',
    ),
    bytes,
    Buffer.from('\r\n--cut--\r\n'),
  ]);
  return put(url, payload, { 'content-type': 'multipart/form-data; boundary=cut' });
}

function refusalOf({ statusCode, payload }: { statusCode: number; payload: string }): unknown[] {
  return [statusCode, statusCode < 400 ? undefined : JSON.parse(payload).code];
}

async function expectEdit(admin: Client, { annId }: { annId: number }): Promise<void> {
  const { version } = (await admin.get(`/users/${annId}`)).json();
  const edit = await admin.patch(`/users/${annId}`, { version, remark: `after ${version}` });
  expect(edit.statusCode, edit.payload).toBe(200);
}

/** Rows that hardly pack. */
async function fill(db: Db, serverId: number, rows: number): Promise<void> {
  await inChange(db, system, 'seed', null, (trx) =>
    sql`insert into users (server_id, account_name, name_key, search_key, remark)
      select ${serverId}, 'user ' || n, 'user ' || n, 'user ' || n, md5(n::text) || md5('x' || n)
      from generate_series(1, ${rows}::int) n`.execute(trx),
  );
}

async function ended(db: Db, jobId: string) {
  for (;;) {
    const jobs = db.selectFrom('jobs').select(['state', 'failure']).where('id', '=', jobId);
    const job = await jobs.executeTakeFirstOrThrow();
    if (job.state !== 'waiting' && job.state !== 'running') return job;
    await wait(50);
  }
}
