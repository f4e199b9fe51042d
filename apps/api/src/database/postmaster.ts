import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { ownGroup } from '#lib/child-processes.ts';
import { becomes, commandLine, processIdentity } from '#lib/process-identity.ts';
import { StartRefused } from '#lib/start-refused.ts';
import type { ClusterAccount } from './cluster-account.ts';

const FAST_STOP_MS = 60_000;
const IMMEDIATE_STOP_MS = 10_000;
const TAIL_LENGTH = 4000;

export interface PostmasterOptions {
  program: string;
  account: ClusterAccount;
  pgdata: string;
  port: number;
  settings: Record<string, string>;
  signal: AbortSignal;
  platform?: NodeJS.Platform;
}

/** What is needed to tell a server something. */
type Server = Pick<PostmasterOptions, 'program' | 'account' | 'platform'>;

/** One running PostgreSQL server process. */
export interface Postmaster {
  pid: number;
  /** Says why, when it is over. */
  exited: Promise<string>;
  stop(): Promise<void>;
}

/** Starts the server and answers when it takes connections, however long its recovery lasts. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  options.signal.throwIfAborted();
  const settings = Object.entries(serverSettings(options));
  // A Ctrl-C in the terminal is for the API first; on Windows a console of its own, which is not shown, keeps it away.
  const child = spawn(
    options.program,
    ['-D', options.pgdata, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...options.account, cwd: '/', ...ownGroup, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const tail = lastOutput(child);
  const exited = endOf(child, tail);
  const interrupt = () => tell(options, child.pid, 'INT');
  options.signal.addEventListener('abort', interrupt);
  try {
    await Promise.race([tail.says('ready to accept connections'), failure(exited)]);
  } finally {
    options.signal.removeEventListener('abort', interrupt);
  }
  return { pid: child.pid ?? 0, exited, stop: () => stopServer(options, child) };
}

function serverSettings({ port, settings }: PostmasterOptions): Record<string, string> {
  return {
    port: String(port),
    listen_addresses: '127.0.0.1',
    // Passwords over loopback alone; a socket would be one more door, with a path that must stay short.
    unix_socket_directories: '',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    // What a statement did wrong is answered to the client; its values stay out of the log.
    log_min_messages: 'log',
    ...settings,
  };
}

interface LastOutput {
  text(): string;
  says(words: string): Promise<void>;
}

function lastOutput(child: ChildProcess): LastOutput {
  let tail = '';
  const listeners = new Set<() => void>();
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    tail = (tail + chunk).slice(-TAIL_LENGTH);
    for (const listener of listeners) listener();
  });
  return {
    text: () => tail.trim(),
    says: (words) =>
      new Promise((resolve) => {
        const listener = () => {
          if (!tail.includes(words)) return;
          listeners.delete(listener);
          // Told with a later end, what the start said would only mislead.
          tail = '';
          resolve();
        };
        listeners.add(listener);
      }),
  };
}

async function endOf(child: ChildProcess, tail: LastOutput): Promise<string> {
  try {
    const [code, signal] = await once(child, 'close');
    const lastLines = tail.text().split('\n').slice(-3).join(' | ');
    const outcome = signal ?? `exit code ${code}`;
    return lastLines ? `${outcome}: ${lastLines}` : outcome;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function failure(exited: Promise<string>): Promise<never> {
  const reason = await exited;
  if (reason.includes('administrative permissions')) throw refusedToAdministrators();
  throw new StartRefused(`PostgreSQL did not start (${reason}).`);
}

/** Of Windows: on Linux the account of the server is another one than root. */
function refusedToAdministrators(): StartRefused {
  return new StartRefused(
    'PostgreSQL does not run as an administrator: start the portal from a prompt without those rights, or name a database of your own in DATABASE_URL.',
  );
}

async function stopServer(server: Server, child: ChildProcess): Promise<void> {
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  if (isOver()) return;
  tell(server, child.pid, 'INT');
  if (await becomes(isOver, FAST_STOP_MS)) return;
  tell(server, child.pid, 'QUIT');
  await becomes(isOver, IMMEDIATE_STOP_MS);
}

/** Windows has no signals: PostgreSQL has a pipe there instead, which its pg_ctl knows. */
function tell(
  { program, account, platform = process.platform }: Server,
  pid: number | undefined,
  name: 'INT' | 'QUIT',
): void {
  if (pid === undefined) return;
  if (platform === 'win32') {
    const pgCtl = path.join(path.dirname(program), `pg_ctl${path.extname(program)}`);
    spawnSync(pgCtl, ['kill', name, String(pid)], { ...account, cwd: '/', windowsHide: true });
    return;
  }
  try {
    process.kill(pid, `SIG${name}`);
  } catch {
    // It ended meanwhile.
  }
}

/**
 * Stops a server that outlived its supervisor. Only the holder of the data directory's lock may ask:
 * it alone knows that no other supervisor lives.
 */
export async function stopOrphan(
  { pgdata, ...server }: Server & Pick<PostmasterOptions, 'pgdata'>,
  log: (line: string) => void,
): Promise<void> {
  const pidFile = path.join(pgdata, 'postmaster.pid');
  const pid = postmasterPid(pidFile);
  if (pid === undefined) return;
  const isOurs = () => commandLine(pid).includes(pgdata);

  if (!isOurs()) {
    // After a crash of the machine the number may be another process's by now, which PostgreSQL would take for itself.
    if (processIdentity(pid)) fs.rmSync(pidFile, { force: true });
    return;
  }
  log(`Taking over from a portal that was killed: stopping its PostgreSQL (process ${pid}).`);
  tell(server, pid, 'INT');
  if (await becomes(() => !isOurs(), FAST_STOP_MS)) return;
  tell(server, pid, 'QUIT');
  if (await becomes(() => !isOurs(), IMMEDIATE_STOP_MS)) return;
  throw new StartRefused(`PostgreSQL (process ${pid}) still holds ${pgdata} and does not stop.`);
}

function postmasterPid(pidFile: string): number | undefined {
  try {
    const pid = Number(fs.readFileSync(pidFile, 'utf8').split('\n')[0]);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
