import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, inject, vi } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { test as base } from '#test/fixtures.ts';
import { freePort } from '#test/free-port.ts';
import { rolePassword } from '#test/global-setup.ts';

/** Where systemd would listen. Node knows no datagram sockets. */
const listener = `
import socket, sys
listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listening.bind(sys.argv[1])
print('listening', flush=True)
while True:
    print(listening.recv(4096).decode().strip(), flush=True)
`;
const soon = { timeout: 20_000, interval: 50 };

const test = base
  .extend('folder', async ({}, { onCleanup }) => {
    const folder = mkdtempSync(join(tmpdir(), 'cmp-notify-'));
    onCleanup(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  })
  .extend('manager', async ({ folder }, { onCleanup }) => {
    const socket = join(folder, 'notify');
    const child = spawn('python3', ['-c', listener, socket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onCleanup(() => void child.kill('SIGKILL'));
    const heard: string[] = [];
    // The barrier is what systemd-notify waits by, and nothing that the service says.
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line !== 'BARRIER=1') heard.push(line);
    });
    await vi.waitUntil(() => heard.shift() === 'listening', soon);
    return { socket, heard };
  })
  .extend('start', async ({ folder, database, manager }, { onCleanup }) => {
    const children: ChildProcess[] = [];
    onCleanup(() => {
      for (const child of children) child.kill('SIGKILL');
    });
    return async (entry: string) => {
      const child = fork(join(import.meta.dirname, '..', entry), {
        env: {
          ...{ DATA_DIR: folder, HOST: '127.0.0.1', LOG_LEVEL: 'silent', WORK: 'off' },
          ...{ PORT: String(await freePort()), BOT_SERVICE_TOKEN: randomBytes(32).toString('hex') },
          DATABASE_URL: urlAs(inject('postgresUrl'), 'cmp_app', rolePassword, database),
          ...{ NOTIFY_SOCKET: manager.socket, WATCHDOG_USEC: '600000' },
        },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      children.push(child);
      return child;
    };
  });

test.for(['main.ts', 'worker.ts', '../../telegram-bot/src/main.ts'])(
  '%s says that it is ready, lives and stops, and nothing while it stands still',
  {
    timeout: 60_000,
  },
  async (entry, { start, manager: { heard } }) => {
    const child = await start(entry);
    await vi.waitUntil(() => heard.length >= 3, soon);
    const alive = [...heard];
    child.kill('SIGSTOP');
    await wait(300);
    const before = heard.length;
    await wait(2000);
    const stopped = heard.length;
    child.kill('SIGCONT');
    await vi.waitUntil(() => heard.length > stopped, soon);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');

    expect(alive.slice(0, 3)).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1']);
    expect(stopped).toBe(before);
    expect(code).toBe(0);
    await expect.poll(() => heard.at(-1), soon).toBe('STOPPING=1');
    expect(new Set(heard)).toEqual(new Set(['READY=1', 'WATCHDOG=1', 'STOPPING=1']));
  },
);
