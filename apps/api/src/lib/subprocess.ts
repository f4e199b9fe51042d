import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

interface Bounds {
  /** Of processor time, so that a busy machine refuses nothing; of the clock six times that. */
  cpuSeconds: number;
  memoryMegabytes: number;
  signal?: AbortSignal;
}

interface Question extends Bounds {
  /** One of our own entry files. */
  entry: URL;
  /** Handed over by standard input. */
  input: string;
  /** An open file, which the child finds as descriptor 3. */
  descriptor: number;
  /** Told of what the child was seen to use, once it is gone. */
  onExit?: (usage: Usage) => void;
}

export interface Usage {
  peakMegabytes: number;
  cpuSeconds: number;
}

/**
 * Runs work on an untrusted file in a process of its own, and gives its lines as they come. The child gets no
 * environment, may write no file, start no process, and is killed at its deadline or above its memory.
 */
export async function* runBounded(question: Question): AsyncGenerator<string> {
  const child = start(question);
  const { promise: exited, resolve } = Promise.withResolvers<number | null>();
  child.once('error', () => resolve(null));
  child.once('close', resolve);
  const watch = watched(child, question);
  child.stdin?.on('error', () => {}); // It died before it had read: the exit says so.
  child.stdin?.end(question.input);

  try {
    if (child.stdout) yield* createInterface({ input: child.stdout });
    const status = await exited;
    question.signal?.throwIfAborted();
    if (watch.reason || status !== 0) throw new SubprocessError(watch.reason ?? 'crash');
  } finally {
    watch.stop();
    child.kill('SIGKILL');
    await exited;
    question.onExit?.(watch.usage);
  }
}

/** The child did not come to its end. */
export class SubprocessError extends Error {
  override readonly name = 'SubprocessError';
  readonly reason: 'deadline' | 'memory' | 'crash';

  constructor(reason: SubprocessError['reason']) {
    super(`The process ended by ${reason}.`);
    this.reason = reason;
  }
}

function start({ entry, descriptor, memoryMegabytes }: Question): ChildProcess {
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${memoryMegabytes}`,
      '--permission',
      '--allow-fs-read=*',
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(entry),
    ],
    // Dates have no zone there, whatever ours is; and no secret of ours is anywhere.
    { env: { TZ: 'UTC' }, stdio: ['pipe', 'pipe', 'ignore', descriptor] },
  );
  try {
    if (child.pid !== undefined) setPriority(child.pid, 5); // Whoever asks the API goes first.
  } catch {
    // It is gone already, and its exit says why.
  }
  return child;
}

interface Watch {
  reason: SubprocessError['reason'] | undefined;
  usage: Usage;
  stop: () => void;
}

function watched(child: ChildProcess, { cpuSeconds, memoryMegabytes, signal }: Bounds): Watch {
  const watch: Watch = { reason: undefined, usage: { peakMegabytes: 0, cpuSeconds: 0 }, stop };
  const end = (reason: SubprocessError['reason']) => {
    watch.reason ??= reason;
    child.kill('SIGKILL');
  };
  const abort = () => child.kill('SIGKILL');
  const deadline = setTimeout(end, cpuSeconds * 6_000, 'deadline');
  // V8's own limit does not see what lies outside its heap; the system does.
  const look = setInterval(() => {
    const seen = usageOf(child.pid);
    if (!seen) return;
    watch.usage = seen;
    if (seen.megabytes > memoryMegabytes) end('memory');
    if (seen.cpuSeconds > cpuSeconds) end('deadline');
  }, 25);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();

  function stop() {
    clearTimeout(deadline);
    clearInterval(look);
    signal?.removeEventListener('abort', abort);
  }
  return watch;
}

/** Of /proc; undefined where the process is gone, or this is not Linux: V8's limit and the clock remain. */
function usageOf(pid: number | undefined): (Usage & { megabytes: number }) | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const megabytes = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
    // Behind the name, which may hold anything: user and system time, in hundredths of a second.
    const fields = stat.slice(stat.lastIndexOf(')')).split(' ');
    return {
      megabytes: megabytes('VmRSS'),
      peakMegabytes: megabytes('VmHWM'),
      cpuSeconds: (Number(fields[12]) + Number(fields[13])) / 100,
    };
  } catch {
    return undefined;
  }
}
