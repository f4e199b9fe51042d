import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { restartDelays } from '#lib/backoff.ts';
import { askToStop, ownGroup } from '#lib/child-processes.ts';
import { becomes, processIdentity } from '#lib/process-identity.ts';
import { StartRefused } from '#lib/start-refused.ts';
import { writeWholeFile } from '#lib/whole-file.ts';

const DRAIN_MS = 30_000;
const ORPHAN_DRAIN_MS = 35_000;

const Ready = z.object({ type: z.literal('ready') });

export interface ApiProcessOptions {
  entry: string;
  dataDir: string;
  environment: NodeJS.ProcessEnv;
  log: (line: string) => void;
  /** What the API says besides. */
  hear: (message: unknown) => void;
}

export interface ApiProcess {
  /** Asks the API to drain, and answers when it is gone. */
  stop(): Promise<void>;
  /** A second request to stop: the API ends now. */
  hurry(): void;
}

/**
 * Starts the API and answers when it listens; afterwards one that dies is started again.
 * One that ends before it ever listened has said why, and ends the start.
 */
export async function startApi(
  options: ApiProcessOptions,
  signal: AbortSignal,
): Promise<ApiProcess> {
  signal.throwIfAborted();
  const stopping = new AbortController();
  const running = { child: spawnApi(options) };
  const stop = async () => {
    stopping.abort();
    await drain(running.child);
    fs.rmSync(pidFile(options.dataDir), { force: true });
  };

  const interrupt = () => running.child.kill('SIGTERM');
  signal.addEventListener('abort', interrupt);
  const isReady = await Promise.race([ready(running.child), end(running.child).then(() => false)]);
  signal.removeEventListener('abort', interrupt);
  if (!isReady) {
    await stop();
    signal.throwIfAborted();
    throw new ApiNeverReady('The API ended before it was ready.');
  }

  const watch = keepRunning(running, options, stopping.signal);
  return {
    stop: async () => {
      await stop();
      await watch;
    },
    hurry: () => running.child.kill('SIGTERM'),
  };
}

/** The API has already said what was wrong: nothing needs to be added. */
export class ApiNeverReady extends StartRefused {
  override name = 'ApiNeverReady';
}

/** An API whose supervisor was killed finishes its requests, and holds the port until then. */
export async function awaitOrphanApi(dataDir: string, log: (line: string) => void): Promise<void> {
  const orphan = findOrphan(dataDir);
  if (!orphan) return;
  const isGone = () => processIdentity(orphan.pid) !== orphan.identity;
  if (isGone()) return;
  log(`Waiting for the API of a portal that was killed (process ${orphan.pid}) to finish.`);
  if (await becomes(isGone, ORPHAN_DRAIN_MS)) return;
  process.kill(orphan.pid, 'SIGKILL');
  await becomes(isGone, 5000);
}

const PidRecord = z.object({ pid: z.int().positive(), identity: z.string() });

function findOrphan(dataDir: string): z.infer<typeof PidRecord> | undefined {
  try {
    return PidRecord.parse(JSON.parse(fs.readFileSync(pidFile(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

function pidFile(dataDir: string): string {
  return path.join(dataDir, 'api.pid');
}

function spawnApi({ entry, dataDir, environment, hear }: ApiProcessOptions): ChildProcess {
  const child = spawn(process.execPath, [entry], {
    env: environment,
    ...ownGroup,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', hear);
  const { pid } = child;
  const identity = pid && processIdentity(pid);
  if (identity) writeWholeFile(pidFile(dataDir), JSON.stringify({ pid, identity }), 0o600);
  return child;
}

async function ready(child: ChildProcess): Promise<true> {
  for (;;) {
    const [message] = await once(child, 'message');
    if (Ready.safeParse(message).success) return true;
  }
}

async function end(child: ChildProcess): Promise<string> {
  if (!isOver(child)) await once(child, 'exit');
  return child.signalCode ?? `exit code ${child.exitCode}`;
}

async function drain(child: ChildProcess): Promise<void> {
  if (isOver(child)) return;
  askToStop(child);
  if (await becomes(() => isOver(child), DRAIN_MS)) return;
  child.kill('SIGKILL');
  await end(child);
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function keepRunning(
  running: { child: ChildProcess },
  options: ApiProcessOptions,
  stopping: AbortSignal,
): Promise<void> {
  const nextDelayMs = restartDelays();
  for (;;) {
    const reason = await end(running.child);
    if (stopping.aborted) return;
    options.log(`The API ended (${reason}); starting it again.`);
    await sleep(nextDelayMs());
    if (stopping.aborted) return;
    running.child = spawnApi(options);
  }
}
