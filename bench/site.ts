import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SampleSize } from '@cmp/api/src/modules/setup/sample-data.service.ts';
import { startPostgres } from './postgres.ts';
import { conditions } from './results.ts';
import { fill } from './sample.ts';
import { type BenchServer, startServer } from './servers.ts';
import { signInOften } from './sessions.ts';

interface Site {
  conditions: ReturnType<typeof conditions>;
  /** As many of the sessions as are asked for, each given once. */
  takeCookies: (count: number) => string[];
  /** Starts a server on the site's database, with its keys. */
  start: (moduleUrl: string) => Promise<BenchServer>;
}

/** A database full of the sample with an admin who is signed in `sessions` times; all that was started ends with `use`. */
export async function withSite(
  size: SampleSize,
  sessions: number,
  use: (site: Site) => Promise<void>,
): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cmp-bench-keys-'));
  const postgres = await startPostgres();
  const servers: BenchServer[] = [];
  try {
    const where = conditions(postgres);
    await fill(postgres, size);
    const environment = {
      DATABASE_URL: postgres.urlOf('cmp_app', 'cmp'),
      JWT_SECRET: randomUUID(),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'error',
    };
    const cookies = await signInOften(environment.DATABASE_URL, environment.JWT_SECRET, sessions);
    await use({
      conditions: where,
      takeCookies: (count) => cookies.splice(0, count),
      start: async (moduleUrl) => {
        const server = await startServer(moduleUrl, environment);
        servers.push(server);
        return server;
      },
    });
  } finally {
    for (const server of servers) await server.stop();
    postgres.stop();
    rmSync(dataDir, { recursive: true });
  }
}
