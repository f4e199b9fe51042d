import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

interface Bounds {
  deadlineMs: number;
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
  /** Told of the most memory the child was seen to use, once it is gone. */
  onExit?: (usage: { peakMegabytes: number }) => void;
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
    question.onExit?.({ peakMegabytes: watch.peakMegabytes });
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
  peakMegabytes: number;
  stop: () => void;
}

function watched(child: ChildProcess, { deadlineMs, memoryMegabytes, signal }: Bounds): Watch {
  const watch: Watch = { reason: undefined, peakMegabytes: 0, stop };
  const end = (reason: SubprocessError['reason']) => {
    watch.reason ??= reason;
    child.kill('SIGKILL');
  };
  const abort = () => child.kill('SIGKILL');
  const deadline = setTimeout(end, deadlineMs, 'deadline');
  // V8's own limit does not see what lies outside its heap; the system does.
  const memory = setInterval(() => {
    const { now, peak } = memoryOf(child.pid);
    watch.peakMegabytes = Math.max(watch.peakMegabytes, peak);
    if (now > memoryMegabytes) end('memory');
  }, 25);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();

  function stop() {
    clearTimeout(deadline);
    clearInterval(memory);
    signal?.removeEventListener('abort', abort);
  }
  return watch;
}

function memoryOf(pid: number | undefined): { now: number; peak: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
    return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
  } catch {
    return { now: 0, peak: 0 }; // Not Linux, or gone: V8's limit and the deadline remain.
  }
}
