import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import S3rver from '@20minutes/s3rver';
import { RemoteServerSettings } from '@cmp/shared/settings/remote-server';
import { StorageSettings } from '@cmp/shared/settings/storage';
import { describe, expect, onTestFinished } from 'vitest';
import { test } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { copyByS3, listByS3, removeByS3 } from './s3.service.ts';
import { copyBySftp, listBySftp, removeBySftp } from './sftp.service.ts';

// Run by `npm run test:peers`, which installs Debian's openssh-server; the S3 server comes from npm.

const through = { signal: AbortSignal.timeout(120_000) };
const passphrase = 'opens-the-private-key-of-the-test';

function folderOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `cmp-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) throw new Error(`The peer ended: ${child.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const isUp = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isUp) return;
    await wait(50);
  }
  throw new Error('The peer does not answer.');
}

async function start(
  command: string,
  args: string[],
  port: number,
): Promise<{ stop: () => Promise<void> }> {
  const child = spawn(command, args, { stdio: 'ignore' });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  onTestFinished(stop);
  await answers(port, child);
  return { stop };
}

function makeKey(path: string, phrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', phrase, '-f', path]);
}

/** Debian's sshd, as whoever runs the tests, with a host key of its own. */
async function sshServer() {
  const folder = folderOf('sshd');
  const files = join(folder, 'files');
  mkdirSync(files);
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  makeKey(join(folder, 'client'), passphrase);
  makeKey(join(folder, 'host'));
  makeKey(join(folder, 'other-host'));
  const port = await freePort();
  const startWith = (hostKey: string) => {
    const lines = [
      ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${join(folder, hostKey)}`],
      ...[`AuthorizedKeysFile ${join(folder, 'client.pub')}`, `PidFile ${join(folder, 'pid')}`],
      ...['PermitRootLogin yes', 'StrictModes no', 'UsePAM no', 'Subsystem sftp internal-sftp'],
    ];
    writeFileSync(join(folder, 'config'), `${lines.join('\n')}\n`);
    return start('/usr/sbin/sshd', ['-D', '-f', join(folder, 'config')], port);
  };
  const fingerprint = (hostKey: string) =>
    execFileSync('ssh-keygen', ['-lf', join(folder, `${hostKey}.pub`)], { encoding: 'utf8' })
      .split(' ')
      .at(1);
  const values = {
    ...{ host: '127.0.0.1', port, user: userInfo().username, folder: files },
    allowPrivateAddresses: true,
  };
  const secrets = { privateKey: readFileSync(join(folder, 'client'), 'utf8'), passphrase };
  return { folder, files, values, secrets, fingerprint, startWith };
}

describe('openssh-server', () => {
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

  test('keeps a copy whole, lists it, and lets it go', async () => {
    const { values, secrets, fingerprint, startWith, folder, files } = await sshServer();
    await startWith('host');
    const settings = RemoteServerSettings.parse({ ...values, hostKey: fingerprint('host') });
    const path = join(folder, 'snapshot.zip');
    execFileSync('dd', ['if=/dev/urandom', `of=${path}`, 'bs=1M', 'count=20'], { stdio: 'ignore' });

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
  });
});

async function s3Server({ allowMismatchedSignatures = false } = {}) {
  const directory = folderOf('s3');
  const configureBuckets = [{ name: 'snapshots', configs: [] }];
  const at = { address: '127.0.0.1', port: 0 };
  const server = new S3rver({
    ...at,
    ...{ directory, silent: true, configureBuckets, allowMismatchedSignatures },
  });
  const { port } = await server.run();
  onTestFinished(() => server.close());
  const values = {
    ...{ s3Enabled: true, s3Endpoint: `http://127.0.0.1:${port}`, s3Bucket: 'snapshots' },
    ...{ s3AccessKeyId: 'S3RVER', s3Prefix: 'portal/', allowPrivateAddresses: true },
  };
  return { values, secrets: { s3SecretAccessKey: 'S3RVER' } };
}

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
