import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Session } from '@cmp/shared/auth';
import { Health } from '@cmp/shared/health';
import { System } from '@cmp/shared/system';
import * as z from 'zod';
import type { Config } from '#config.ts';
import type { Received } from '#lib/outbound-http.ts';
import { asTargetError } from '#lib/target-error.ts';
import { securityHeaders } from '#plugins/security-headers.ts';
import { bad, type Finding, ok, warn } from './finding.ts';
import { saidBy, type Visitor, visitorOf } from './visitor.ts';

export interface Walk {
  portal: URL;
  /** What must answer. */
  versions: Config['versions'];
  metricsToken: string | undefined;
  /** Undefined: there is nobody yet to sign in as. */
  key: string | undefined;
  /** How long the portal may take to answer at all: it may have been started a moment ago. */
  waitSeconds: number;
  signal: AbortSignal;
}

/** Walks through the portal as an admin who reads: a line for each thing, and nothing is altered. */
export async function walkPortal(walk: Walk): Promise<Finding[]> {
  const visitor = visitorOf(walk.portal, walk.signal);
  const health = await check(visitor, walk, 'health', inTime(judgeHealth));
  // Whatever else answers there would be judged by mistake.
  if (health.state === 'bad') return [health];

  const open = [];
  for (const [name, step] of Object.entries(publicSteps))
    open.push(await check(visitor, walk, name, step));
  if (walk.key === undefined) {
    const mend = 'Sign in once as an admin; then run this again.';
    return [health, ...open, warn('sign-in', 'not tried: no admin can sign in yet', mend)];
  }

  const signIn = await check(visitor, walk, 'sign-in', stepIn);
  if (signIn.state === 'bad') return [health, ...open, signIn];
  const inside = [];
  for (const [name, step] of Object.entries(signedInSteps))
    inside.push(await check(visitor, walk, name, step));
  return [health, ...open, signIn, ...inside];
}

/** Tries one thing, and answers with what there is to say of it beside its time. */
type Step = (visitor: Visitor, walk: Walk) => Promise<string | undefined>;

/** What was answered is not what should be. */
class Fault extends Error {
  override readonly name = 'Fault';
}

async function check(visitor: Visitor, walk: Walk, name: string, step: Step): Promise<Finding> {
  const startedAt = performance.now();
  try {
    const says = await step(visitor, walk);
    const tookMs = Math.round(performance.now() - startedAt);
    return ok(name, [says, `${tookMs} ms`].filter(Boolean).join(', '));
  } catch (error) {
    const mend = 'See what the portal says of it: journalctl -u cmp-api -n 100';
    return bad(name, faultIn(error), mend);
  }
}

function faultIn(error: unknown): string {
  if (error instanceof Fault) return error.message;
  const target = asTargetError(error);
  if (target) return target.message.replace(/\.$/, '');
  if (error instanceof SyntaxError || error instanceof z.ZodError)
    return 'it answers, but not as this release does';
  throw error;
}

/** What may have been started a moment ago has its time: the process before may still be stopping. */
function inTime(step: Step): Step {
  return async (visitor, walk) => {
    const until = performance.now() + walk.waitSeconds * 1000;
    for (;;) {
      try {
        return await step(visitor, walk);
      } catch (error) {
        if (performance.now() > until || walk.signal.aborted) throw error;
      }
      await wait(500, undefined, { signal: walk.signal });
    }
  };
}

async function judgeHealth(visitor: Visitor, { versions }: Walk): Promise<string> {
  const { ok: isWell, versions: running } = Health.parse(await readJson(visitor, '/api/health'));
  if (running.appVersion !== versions.appVersion)
    throw new Fault(`${running.appVersion} answers, and not ${versions.appVersion}`);
  if (running.gitSha !== versions.gitSha)
    throw new Fault(`a build of ${running.gitSha} answers, and not of ${versions.gitSha}`);
  if (!isWell) throw new Fault('it is stopping');
  return running.appVersion;
}

