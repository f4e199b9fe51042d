import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { promisify } from 'node:util';
import type { RemoteServerSettings } from '@cmp/shared/settings/remote-server';
import { Client, type SFTPWrapper, type Stats } from 'ssh2';
import { beforeAbort, openSocket, type Resolve } from '#lib/outbound.ts';
import { TargetError } from '#lib/target-error.ts';

export interface SftpSecrets {
  password?: string | undefined;
  privateKey?: string | undefined;
  passphrase?: string | undefined;
}

export interface Through {
  signal: AbortSignal;
  resolve?: Resolve | undefined;
}

/** A file that lies on the other side. */
export interface RemoteFile {
  name: string;
  bytes: number;
}

/** Puts a file there: beside first, and under its name when it is whole. Asks for a pinned host key. */
export async function copyBySftp(
  settings: RemoteServerSettings,
  secrets: SftpSecrets,
  path: string,
  name: string,
  through: Through,
): Promise<void> {
  await withPinned(settings, secrets, through, async ({ sftp, at }) => {
    const draft = `${at(name)}.part`;
    // Many parts under way at once: one after the other, a far server would take minutes.
    await new Promise<void>((resolve, reject) =>
      sftp.fastPut(path, draft, (error) => (error ? reject(error) : resolve())),
    );
    const [{ size: sent }, { size: arrived }] = await Promise.all([
      stat(path),
      statOf(sftp, draft),
    ]);
    if (arrived !== sent)
      throw new TargetError('read_back_differs', `Of ${sent} bytes ${arrived} arrived.`);
    await replace(sftp, draft, at(name));
  });
}

/** The files in the folder there. */
export function listBySftp(
  settings: RemoteServerSettings,
  secrets: SftpSecrets,
  through: Through,
): Promise<RemoteFile[]> {
  return withPinned(settings, secrets, through, async ({ sftp, at }) => {
    const entries = await promisify(sftp.readdir.bind(sftp))(at('.'));
    return entries
      .filter(({ attrs }) => attrs.isFile())
      .map(({ filename, attrs }) => ({ name: filename, bytes: attrs.size }));
  });
}

/** Removes a file there; one that is not there is no failure. */
export function removeBySftp(
  settings: RemoteServerSettings,
  secrets: SftpSecrets,
  name: string,
  through: Through,
): Promise<void> {
  return withPinned(settings, secrets, through, async ({ sftp, at }) => {
    await promisify(sftp.unlink.bind(sftp))(at(name)).catch((error) => {
      if (!isMissing(error)) throw error;
    });
  });
}

/** Signs in, writes a small file, reads it back and removes it. Any host key will do where none is pinned. */
export function trySftp(
  settings: RemoteServerSettings,
  secrets: SftpSecrets,
  through: Through,
): Promise<{ address: string; hostKey: string }> {
  return withSftp(settings, secrets, through, async ({ sftp, at, address, hostKey }) => {
    const name = at(`.cmp-test-${randomBytes(6).toString('hex')}`);
    const sent = randomBytes(1024);
    const write = promisify<string, Buffer>(sftp.writeFile.bind(sftp));
    await write(name, sent).catch((error) => {
      if (isMissing(error))
        throw new TargetError('folder_missing', `The folder ${settings.folder} is not there.`, {
          cause: error,
        });
      throw error;
    });
    try {
      const back = await new Promise<Buffer>((resolve, reject) =>
        sftp.readFile(name, (error, bytes) => (error ? reject(error) : resolve(bytes))),
      );
      if (!back.equals(sent))
        throw new TargetError('read_back_differs', 'What was written came back otherwise.');
    } finally {
      await promisify(sftp.unlink.bind(sftp))(name);
    }
    return { address, hostKey };
  });
}

interface Session {
  sftp: SFTPWrapper;
  /** A name in the folder. */
  at: (name: string) => string;
  address: string;
  hostKey: string;
}

function withPinned<Result>(
  settings: RemoteServerSettings,
  secrets: SftpSecrets,
  through: Through,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  if (settings.hostKey === null)
    throw new TargetError('host_key_unknown', 'Test the remote server first: its key is unknown.');
  return withSftp(settings, secrets, through, work);
}

