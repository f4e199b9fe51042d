import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Grant, Role } from '@cmp/shared/permissions';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { test as base, inject } from 'vitest';
import { type AppConfig, buildApp } from '#app.ts';
import { connect, type Db } from '#database/client.ts';
import { urlAs } from '#database/roles.ts';
import { keysOf } from '#lib/keys.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import { systemActor } from '#plugins/access.ts';
import { beginSending, beginWork } from '#work.ts';
import type { WorkPlace } from '#works.ts';
import { given } from './given.ts';
import { execute, rolePassword } from './global-setup.ts';

const postgresUrl = inject('postgresUrl');
/** Where it is given, instances serve through a pooler in transaction mode, as by DATABASE_DIRECT_URL. */
const poolerUrl = inject('poolerUrl');

/** Every key the tests use is made for this process. */
export const keys = {
  jwtSecret: randomUUID(),
  botToken: randomUUID(),
  ...keysOf(Buffer.alloc(32, 1)),
};
/** Where uploads wait and exports are written; each test process has its own. */
export const uploadsDir = join(tmpdir(), `cmp-uploads-${process.pid}-${randomUUID()}`);
/** Where snapshots lie, of this process too. */
export const snapshotsDir = join(tmpdir(), `cmp-snapshots-${process.pid}-${randomUUID()}`);
export const system = systemActor('system');

/** Of an instance that does no long work: nothing can be put in line. */
const idleQueue: JobQueue = {
  send: () => Promise.reject(new Error('This instance was started without a worker.')),
  wake: () => {},
  work: async () => {},
  stop: async () => {},
};

/** What an instance does of the long work: it puts it in line, or does it too. */
type Work = 'none' | 'sends' | 'does';
const worksOf: Record<
  Work,
  (db: Db, place: WorkPlace) => Promise<{ queue: JobQueue; stop: () => Promise<void> }>
> = {
  none: async () => ({ queue: idleQueue, stop: async () => {} }),
  sends: (db) => beginSending(db, () => {}),
  does: (_, place) => beginWork({ isPrepared: true, ...place, tell: () => {} }),
};

const config: Omit<AppConfig, 'databaseUrl'> = {
  http: { host: '127.0.0.1', port: 0, trustedProxies: ['10.9.9.9'], isVerbose: false },
  log: { level: 'silent' },
  metricsToken: undefined,
  metricsKeptMs: 0,
  authLogPath: undefined,
  dataDir: join(tmpdir(), `cmp-data-${process.pid}-${randomUUID()}`),
  uploadsDir,
  snapshotsDir,
  settings: {},
  telegramApiRoot: 'https://api.telegram.org',
  matviewUse: 'detected',
  database: { kind: 'embedded', poolSize: 4, isPrepared: true },
  databaseVariables: [],
  helperSocket: join(tmpdir(), `cmp-no-helper-${randomUUID()}`),
  ownerUrl: undefined,
  versions: { appVersion: 'cmp ver test', gitSha: null, buildTimestamp: null },
};

