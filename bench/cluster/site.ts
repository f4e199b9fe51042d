import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@cmp/api/src/database/client.ts';
import { hashPassword } from '@cmp/api/src/lib/passwords.ts';
import { addAccount } from '@cmp/api/src/modules/accounts/accounts.service.ts';
import { inChange } from '@cmp/api/src/modules/changes/changes.service.ts';
import { systemActor } from '@cmp/api/src/plugins/access.ts';
import { fill } from '#sample.ts';
import { signInOften } from '#sessions.ts';
import { type Database, startDatabase } from './database.ts';
import { beginWorker, type Instance, makeInstance, stopAll } from './processes.ts';

export const admin = { username: 'cluster-admin', password: 'tide-harbour-lantern-42' };

/** Two API instances and a worker on one database, through its pooler; as many sessions of an admin as are asked for. */
export interface Site {
  database: Database;
  instances: readonly [Instance, Instance];
  environment: Record<string, string>;
  cookies: string[];
  botToken: string;
}

export async function withSite(
  sessions: number,
  use: (site: Site) => Promise<void>,
): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cmp-cluster-data-'));
  const database = await startDatabase();
  const stop = () => {
    stopAll();
    database.remove();
    rmSync(dataDir, { recursive: true });
  };
  // More than once comes of a Ctrl-C in some shells: what was begun is removed all the same.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      stop();
      process.exit(1);
    });
  try {
    await fill({ urlOf: database.urlOf }, { users: 10_000, servers: 20 });
    const jwtSecret = randomUUID();
    const botToken = randomUUID();
    const environment = {
      DATABASE_URL: database.pooledUrl,
      DATABASE_DIRECT_URL: database.urlOf('cmp_app'),
      DATABASE_OWNER_URL: database.urlOf('cmp_owner'),
      DATA_DIR: dataDir,
      JWT_SECRET: jwtSecret,
      BOT_SERVICE_TOKEN: botToken,
      HOST: '127.0.0.1',
      TRUSTED_PROXIES: '127.0.0.1',
      DRAIN_SECONDS: '3',
      LOG_LEVEL: 'error',
      NODE_ENV: 'production',
    };
    await makeAdmin(environment.DATABASE_DIRECT_URL);
    const cookies = await signInOften(environment.DATABASE_DIRECT_URL, jwtSecret, sessions);
    const api = import.meta.resolve('@cmp/api/src/main.ts');
    const instances = [
      await makeInstance(api, { ...environment, WORK: 'off' }),
      await makeInstance(api, { ...environment, WORK: 'off' }),
    ] as const;
    await Promise.all(instances.map(({ start }) => start()));
    beginWorker(import.meta.resolve('@cmp/api/src/worker.ts'), environment);
    await use({ database, instances, environment, cookies, botToken });
  } finally {
    stop();
  }
}

async function makeAdmin(url: string): Promise<void> {
  const { db } = connect(url, 2);
  try {
    const passwordHash = await hashPassword(admin.password);
    await inChange(db, systemActor('system'), 'seed', null, (trx) =>
      addAccount(trx, {
        ...{ username: admin.username, displayName: 'Admin', email: null, role: 'admin' },
        ...{ passwordHash, mustChangePassword: false },
      }),
    );
  } finally {
    await db.destroy();
  }
}
