import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { restartDelays } from '#lib/backoff.ts';
import { lockDirectory } from '#lib/directory-lock.ts';
import { StartRefused } from '#lib/start-refused.ts';
import {
  type ClusterCredentials,
  credentialsFile,
  findCredentials,
  keepCredentials,
  newCredentials,
} from './cluster-credentials.ts';
import { clusterFiles, makeCluster } from './cluster-files.ts';
import { type ClusterHome, prepareClusterHome } from './cluster-home.ts';
import { clusterPrograms } from './cluster-programs.ts';
import {
  type Postmaster,
  type PostmasterOptions,
  startPostmaster,
  stopOrphan,
} from './postmaster.ts';

export interface EmbeddedPostgresOptions {
  dataDir: string;
  /** Whether the cluster may lie elsewhere when PostgreSQL's account cannot enter the data directory. */
  mayMove?: boolean;
  /** Server settings above the product's own; tests switch durability off. */
  settings?: Record<string, string>;
  /** Ends a start under way. */
  signal?: AbortSignal;
  log?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** As the superuser, to the database `postgres`. */
  superuserUrl: string;
  credentials: ClusterCredentials;
  /** The real directory of the cluster's files. */
  directory: string;
  /** Of the server process of this moment. */
  pid(): number;
  stop(): Promise<void>;
}

/**
 * Runs the shipped PostgreSQL on a private port of 127.0.0.1, and keeps it running until stopped.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { dataDir, mayMove = false, log = () => {} } = options;
  const stopping = new AbortController();
  const signal = options.signal
    ? AbortSignal.any([options.signal, stopping.signal])
    : stopping.signal;

  fs.mkdirSync(dataDir, { recursive: true });
  const home = prepareClusterHome(dataDir, mayMove);
  // A copied data directory may link to the same cluster: its own lock keeps the copies apart.
  const lock = await lockDirectory(home.directory);
  try {
    const { run, credentials } = await prepareRun(home, options, signal);
    const running = { server: await startPostmaster(run) };
    const watch = keepRunning(running, run, log);

    const { port, superuserPassword } = credentials;
    return {
      superuserUrl: `postgres://postgres:${superuserPassword}@127.0.0.1:${port}/postgres`,
      credentials,
      directory: home.directory,
      pid: () => running.server.pid,
      stop: async () => {
        stopping.abort();
        await running.server.stop();
        await watch;
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Makes the cluster where there is none, and ends a server that nobody owns. */
async function prepareRun(
  home: ClusterHome,
  { dataDir, settings = {}, log = () => {} }: EmbeddedPostgresOptions,
  signal: AbortSignal,
): Promise<{ run: PostmasterOptions; credentials: ClusterCredentials }> {
  const programs = clusterPrograms(home);
  const { pgdata, exist } = clusterFiles(home);
  const server = { program: programs.postgres, account: home.account, pgdata };
  await stopOrphan(server, log);
  const credentials = await settleCredentials(dataDir, exist);
  if (!exist) await makeCluster(home, programs, credentials.superuserPassword);
  return { run: { ...server, port: credentials.port, settings, signal }, credentials };
}

/** The port is kept from start to start where it is still free; the passwords always. */
async function settleCredentials(
  dataDir: string,
  clusterExists: boolean,
): Promise<ClusterCredentials> {
  const kept = findCredentials(dataDir);
  if (clusterExists && !kept) {
    throw new StartRefused(
      `The database is there, but its passwords (${credentialsFile(dataDir)}) are not; bring that file back.`,
    );
  }
  if (kept && (await isFree(kept.port))) return kept;

  const port = await findFreePort();
  const credentials = kept ? { ...kept, port } : newCredentials(port);
  keepCredentials(dataDir, credentials);
  return credentials;
}

/** Below the range that outgoing connections take their ports from, so that it stays free through a restart. */
async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(20_000, 30_000);
    if (await isFree(port)) return port;
  }
  throw new StartRefused('No free port was found on 127.0.0.1 for PostgreSQL.');
}

async function isFree(port: number): Promise<boolean> {
  const server = net.createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function keepRunning(
  running: { server: Postmaster },
  run: PostmasterOptions,
  log: (line: string) => void,
): Promise<void> {
  const nextDelayMs = restartDelays();
  while (!run.signal.aborted) {
    const reason = await running.server.exited;
    if (run.signal.aborted) return;
    log(`PostgreSQL ended (${reason}); starting it again.`);
    const next = await startAgain(run, nextDelayMs, log);
    if (next) running.server = next;
  }
  // Asked to stop in the middle of a restart: the server that stop() knew is not this one.
  await running.server.stop();
}

async function startAgain(
  run: PostmasterOptions,
  nextDelayMs: () => number,
  log: (line: string) => void,
): Promise<Postmaster | undefined> {
  while (!run.signal.aborted) {
    await sleep(nextDelayMs());
    try {
      const server = await startPostmaster(run);
      log('PostgreSQL takes connections again.');
      return server;
    } catch (error) {
      // Backends of the dead server may hold its memory for a moment: try until it works or we stop.
      if (!run.signal.aborted) log(error instanceof Error ? error.message : String(error));
    }
  }
  return undefined;
}
