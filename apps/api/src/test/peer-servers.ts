import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import S3rver from '@20minutes/s3rver';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';

const passphrase = 'opens-the-private-key-of-the-test';

/**
 * Debian's sshd with a host key of its own. Who signs in is whoever runs the tests, by a key; or, where a password
 * is given, an account that this sshd alone knows: the administrator of the machine may show it another /etc.
 */
export async function sshServer({ password }: { password?: string } = {}) {
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
    const sshd = ['/usr/sbin/sshd', '-D', '-f', join(folder, 'config')];
    const [command = '', ...args] =
      password === undefined ? sshd : [...withAccounts(folder), ...sshd];
    return start(command, args, port);
  };
  const fingerprint = (hostKey: string) =>
    execFileSync('ssh-keygen', ['-lf', join(folder, `${hostKey}.pub`)], { encoding: 'utf8' })
      .split(' ')
      .at(1);
  const user = password === undefined ? userInfo().username : addAccount(folder, password);
  const values = { host: '127.0.0.1', port, user, folder: files, allowPrivateAddresses: true };
  const key = { privateKey: readFileSync(join(folder, 'client'), 'utf8'), passphrase };
  const secrets = password === undefined ? key : { password };
  return { folder, files, values, secrets, fingerprint, startWith };
}

/** Writes beside what /etc says of accounts, and one more, who owns the files. */
function addAccount(folder: string, password: string): string {
  const [name, id] = ['portal-copies', 54_321];
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password });
  const more = {
    passwd: `${name}:x:${id}:${id}::${join(folder, 'files')}:/bin/sh`,
    shadow: `${name}:${hash.toString().trim()}:19000:0:99999:7:::`,
  };
  for (const [file, line] of Object.entries(more))
    writeFileSync(join(folder, file), `${readFileSync(`/etc/${file}`, 'utf8')}${line}\n`);
  // A folder for the length of a test is its maker's alone.
  chmodSync(folder, 0o711);
  chownSync(join(folder, 'files'), id, id);
  return name;
}

/** Before a command: it, and nobody else, finds in /etc the accounts of the folder. */
function withAccounts(folder: string): string[] {
  const mounts = ['passwd', 'shadow'].map((file) => `mount --bind ${folder}/${file} /etc/${file}`);
  return ['unshare', '--mount', 'sh', '-c', `${mounts.join(' && ')} && exec "$@"`, 'sh'];
}

/** An S3 server from npm, with a bucket of its own; what it keeps lies in its folder. */
export async function s3Server({ allowMismatchedSignatures = false } = {}) {
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
  return { directory, values, secrets: { s3SecretAccessKey: 'S3RVER' } };
}

/** A folder for the length of a test. */
export function folderOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `cmp-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function makeKey(path: string, phrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', phrase, '-f', path]);
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
