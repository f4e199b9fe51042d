import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuMsOf, freePort, ready } from '#servers.ts';

/** One API process or worker, on a port that stays its own when it is started again. */
export interface Instance {
  origin: string;
  start: () => Promise<void>;
  /** Asks it to stop, as a service manager does: how it ended, and after how long. */
  stop: () => Promise<{ code: number | null; ms: number }>;
  kill: () => Promise<void>;
  /** CPU milliseconds of the process so far. */
  cpuMs: () => number;
}

/** What is started here ends with the bench. */
const children = new Set<ChildProcess>();

export function stopAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

export async function makeInstance(
  moduleUrl: string,
  environment: Record<string, string>,
): Promise<Instance> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const gone = async (signal: NodeJS.Signals) => {
    if (!child) throw new Error('It was not started.');
    const ended = once(child, 'exit');
    const beganAt = performance.now();
    child.kill(signal);
    const [code] = await ended;
    return { code: typeof code === 'number' ? code : null, ms: performance.now() - beganAt };
  };
  return {
    origin: `http://127.0.0.1:${port}`,
    start: async () => {
      child = begin(process.execPath, [fileURLToPath(moduleUrl)], {
        ...environment,
        PORT: String(port),
      });
      await ready(child);
    },
    stop: () => gone('SIGTERM'),
    kill: async () => void (await gone('SIGKILL')),
    cpuMs: () => (child ? cpuMsOf(child) : 0),
  };
}

/** A worker says nothing to who started it: its first sign of life is a row. */
export function beginWorker(moduleUrl: string, environment: Record<string, string>): ChildProcess {
  return begin(process.execPath, [fileURLToPath(moduleUrl)], environment);
}

/** A server of Debian's, which is ready when its port answers. */
export async function beginServer(
  [command, ...args]: [string, ...string[]],
  port: number,
  account: { uid?: number; gid?: number } = {},
): Promise<ChildProcess> {
  const child = begin(command, args, {}, account);
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}.`);
    const socket = connect(port, '127.0.0.1');
    const answers = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (answers) return child;
    await wait(50);
  }
  throw new Error(`${command} does not answer.`);
}

function begin(
  command: string,
  args: string[],
  env: Record<string, string>,
  account: { uid?: number; gid?: number } = {},
): ChildProcess {
  const isOurs = command === process.execPath;
  const child = spawn(command, args, {
    ...account,
    ...(isOurs ? {} : { cwd: '/' }),
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'ignore', 'inherit', ...(isOurs ? (['ipc'] as const) : [])],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
