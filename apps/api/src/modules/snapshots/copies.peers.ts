import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RemoteServerSettings } from '@cmp/shared/settings/remote-server';
import { StorageSettings } from '@cmp/shared/settings/storage';
import type { Snapshot } from '@cmp/shared/snapshots';
import { expect } from 'vitest';
import { listByS3 } from '#modules/targets/s3.service.ts';
import { listBySftp } from '#modules/targets/sftp.service.ts';
import { test as base, keys, system } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { folderOf, s3Server, sshServer } from '#test/peer-servers.ts';
import { openSnapshot } from './archive-reader.ts';
import { sendCopies } from './copies.service.ts';
import { makeSnapshot } from './create-snapshot.service.ts';
import { removeExpired } from './tending.service.ts';

// Run by `npm run test:peers`, which installs Debian's openssh-server; the S3 server comes from npm.

const test = base.extend('place', ({ databaseUrl }) => ({
  ...{ snapshotsDir: folderOf('snapshots'), keys, databaseUrl },
  versions: { appVersion: 'cmp ver test', gitSha: null, buildTimestamp: null },
}));
const signal = AbortSignal.timeout(120_000);
const through = { signal };
const dayMs = 86_400_000;

test('a snapshot is copied to both places byte by byte, opens there, and leaves with its time', {
  timeout: 60_000,
}, async ({ startInstance, api, db, place, given }) => {
  const admin = await api.as('admin', [], await startInstance(place));
  const ssh = await sshServer();
  await ssh.startWith('host');
  // It signs a listing's address without the slash that the client sends, and signs all else as Amazon does.
  const s3 = await s3Server({ allowMismatchedSignatures: true });
  const sftpValues = { ...ssh.values, enabled: true, hostKey: ssh.fingerprint('host') };
  const save = async (section: string, values: object) => {
    const { version } = (await admin.get(`/settings/${section}`)).json();
    const saved = await admin.patch(`/settings/${section}`, { version, values, password });
    expect(saved.statusCode, saved.payload).toBe(200);
  };
  await save('remote-server', { ...sftpValues, ...ssh.secrets });
  const retention = { keepDaily: 1, keepWeekly: 0, keepMonthly: 0 };
  await save('storage', { ...s3.values, ...s3.secrets, ...retention });
  const there = async () => ({
    sftp: await listBySftp(RemoteServerSettings.parse(sftpValues), ssh.secrets, through),
    s3: await listByS3(StorageSettings.parse(s3.values), s3.secrets, through),
  });
  const [home] = await given.servers('home');
  await given.users(home.id, 'ann', 'bea');
  const old = await makeSnapshot(db, place, system, { kind: 'database', reason: 'asked' });
  await given.users(home.id, 'cid');
  const young = await makeSnapshot(db, place, system, { kind: 'database', reason: 'asked' });

  await sendCopies(db, place, new Date(), signal);

  const { items } = (await admin.get('/snapshots')).json();
  for (const { copies } of items satisfies Snapshot[])
    expect(
      copies.map(({ target, failure }: Snapshot['copies'][number]) => [target, failure]),
    ).toEqual([
      ['sftp', null],
      ['s3', null],
    ]);
  const listed = [old, young]
    .map(({ fileName: name, bytes }) => ({ name, bytes }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
  const found = await there();
  expect(found.sftp.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(listed);
  expect(found.s3.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(listed);
  for (const { fileName, sha256 } of [old, young]) {
    const here = readFileSync(join(place.snapshotsDir, fileName));
    const [kept = ''] = filesBelow(s3.directory).filter(
      (path) => path.includes(fileName) && path.endsWith('_object'),
    );
    for (const copy of [join(ssh.files, fileName), kept]) {
      expect(readFileSync(copy).equals(here)).toBe(true);
      expect(createHash('sha256').update(readFileSync(copy)).digest('hex')).toBe(sha256);
    }
  }
  const file = await openSnapshot(join(ssh.files, young.fileName), { keys });
  await file.verifyAll();
  await file.close();

  await db
    .updateTable('snapshots')
    .set({ createdAt: new Date(Date.now() - 500 * dayMs).toISOString() })
    .where('id', '=', old.id)
    .execute();
  await removeExpired(db, place, new Date(), signal);

  const left = [{ name: young.fileName, bytes: young.bytes }];
  expect(await there()).toEqual({ sftp: left, s3: left });
});

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
