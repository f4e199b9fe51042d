import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { type Answer, type Browser, browser, formOf } from './client.ts';

/** What came of all that was asked. */
export interface Tally {
  requests: number;
  uploads: number;
  /** By status, of what was answered with anything but 2xx. */
  refused: Record<string, number>;
  /** By code, of what was not answered. */
  broken: Record<string, number>;
  /** Users whose making was answered with 201. */
  made: string[];
  /** Users whose making was asked for and never answered. */
  unknown: string[];
  latenciesMs: number[];
}

export interface Crowd {
  tally: Tally;
  /** Ends when what is under way is answered. */
  leave: () => Promise<Tally>;
}

interface Wish {
  origin: string;
  cookies: readonly string[];
  /** A workbook to be uploaded again and again by one of the crowd. */
  workbook?: Buffer;
  /** Between two requests of one connection. */
  pauseMs: number;
}

/** Keeps a connection for each cookie busy: two thirds read, one in four alters a user, one in twenty makes one. */
export function gather({ origin, cookies, workbook, pauseMs }: Wish): Crowd {
  const tally: Tally = {
    ...{ requests: 0, uploads: 0, refused: {}, broken: {}, made: [], unknown: [] },
    latenciesMs: [],
  };
  const leaving = new AbortController();
  const until = leaving.signal;
  const [uploader = '', ...others] = cookies;
  const visitors = others.map((cookie, at) =>
    visit(browser(origin, cookie), at, tally, until, pauseMs),
  );
  if (workbook) visitors.push(uploadOften(browser(origin, uploader), workbook, tally, until));
  return {
    tally,
    leave: async () => {
      leaving.abort();
      await Promise.all(visitors);
      return tally;
    },
  };
}

const Versioned = z.object({ version: z.int() });

async function visit(
  { ask, close }: Browser,
  at: number,
  tally: Tally,
  until: AbortSignal,
  pauseMs: number,
): Promise<void> {
  const mine = `/api/users/${at + 1}`;
  let version: number | undefined;
  // Not all at once.
  await wait(Math.random() * pauseMs);
  for (let turn = at; !until.aborted; turn += 1) {
    const kind = turn % 20;
    if (kind === 0) {
      const accountName = `crowd-${randomUUID()}`;
      const headers = { 'idempotency-key': randomUUID() };
      const made = await noted(
        tally,
        ask('POST', '/api/servers/1/users', { body: { accountName }, headers }),
      );
      if (made === undefined) tally.unknown.push(accountName);
      else if (made.status === 201) tally.made.push(accountName);
    } else if (kind % 4 === 1 && version !== undefined) {
      const body = { version, remark: `Seen by ${at} in turn ${turn}` };
      version = versionIn(await noted(tally, ask('PATCH', mine, { body })));
    } else if (kind === 2) await noted(tally, ask('GET', '/api/servers'));
    else if (kind === 3) await noted(tally, ask('GET', '/api/auth/session'));
    else version = versionIn(await noted(tally, ask('GET', mine)));
    await wait(pauseMs);
  }
  close();
}

function versionIn(answer: Answer | undefined): number | undefined {
  return answer?.status === 200 ? Versioned.parse(JSON.parse(answer.body)).version : undefined;
}

async function uploadOften(
  { ask, close }: Browser,
  workbook: Buffer,
  tally: Tally,
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    const form = formOf(workbook, 'list.xlsx', 20);
    const answer = await noted(tally, ask('POST', '/api/servers/2/users/import?mode=merge', form));
    if (answer && answer.status < 300) tally.uploads += 1;
    // An account may upload thirty files a minute to one instance.
    await wait(300);
  }
  close();
}

async function noted(tally: Tally, asked: Promise<Answer>): Promise<Answer | undefined> {
  const beganAt = performance.now();
  tally.requests += 1;
  try {
    const answer = await asked;
    tally.latenciesMs.push(performance.now() - beganAt);
    if (answer.status >= 300) count(tally.refused, String(answer.status));
    return answer;
  } catch (error) {
    count(
      tally.broken,
      error instanceof Error && 'code' in error ? String(error.code) : String(error),
    );
    return undefined;
  }
}

function count(of: Record<string, number>, name: string): void {
  of[name] = (of[name] ?? 0) + 1;
}
