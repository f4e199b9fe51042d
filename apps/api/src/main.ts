import { serviceOf } from '@cmp/shared/service-manager';
import { answered } from '#database/answered.ts';
import { connect } from '#database/client.ts';
import { refuseOlderSchema } from '#database/older-schema.ts';
import { refusePowerfulRole } from '#database/role-powers.ts';
import { refuseOtherSessions } from '#database/session-defaults.ts';
import { loadKeys } from '#lib/keys.ts';
import { readServedCertificate } from '#lib/served-certificate.ts';
import { sendToServiceManager } from '#lib/service-manager.ts';
import { StartRefused } from '#lib/start-refused.ts';
import type { Tracing } from '#lib/tracing.ts';
import { keepHouseHourly } from '#modules/housekeeping/housekeeping.service.ts';
import { shipServices } from '#modules/services/services.service.ts';
import { seedAdmin } from '#modules/setup/setup.service.ts';
import { tellWhetherBotIsWanted } from '#supervisor/bot-wish.ts';
import { buildApp } from './app.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { openDoors } from './doors.ts';
import { stopper } from './drain.ts';
import { beginSending, beginWork } from './work.ts';
import { placeOfWork } from './works.ts';

// Whoever read our output may be gone, and that must not end a drain.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await serve();
} catch (error) {
  console.error(isForOperator(error) ? sentence(error) : error);
  process.exit(1);
}

/** One API process: serves until it is told to stop, then lets what it accepted finish. */
async function serve(): Promise<void> {
  const config = readConfig();
  if (config.database.kind === 'embedded')
    throw new ConfigError('DATABASE_URL is missing. `npm start` brings a PostgreSQL of its own.');

  const certificate = config.tls && readServedCertificate(config.tls);
  const { url, directUrl, singleRole, isPrepared, poolSize, ownerUrl } = config.database;
  const { db, pool } = connect(url, poolSize, { isPrepared, isPooled: directUrl !== undefined });
  const tracing = await startTracing(config);
  tracing?.traceQueries(pool);
  await answered(async () => {
    await refusePowerfulRole(db, singleRole);
    await refuseOtherSessions(db);
    await refuseOlderSchema(db);
  });
  const keys = loadKeys(config);
  const appUrl = directUrl ?? url;
  const urls = { appUrl, ownerUrl: singleRole ? appUrl : ownerUrl };
  const place = placeOfWork(config, keys, urls);
  const tell = (failure: unknown) => app.log.error(failure);
  const { queue, stop: stopWork } = config.works
    ? await beginWork({ ...place, isPrepared, tell })
    : await beginSending(db, tell);
  const app = await buildApp({
    db,
    pool,
    keys,
    queue,
    certificate,
    traceRequests: tracing?.traceRequests,
    config: { ...config, ...place },
  });
  await shipServices(db);
  if (config.seedAdmin) await seedAdmin(db, config.seedAdmin);
  const doors = await openDoors(app, { ...config, certificate });
  const stopHousekeeping = keepHouseHourly(db, tell);
  const stopTelling = tellWhetherBotIsWanted(
    db,
    { ...config, key: keys.settings, overrides: config.settings },
    (message) => process.connected && process.send?.(message),
  );

  const service = serviceOf(config.serviceManager, {
    send: sendToServiceManager,
    isWell: async () => (await app.inject('/internal/live')).statusCode === 200,
    tell,
  });

  const stop = stopper({ app, doors, drainMs: config.drainMs }, async () => {
    stopHousekeeping();
    stopTelling();
    await stopWork();
    await db.destroy();
    await tracing?.stop().catch(tell);
    process.exit(0);
  });
  const stopOrEnd = () => {
    if (!stop()) process.exit(1); // The second one means it.
    void service.stopping();
  };
  process.on('SIGTERM', stopOrEnd);
  process.on('SIGINT', stopOrEnd);
  // A reload of the service: without TLS there is nothing to take anew, and nothing ends.
  process.on('SIGHUP', () => void service.reload(async () => doors.renew()));
  // Whoever started this process is gone: nobody else will stop it.
  process.on('disconnect', stop);
  // Only now: whoever hears it may ask for a stop at once, and a signal that nobody hears ends the process.
  process.send?.({ type: 'ready' });
  await service.ready();
}

async function startTracing({ tracing, versions }: Config): Promise<Tracing | undefined> {
  if (!tracing) return undefined;
  const loaded = await import('#lib/tracing.ts');
  return loaded.startTracing({ name: tracing.name, version: versions.appVersion });
}

function isForOperator(error: unknown): boolean {
  return error instanceof ConfigError || error instanceof StartRefused || isDoorShut(error);
}

function isDoorShut(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
}

function sentence(error: unknown): string {
  const { message } = error instanceof Error ? error : { message: String(error) };
  if (message.startsWith('listen EADDRINUSE'))
    return `The port is taken: ${message}. Set PORT to another one.`;
  if (message.startsWith('listen EACCES'))
    return `The port is not for this account: ${message}. Set PORT to one above 1023, or grant CAP_NET_BIND_SERVICE.`;
  return message;
}