const publicSteps: Record<string, Step> = {
  /** Open to whoever is on this machine, and hidden by the proxy from everybody else. */
  internal: async (visitor, { portal }) => {
    const answers = [await visitor.get('/internal/live'), await visitor.get('/internal/ready')];
    return isHere(portal) ? expectAll(answers) : expectHidden(answers);
  },
  metrics: async (visitor, { portal, metricsToken }) => {
    const bearer = metricsToken === undefined ? undefined : `Bearer ${metricsToken}`;
    const answer = await visitor.get('/metrics', bearer ? { authorization: bearer } : {});
    if (!isHere(portal) && answer.status !== 200) return expectHidden([answer]);
    if (!isHere(portal) && !bearer) throw new Fault('everybody may read them');
    expectAll([answer]);
    if (!answer.body.includes('\ncmp_')) throw new Fault('they hold nothing of the portal');
    return undefined;
  },
  panel: async (visitor) => {
    const page = await visitor.get('/');
    expectAll([page], 'text/html');
    const files = [...page.body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
      ([, file = '']) => file,
    );
    if (files.length === 0) throw new Fault('its page names no files');
    for (const file of files) {
      const answer = await visitor.get(file);
      if (answer.status !== 200) throw new Fault(`${file}: ${saidBy(answer)}`);
      const type = answer.headers['content-type'] ?? '';
      if (type.includes('text/html')) throw new Fault(`${file} is answered with a page`);
    }
    return `${files.length} files`;
  },
  headers: async (visitor) => {
    const { headers } = await visitor.get('/');
    const wrong = Object.entries(securityHeaders).filter(([name, set]) => headers[name] !== set);
    if (wrong.length > 0) throw new Fault(`not as set: ${wrong.map(([name]) => name).join(', ')}`);
    return undefined;
  },
  site: jsonOf('/api/site'),
  closed: async (visitor) => {
    const answer = await visitor.get('/api/servers');
    if (answer.status !== 401) throw new Fault(`without a sign-in: ${saidBy(answer)}`);
    return undefined;
  },
};

/** By the key, which is a refresh token: the first exchange signs in. */
async function stepIn(visitor: Visitor, { key = '' }: Walk): Promise<string> {
  // Which name it has depends on whether TLS ends before the portal, and whether the proxy is believed.
  visitor.hold({ cmp_refresh: key, '__Secure-cmp_refresh': key });
  const answer = await visitor.post('/api/auth/refresh');
  expectAll([answer]);
  const { account } = Session.parse(JSON.parse(answer.body));
  return `as ${account.username}`;
}

const UserPage = z.object({
  total: z.int(),
  items: z.array(z.object({ accountName: z.string(), serverId: z.int() })),
});

const signedInSteps: Record<string, Step> = {
  session: async (visitor) => {
    const { account } = Session.parse(await readJson(visitor, '/api/auth/session'));
    return account.role;
  },
  overview: jsonOf('/api/overview'),
  servers: jsonOf('/api/servers'),
  users: async (visitor) => {
    const { total } = UserPage.parse(await readJson(visitor, '/api/users?limit=1'));
    return `${total} of them`;
  },
  /** Finds again whom the list names first. */
  search: async (visitor) => {
    const { items } = UserPage.parse(await readJson(visitor, '/api/users?limit=1'));
    const [first] = items;
    const path = `/api/users?limit=1&q=${encodeURIComponent(first?.accountName ?? 'nobody')}`;
    const { total } = UserPage.parse(await readJson(visitor, path));
    if (first && total === 0) throw new Fault(`${first.accountName} is not found`);
    return undefined;
  },
  /** What a plan begins with, which would stay for an hour if it were made here. */
  spreadsheets: async (visitor) => {
    const { items } = UserPage.parse(await readJson(visitor, '/api/users?limit=1'));
    const [first] = items;
    if (!first) return 'there is no user yet';
    expectAll([await visitor.get(`/api/servers/${first.serverId}/users/template.xlsx`)], 'sheet');
    return undefined;
  },
  services: jsonOf('/api/services'),
  audit: jsonOf('/api/audit?limit=1'),
  jobs: jsonOf('/api/jobs'),
  settings: jsonOf('/api/settings/general'),
  snapshots: jsonOf('/api/snapshots'),
  notifications: jsonOf('/api/notifications'),
  worker: inTime(async (visitor) => {
    const { parts } = System.parse(await readJson(visitor, '/api/system'));
    if (parts.find(({ part }) => part === 'worker')?.state === 'bad')
      throw new Fault('nobody does the long work');
    return undefined;
  }),
  'sign-out': async (visitor) => {
    const answer = await visitor.post('/api/auth/logout');
    if (answer.status !== 204) throw new Fault(saidBy(answer));
    const after = await visitor.get('/api/auth/session');
    if (after.status !== 401) throw new Fault(`and still: ${saidBy(after)}`);
    return undefined;
  },
};

function jsonOf(path: string): Step {
  return async (visitor) => expectAll([await visitor.get(path)], 'application/json');
}

async function readJson(visitor: Visitor, path: string): Promise<unknown> {
  const answer = await visitor.get(path);
  expectAll([answer]);
  return JSON.parse(answer.body);
}

function expectAll(answers: Received[], type = ''): undefined {
  for (const answer of answers) {
    if (answer.status !== 200) throw new Fault(saidBy(answer));
    if (!answer.headers['content-type']?.includes(type)) throw new Fault(`it is no ${type}`);
  }
}

function expectHidden(answers: Received[]): string {
  for (const answer of answers)
    if (![401, 403, 404].includes(answer.status))
      throw new Fault(`the proxy lets everybody there: ${saidBy(answer)}`);
  return 'hidden';
}

/** Whether the portal is asked on this machine itself, and not by its name. */
function isHere({ hostname }: URL): boolean {
  return /^(127\.|\[::1\]$|localhost$)/.test(hostname);
}