export const test = base
  .extend('database', async ({}, { onCleanup }) => {
    const name = `test_${randomUUID()}`;
    await execute(
      postgresUrl,
      `create database "${name}" template cmp owner cmp_owner strategy file_copy`,
    );
    onCleanup(() => execute(postgresUrl, `drop database "${name}" with (force)`));
    return name;
  })
  /** As the application connects: it owns nothing. */
  .extend('databaseUrl', ({ database }) => urlAs(postgresUrl, 'cmp_app', rolePassword, database))
  .extend('db', async ({ databaseUrl }, { onCleanup }) => {
    const { db } = connect(databaseUrl);
    onCleanup(() => db.destroy());
    return db;
  })
  .extend('owner', async ({ database }, { onCleanup }) => {
    const { db } = connect(urlAs(postgresUrl, 'cmp_owner', rolePassword, database));
    onCleanup(() => db.destroy());
    return db;
  })
  /** One more instance of the product on the same database. */
  .extend('startInstance', async ({ database, databaseUrl }, { onCleanup }) => {
    const instances: { app: FastifyInstance; db: Db; stopWork: () => Promise<void> }[] = [];
    onCleanup(async () => {
      for (const { app, db, stopWork } of instances) {
        await app.close();
        await stopWork();
        await db.destroy();
      }
    });
    return async (
      { now, ...overrides }: Partial<AppConfig> & { now?: () => Date } = {},
      { work = 'none' }: { work?: Work } = {},
    ) => {
      const connection = poolerUrl
        ? connect(urlAs(poolerUrl, 'cmp_app', rolePassword, database), 4, { isPooled: true })
        : connect(databaseUrl, 4, { isPrepared: true });
      const ownerUrl = urlAs(postgresUrl, 'cmp_owner', rolePassword, database);
      const all = { ...config, databaseUrl, ownerUrl, ...overrides };
      const { queue, stop: stopWork } = await worksOf[work](connection.db, {
        ...all,
        keys,
      });
      const app = await buildApp({ ...connection, ...(now && { now }), keys, queue, config: all });
      instances.push({ app, db: connection.db, stopWork });
      return app;
    };
  })
  /** Cuts the database off from the application, connections it holds included, and lets it back. */
  .extend('outage', async ({ database }) => ({
    begin: () =>
      execute(
        postgresUrl,
        `alter database "${database}" connection limit 0`,
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${database}'`,
      ),
    end: async () => {
      await execute(postgresUrl, `alter database "${database}" connection limit -1`);
      if (poolerUrl) await answers(urlAs(poolerUrl, 'cmp_app', rolePassword, database));
    },
  }))
  .extend('app', async ({ startInstance }) => startInstance())
  .extend('given', async ({ db }) => given(db))
  .extend('api', async ({ app, given: make }) => ({
    /** Nobody in particular. */
    ...client(app),
    /** A new account of this role, signed in. */
    as: async (role: Role, grants: readonly Grant[] = [], on = app) => {
      const account = await make.account({ role, grants });
      return { ...client(on, await make.session(on, account.id)), account };
    },
    /** A browser with these cookies. */
    withCookies: (cookies: Record<string, string>, on = app) => client(on, cookies),
  }));

/** A pooler that was refused a while notices a moment later that it no longer is. */
async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const isThere = await execute(url, 'select 1').then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await wait(100);
  }
  throw new Error('The pooler does not find the database again.');
}

/** What a page of the portal sends: its own origin, its cookies, JSON. */
export function client(
  app: FastifyInstance,
  cookies: Record<string, string> = {},
  from: { remoteAddress?: string } = {},
) {
  const send =
    (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE') =>
    (url: string, payload?: object | string, headers: Record<string, string> = {}) => {
      const request: InjectOptions = {
        ...from,
        method,
        url: url.startsWith('/internal') || url === '/metrics' ? url : `/api${url}`,
        cookies,
        headers: { host: 'portal.test', origin: 'http://portal.test', ...headers },
      };
      return app.inject(payload === undefined ? request : { ...request, payload });
    };
  return {
    get: (url: string, headers: Record<string, string> = {}) =>
      send('GET')(url, undefined, headers),
    post: send('POST'),
    put: send('PUT'),
    patch: send('PATCH'),
    delete: send('DELETE'),
    cookies,
  };
}

/** The cookies an answer hands to the browser. */
export function cookiesOf({ cookies }: LightMyRequestResponse): Record<string, string> {
  return Object.fromEntries(cookies.map(({ name, value }) => [name, value]));
}

/** For tests of anything but the limits. */
export const unlimited = {
  nobodyPer15Minutes: 1e6,
  sessionPerMinute: 1e6,
  authPerMinute: 1e6,
  loginPerMinute: 1e6,
};

/** Every entry of the log with the act it belongs to, first to last. */
export function listEntries(db: Db) {
  return db
    .selectFrom('changes')
    .innerJoin('entries', 'entries.changeId', 'changes.id')
    .select(['changes.id as changeId', 'accountName', 'action', 'tableName', 'rowId'])
    .select(['before', 'after'])
    .orderBy('entries.id')
    .execute();
}
