import { once } from 'node:events';
import fs from 'node:fs';
import { sql } from 'kysely';
import type { Config } from '#config.ts';
import { connect, type Db } from '#database/client.ts';
import { findCredentials } from '#database/cluster-credentials.ts';
import { startEmbeddedPostgres } from '#database/embedded.ts';
import { pendingMigrations } from '#database/migrator.ts';
import { withDb } from '#database/outside-roles.ts';
import { ensureRoles } from '#database/roles.ts';
import { embeddedUrls, findServingUrls, type ServingUrls } from '#database/serving-urls.ts';
import { isUnavailable } from '#database/violations.ts';
import { lockDirectory } from '#lib/directory-lock.ts';
import { CommandRefused } from './outcome.ts';
import type { Context } from './program.ts';

/** Works on the portal's database as the application does, and starts the embedded one where it is down. */
export async function withDatabase<Result>(
  context: Context,
  work: (db: Db, more: ServingUrls) => Promise<Result>,
): Promise<Result> {
  const { signal } = context;
  const database = await openDatabase(context);
  const { db } = connect(database.appUrl, 4);
  try {
    return await untilAborted(signal, async () => {
      await refusePending(db);
      return work(db, database);
    });
  } finally {
    // Aborted, it would wait for the query under way, which ends with this process.
    if (!signal.aborted) await db.destroy();
    await database.close();
  }
}

export interface OpenDatabase extends ServingUrls {
  close: () => Promise<void>;
}

/** The database that the portal serves from, up for the length of a command. Alters nothing in it. */
export function openDatabase(context: Context): Promise<OpenDatabase> {
  const { config } = context;
  if (config.database.kind === 'outside') return openOutside(config);
  if (!findCredentials(config.dataDir))
    throw new CommandRefused('There is no database yet: `npm start` or `cmp migrate` makes it.');
  return openEmbedded(context);
}

async function openOutside(config: Config): Promise<OpenDatabase> {
  const urls = await findServingUrls(config);
  if (!urls) throw new CommandRefused('The database is not prepared yet: run `cmp migrate`.');
  return { ...urls, close: async () => {} };
}

/** The embedded PostgreSQL of the portal that runs, or one of this command's own. */
export async function openEmbedded({
  config,
  signal,
  writeError,
}: Context): Promise<OpenDatabase & { ownerUrl: string }> {
  const kept = findCredentials(config.dataDir);
  if (kept && (await answers(embeddedUrls(kept).appUrl)))
    return { ...embeddedUrls(kept), close: async () => {} };

  fs.mkdirSync(config.dataDir, { recursive: true, mode: 0o711 });
  // The portal's own lock: it must not start while its PostgreSQL is this command's.
  const lock = await lockDirectory(config.dataDir);
  try {
    const server = await startEmbeddedPostgres({
      dataDir: config.dataDir,
      mayMove: !config.dataDirIsGiven,
      log: (line) => writeError(`${line}\n`),
      signal,
    });
    const { ownerPassword, appPassword } = server.credentials;
    await ensureRoles(server.superuserUrl, { owner: ownerPassword, app: appPassword });
    return {
      ...embeddedUrls(server.credentials),
      close: async () => {
        await server.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Whether ours is up and has its database: another server on that port would not know the password. */
async function answers(url: string): Promise<boolean> {
  try {
    return await withDb(url, async (db) => {
      await sql`select 1`.execute(db);
      return true;
    });
  } catch (error) {
    const isOther =
      error instanceof Error && 'code' in error && /^(28|3D)/.test(String(error.code));
    if (isOther || isUnavailable(error)) return false;
    throw error;
  }
}

async function refusePending(db: Db): Promise<void> {
  const pending = await pendingMigrations(db);
  if (pending.length > 0)
    throw new CommandRefused(
      `The database lacks ${pending.join(', ')}: run \`cmp migrate\`, or start the portal.`,
    );
}

async function untilAborted<Result>(
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const finished = new AbortController();
  const aborted = once(signal, 'abort', { signal: finished.signal }).then(() => {
    throw new CommandRefused('Stopped.');
  });
  aborted.catch(() => {}); // Given up on below.
  try {
    signal.throwIfAborted();
    return await Promise.race([work(), aborted]);
  } finally {
    finished.abort();
  }
}
