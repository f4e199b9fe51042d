import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { StartRefused } from './start-refused.ts';

const Holder = z.object({ pid: z.number(), address: z.string().nullable() });
type Holder = z.infer<typeof Holder>;

export interface DirectoryLock {
  /** What the holder tells a second start about itself. */
  announce(address: string): void;
  release(): Promise<void>;
}

/**
 * Holds a directory for this process alone, or refuses in one sentence.
 * The lock is a listening socket: taken atomically, and gone with the process however it ends.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const holder: Holder = { pid: process.pid, address: null };
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(JSON.stringify(holder));
  });
  const name = lockName(directory);

  if (!(await listens(server, name))) {
    const other = await askHolder(name);
    if (other === 'gone' && isSocketFile(name)) fs.rmSync(name, { force: true });
    if (other !== 'gone' || !(await listens(server, name))) throw refusal(directory, other);
  }

  server.unref();
  return {
    announce: (address) => {
      holder.address = address;
    },
    release: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** Refuses as `lockDirectory` does where the directory is held, and takes nothing. */
export async function refuseHeld(directory: string): Promise<void> {
  if (!fs.existsSync(directory)) return;
  const holder = await askHolder(lockName(directory));
  if (holder !== 'gone') throw refusal(directory, holder);
}

/** The name follows the directory, not the path to it: a link to the same place finds the same lock. */
function lockName(directory: string): string {
  const real = fs.realpathSync(directory);
  // Numbers of Windows' files are longer than a double is exact: two folders would be one.
  const { dev, ino } = fs.statSync(real, { bigint: true });
  const id = `cmp-${dev}-${ino}`;
  if (process.platform === 'linux') return `\0${id}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${id}`;
  const hash = createHash('sha256').update(`${id}:${real}`).digest('hex').slice(0, 16);
  return path.join(os.tmpdir(), `cmp-${hash}.sock`);
}

async function listens(server: net.Server, name: string): Promise<boolean> {
  server.listen(name);
  try {
    await once(server, 'listening');
    return true;
  } catch (error) {
    if (isSystemError(error, 'EADDRINUSE')) return false;
    throw error;
  }
}

/** A socket file can outlive its process. */
const isSocketFile = (name: string) => name.endsWith('.sock');

/** `gone` means that nobody listens, or not any more. */
async function askHolder(name: string): Promise<Holder | 'unknown' | 'gone'> {
  const socket = net.connect(name);
  const answer = (async () => {
    let text = '';
    for await (const chunk of socket) text += chunk;
    return Holder.parse(JSON.parse(text));
  })();
  try {
    return await Promise.race([answer, sleep(1000, 'unknown' as const)]);
  } catch (error) {
    const isGone = isSystemError(error, 'ECONNREFUSED') || isSystemError(error, 'ENOENT');
    return isGone ? 'gone' : 'unknown';
  } finally {
    socket.destroy();
  }
}

function refusal(directory: string, other: Holder | 'unknown' | 'gone'): StartRefused {
  if (typeof other === 'string') {
    return new StartRefused(`Another running portal holds the data in ${directory}.`);
  }
  const where = other.address ? `, at ${other.address}` : '';
  return new StartRefused(
    `Another running portal (process ${other.pid}${where}) holds the data in ${directory}.`,
  );
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
