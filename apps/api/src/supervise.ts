import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { type Config, ConfigError, readConfig } from '#config.ts';
import { startEmbeddedPostgres } from '#database/embedded.ts';
import { MigrationError, migrate } from '#database/migrator.ts';
import { prepareOutsideDatabase } from '#database/outside.ts';
import { ensureRoles, urlAs } from '#database/roles.ts';
import { lockDirectory } from '#lib/directory-lock.ts';
import { botToken } from '#lib/keys.ts';
import { StartRefused } from '#lib/start-refused.ts';
import {
  ApiNeverReady,
  type ApiProcess,
  awaitOrphanApi,
  startApi,
} from '#supervisor/api-process.ts';
import { botEnvironment, openBotProcess } from '#supervisor/bot-process.ts';
import { localAddress, panelAddress, welcome } from '#supervisor/welcome.ts';

/**
 * The process behind `npm start`: owns the embedded PostgreSQL, the API and the Telegram bot, restarts any that dies,
 * and stops them in order. docs/decisions/0002-supervisor.md says why it is a process of its own.
 */
const stopping = new AbortController();
const started: { api?: ApiProcess } = {};
listenForStop();
// Whoever read our output may be gone, and that must not end the portal in the middle of a stop.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await runPortal(readConfig());
} catch (error) {
  process.exitCode = explain(error);
}
process.exit();

async function runPortal(config: Config): Promise<void> {
  openDataDir(config.dataDir);
  const lock = await lockDirectory(config.dataDir);
  await awaitOrphanApi(config.dataDir, log);
  const database = await openDatabase(config);
  const bot = openBotProcess({
    entry: path.join(config.root, 'apps/telegram-bot/src/main.ts'),
    // biome-ignore lint/style/noProcessEnv: handed on, not read.
    environment: botEnvironment(process.env, {
      apiUrl: localAddress(config),
      serviceToken: botToken(config),
    }),
    log,
  });
  try {
    started.api = await startApi(
      {
        entry: path.join(import.meta.dirname, 'main.ts'),
        dataDir: config.dataDir,
        environment: apiEnvironment(config, database),
        log,
        hear: config.startsBot ? bot.hear : () => {},
      },
      stopping.signal,
    );
    lock.announce(panelAddress(config));
    log(await welcome(config));
    await aborted(stopping.signal);
    log('Stopping: the requests under way are finished first.');
    await bot.stop();
    await started.api.stop();
  } finally {
    await bot.stop();
    await database.close();
  }
  log('Stopped.');
}

function openDataDir(directory: string): void {
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o711 });
    fs.accessSync(directory, fs.constants.W_OK | fs.constants.X_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartRefused(`The data directory ${directory} cannot be used: ${reason}`, { cause });
  }
}

interface OpenDatabase {
  appUrl: string;
  /** Where the owner is known: what restores and rehearses, on connections opened for it alone. */
  ownerUrl: string | undefined;
  close(): Promise<void>;
}

async function openDatabase(config: Config): Promise<OpenDatabase> {
  if (config.database.kind === 'outside') {
    const { appUrl, ownerUrl } = await prepareOutsideDatabase(config);
    // Past a pooler is how it was prepared, and not how it is served.
    const { url, directUrl } = config.database;
    return { appUrl: directUrl ? url : appUrl, ownerUrl, close: async () => {} };
  }
  const server = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    mayMove: !config.dataDirIsGiven,
    signal: stopping.signal,
    log,
  });
  try {
    const { ownerPassword, appPassword } = server.credentials;
    await ensureRoles(server.superuserUrl, { owner: ownerPassword, app: appPassword });
    const ownerUrl = urlAs(server.superuserUrl, 'cmp_owner', ownerPassword, 'cmp');
    await migrate(ownerUrl);
    const appUrl = urlAs(server.superuserUrl, 'cmp_app', appPassword, 'cmp');
    return { appUrl, ownerUrl, close: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Ours, with the connection that serves and owns nothing, and the owner's for restores alone. */
function apiEnvironment(config: Config, { appUrl, ownerUrl }: OpenDatabase): NodeJS.ProcessEnv {
  return {
    // biome-ignore lint/style/noProcessEnv: handed on, not read.
    ...process.env,
    DATABASE_URL: appUrl,
    DATABASE_OWNER_URL: ownerUrl ?? '',
    DATA_DIR: config.dataDir,
    PORT: String(config.http.port),
    HOST: config.http.host,
  };
}

/** A second request within the first means: now. The loss of the start script means the same as a signal. */
function listenForStop(): void {
  const stop = () => {
    if (stopping.signal.aborted) started.api?.hurry();
    stopping.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  if (!process.connected) return;
  process.on('disconnect', () => stopping.abort());
  // What the start script says on Windows, where nothing hears a signal, and PM2 with `shutdown_with_message`.
  process.on('message', (message) => message === 'shutdown' && stop());
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

function explain(error: unknown): number {
  if (stopping.signal.aborted) {
    log('Stopped.');
    return 0;
  }
  if (error instanceof ApiNeverReady) return 1;
  const isForOperator = [StartRefused, ConfigError, MigrationError].some(
    (kind) => error instanceof kind,
  );
  console.error(isForOperator && error instanceof Error ? error.message : error);
  return 1;
}

function log(text: string): void {
  console.log(text);
}
