import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own. */
export interface BenchServer {
  origin: string;
  pid: number;
  /** CPU milliseconds of the process so far, the kernel's for it included. */
  cpuMs: () => number;
  stop: () => Promise<void>;
}

/** Starts a server's file and waits until it says that it is ready. Its `environment` is all that it has. */
export async function startServer(
  moduleUrl: string,
  environment: Record<string, string>,
): Promise<BenchServer> {
  const port = await freePort();
  const child = spawn(process.execPath, [fileURLToPath(moduleUrl)], {
    env: { ...environment, PORT: String(port), HOST: '127.0.0.1', NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await ready(child);
  const { pid } = child;
  if (pid === undefined) throw new Error('The server has no process.');
  return {
    pid,
    origin: `http://127.0.0.1:${port}`,
    cpuMs: () => cpuMsOf(child),
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

/** Waits until a process says that it serves. */
export async function ready(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The server ended with ${code} before it was ready.`);
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {}); // Ending later is what `stop` is for.
}

/** Linux counts in hundredths of a second: over a round of seconds that is fine enough. */
export function cpuMsOf({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
  return (userTicks + systemTicks) * 10;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
