import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RemoteServerSettings } from '@cmp/shared/settings/remote-server';
import { StorageSettings } from '@cmp/shared/settings/storage';
import { describe, expect } from 'vitest';
import { test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { folderOf, makeKey, s3Server, sshServer } from '#test/peer-servers.ts';
import { copyByS3, listByS3, removeByS3 } from './s3.service.ts';
import { copyBySftp, listBySftp, removeBySftp } from './sftp.service.ts';

// Run by `npm run test:peers`, which installs Debian's openssh-server; the S3 server comes from npm.

const through = { signal: AbortSignal.timeout(120_000) };
// Each sign-in with a key under a passphrase takes a second of a core.
describe('openssh-server', { timeout: 60_000 }, () => {
  test('is tested, its key is pinned, and another key is refused until it is confirmed', async ({
    api,
  }) => {
    const { values, secrets, fingerprint, startWith, files } = await sshServer();
    const admin = await api.as('admin');
    const tryIt = () => admin.post('/settings/remote-server/test', {});
    const first = await startWith('host');

    const unsaved = { values: { ...values, ...secrets }, password };
    const draft = await admin.post('/settings/remote-server/test', unsaved);
    await admin.patch('/settings/remote-server', { version: 1, ...unsaved });
    const pinned = await tryIt();
    const again = await tryIt();
    await first.stop();
    await startWith('other-host');
    const other = await tryIt();
    const hostKey = other.json().details?.hostKey;
    const change = { version: 3, values: { hostKey }, password };
    const confirmed = await admin.patch('/settings/remote-server', change);
    const afterwards = await tryIt();

    expect(draft.json()).toMatchObject({ ok: true, hasPinned: false, version: 1 });
    expect(pinned.json()).toMatchObject({
      ...{ ok: true, hasPinned: true, version: 3, address: '127.0.0.1' },
      hostKey: fingerprint('host'),
    });
    expect(again.json()).toMatchObject({ ok: true, hasPinned: false, version: 3 });
    expect(other.json()).toMatchObject({
      code: 'target_failed',
      details: { reason: 'host_key_changed', hostKey: fingerprint('other-host') },
    });
    expect(confirmed.statusCode).toBe(200);
    expect(afterwards.json()).toMatchObject({ ok: true, hostKey: fingerprint('other-host') });
    expect(execFileSync('ls', ['-A', files], { encoding: 'utf8' })).toBe('');
  });

  test('says what to mend: user, key, folder, rights', async ({ api }) => {
    const { values, secrets, startWith, folder } = await sshServer();
    await startWith('host');
    makeKey(join(folder, 'stranger'));
    const stranger = readFileSync(join(folder, 'stranger'), 'utf8');
    const admin = await api.as('admin');
    const reasonOf = async (wrong: object) => {
      const tried = { values: { ...values, ...secrets, ...wrong }, password };
      return (await admin.post('/settings/remote-server/test', tried)).json().details?.reason;
    };

    expect(await reasonOf({ privateKey: stranger, passphrase: null })).toBe('sign_in_refused');
    expect(await reasonOf({ passphrase: 'another-passphrase' })).toBe('key_unreadable');
    expect(await reasonOf({ privateKey: 'no key at all' })).toBe('key_unreadable');
    expect(await reasonOf({ folder: join(folder, 'not-there') })).toBe('folder_missing');
    expect(await reasonOf({ folder: '/proc' })).toMatch(/not_allowed|folder_missing/);
  });

  test('lets in with a password alone, pins its key, and refuses another password', async ({
    api,
  }) => {
    const secret = 'opens “sshd” of the test';
    const { values, fingerprint, startWith, files } = await sshServer({ password: secret });
    await startWith('host');
    const admin = await api.as('admin');
    const saved = { version: 1, values: { ...values, password: secret }, password };
    const wrong = { values: { ...values, password: `${secret} not` }, password };

    const refused = await admin.post('/settings/remote-server/test', wrong);
    const patched = await admin.patch('/settings/remote-server', saved);
    const pinned = await admin.post('/settings/remote-server/test', {});

    expect(refused.statusCode).toBe(422);
    expect(refused.json()).toMatchObject({
      code: 'target_failed',
      message: 'The server did not let this user in.',
      details: { reason: 'sign_in_refused', address: '127.0.0.1' },
    });
    expect(refused.body).not.toContain(secret);
    expect(patched.statusCode, patched.body).toBe(200);
    expect(pinned.json()).toMatchObject({
      ...{ ok: true, hasPinned: true, address: '127.0.0.1' },
      hostKey: fingerprint('host'),
    });
    expect(readdirSync(files)).toEqual([]);
  });

  test.for(['a key', 'a password'])(
    'keeps a copy whole, lists it, and lets it go: %s',
    async (by) => {
      const { values, secrets, fingerprint, startWith, folder, files } = await sshServer(
        by === 'a password' ? { password: 'opens it, too' } : {},
      );
      await startWith('host');
      const settings = RemoteServerSettings.parse({ ...values, hostKey: fingerprint('host') });
      const path = join(folder, 'snapshot.zip');
      execFileSync('dd', ['if=/dev/urandom', `of=${path}`, 'bs=1M', 'count=20'], {
        stdio: 'ignore',
      });

      await copyBySftp(settings, secrets, path, 'one.zip', through);
      await copyBySftp(settings, secrets, path, 'one.zip', through);
      const listed = await listBySftp(settings, secrets, through);
      const isSame = readFileSync(path).equals(readFileSync(join(files, 'one.zip')));
      await removeBySftp(settings, secrets, 'one.zip', through);
      await removeBySftp(settings, secrets, 'one.zip', through);

      expect(listed).toEqual([{ name: 'one.zip', bytes: 20 * 1024 * 1024 }]);
      expect(isSame).toBe(true);
      expect(await listBySftp(settings, secrets, through)).toEqual([]);
      const unpinned = copyBySftp({ ...settings, hostKey: null }, secrets, path, 'x', through);
      await expect(unpinned).rejects.toMatchObject({ reason: 'host_key_unknown' });
    },
  );
});

describe('an S3 server', () => {
  test('is tested, and says what to mend: keys, bucket', async ({ api }) => {
    const { values, secrets } = await s3Server();
    const admin = await api.as('admin');
    const tryIt = async (other: object = {}) => {
      const tried = { values: { ...values, ...secrets, ...other }, password };
      return (await admin.post('/settings/storage/test', tried)).json();
    };

    expect(await tryIt()).toMatchObject({ ok: true, s3: { bucket: 'snapshots' } });
    expect(await tryIt({ s3SecretAccessKey: 'wrong' })).toMatchObject({
      details: { reason: 'sign_in_refused' },
    });
    expect(await tryIt({ s3Bucket: 'not-there' })).toMatchObject({
      details: { reason: 'bucket_missing' },
    });
    expect(await tryIt({ allowPrivateAddresses: false })).toMatchObject({
      code: 'target_refused',
      details: { reason: 'address_private' },
    });
  });

  test('keeps a copy of many parts whole, lists it, and lets it go', async () => {
    // It signs a listing's address without the slash that the client sends, and signs all else as Amazon does.
    const { values, secrets } = await s3Server({ allowMismatchedSignatures: true });
    const settings = StorageSettings.parse(values);
    const path = join(folderOf('snapshot'), 'snapshot.zip');
    execFileSync('dd', ['if=/dev/urandom', `of=${path}`, 'bs=1M', 'count=20'], { stdio: 'ignore' });

    await copyByS3(settings, secrets, path, 'one.zip', through);
    const listed = await listByS3(settings, secrets, through);
    await removeByS3(settings, secrets, 'one.zip', through);
    await removeByS3(settings, secrets, 'one.zip', through);

    expect(listed).toEqual([{ name: 'one.zip', bytes: 20 * 1024 * 1024 }]);
    expect(await listByS3(settings, secrets, through)).toEqual([]);
  });
});