async function withSftp<Result>(
  settings: RemoteServerSettings,
  secrets: SftpSecrets,
  { signal, resolve }: Through,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { host, port, user, folder, hostKey: pinned, allowPrivateAddresses } = settings;
  const { password, privateKey, passphrase } = secrets;
  if (!host || !user) throw new TargetError('sign_in_refused', 'There is no host or no user.');

  const reach = { allowPrivate: allowPrivateAddresses, signal, ...(resolve && { resolve }) };
  const sock = await openSocket(host, port, reach);
  const address = sock.remoteAddress ?? host;
  const client = new Client();
  const seen = { hostKey: '' };
  // After the first one nobody listens any more, and an error that nobody hears ends the process.
  client.on('error', () => {});
  try {
    const ready = once(client, 'ready', { signal });
    try {
      client.connect({
        sock,
        username: user,
        ...(password !== undefined && { password }),
        ...(privateKey !== undefined && { privateKey }),
        ...(passphrase !== undefined && { passphrase }),
        readyTimeout: 0,
        hostVerifier: (key: Buffer) => {
          seen.hostKey = fingerprint(key);
          return pinned === null || pinned === seen.hostKey;
        },
      });
    } catch (cause) {
      ready.catch(() => {});
      throw keyUnreadable(cause);
    }
    await ready;
    const sftp = await beforeAbort(signal, promisify(client.sftp.bind(client))());
    const at = (name: string) => posix.join(folder, name);
    return await beforeAbort(signal, work({ sftp, at, address, hostKey: seen.hostKey }));
  } catch (error) {
    throw asSftpError(error, pinned, seen.hostKey, address);
  } finally {
    client.destroy();
    sock.destroy();
  }
}

function keyUnreadable(cause: unknown): TargetError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new TargetError('key_unreadable', 'The private key cannot be read, or not so opened.', {
    cause,
    said,
  });
}

function asSftpError(
  error: unknown,
  pinned: string | null,
  hostKey: string,
  address: string,
): unknown {
  if (error instanceof TargetError || !(error instanceof Error)) return error;
  if (pinned !== null && hostKey !== '' && pinned !== hostKey)
    return new TargetError(
      'host_key_changed',
      'The server shows another key than the pinned one.',
      {
        cause: error,
        address,
        hostKey,
      },
    );
  const level = 'level' in error ? error.level : undefined;
  const said = error.message;
  if (level === 'client-authentication')
    return new TargetError('sign_in_refused', 'The server did not let this user in.', {
      cause: error,
      said,
      address,
    });
  const code = 'code' in error ? error.code : undefined;
  // Numbers of the protocol's own: no such file, permission denied, failure, and what versions 5 and 6 say.
  if (code === 2)
    return new TargetError('folder_missing', 'The folder is not there.', { said, address });
  if (code === 3)
    return new TargetError('not_allowed', 'It may not be written there.', { said, address });
  if (code === 14 || code === 15)
    return new TargetError('storage_full', 'There is no room left.', { said, address });
  if (level === 'protocol' || level === 'handshake' || code === 4)
    return new TargetError('answer_unknown', 'The server answered what SFTP does not know.', {
      cause: error,
      said,
      address,
    });
  return error;
}

function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function statOf(sftp: SFTPWrapper, path: string): Promise<Stats> {
  return new Promise((resolve, reject) =>
    sftp.stat(path, (error, stats) => (error ? reject(error) : resolve(stats))),
  );
}

/** A plain rename of the protocol's refuses to write over; OpenSSH's own does it in one step. */
function replace(sftp: SFTPWrapper, from: string, to: string): Promise<void> {
  const asOpenSsh = promisify(sftp.ext_openssh_rename.bind(sftp));
  return asOpenSsh(from, to).catch(async () => {
    await promisify(sftp.unlink.bind(sftp))(to).catch(() => {});
    await promisify(sftp.rename.bind(sftp))(from, to);
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 2;
}
