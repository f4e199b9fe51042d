import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type HostAct, HostUnit } from '@cmp/shared/host';
import { AppError } from '#lib/errors.ts';

/** What the root-owned helper of an installed portal is asked: a fixed verb, and never anything else. */
type Verb = HostAct | 'status';

/** Asks the helper behind the socket; gives the lines below its “ok”. Undefined: there is no helper here. */
export async function askHelper(socket: string, verb: Verb): Promise<string[] | undefined> {
  const answer = await speak(socket, verb);
  if (answer === undefined) return undefined;
  const [verdict = '', ...lines] = answer.split('\n').filter((line) => line !== '');
  if (verdict === 'ok' || verdict.startsWith('ok ')) return lines;
  const said = verdict.replace(/^(refused|failed) /, '');
  if (said === verdict) throw new AppError('busy', 'The helper did not answer. Try again shortly.');
  throw new AppError('host_refused', `The machine did not do it: ${said}.`, { said });
}

/** As the helper tells of units, a line each: name, state, finer state, last result, since when in Unix time. */
export function unitsOf(lines: readonly string[]): HostUnit[] {
  return lines.map((line) => {
    const [name, state, , result, since] = line.split(' ');
    return HostUnit.parse({ name, state, result, since: since ? momentOf(since) : null });
  });
}

async function speak(path: string, verb: Verb): Promise<string | undefined> {
  // Half open: the end of what is sent is what ends the call, and the answer comes after it.
  const socket = connect({ path, allowHalfOpen: true, signal: AbortSignal.timeout(limitMs) });
  try {
    await once(socket, 'connect');
    socket.end(`${verb}\n`);
    return await text(socket);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    // Turned away because others are being served, or the machine is slow: nothing was begun, or it can be asked again.
    throw new AppError('busy', 'The helper did not answer. Try again shortly.', undefined, {
      cause,
    });
  } finally {
    socket.destroy();
  }
}

const limitMs = 10_000;

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function momentOf(unixSeconds: string): string {
  return new Date(Number(unixSeconds) * 1000).toISOString();
}
