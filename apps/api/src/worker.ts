import { serviceOf } from '@cmp/shared/service-manager';
import { pino } from 'pino';
import { refuseOlderSchema } from '#database/older-schema.ts';
import { withDb } from '#database/outside-roles.ts';
import { refusePowerfulRole } from '#database/role-powers.ts';
import { findServingUrls } from '#database/serving-urls.ts';
import { isUnavailable } from '#database/violations.ts';
import { loadKeys } from '#lib/keys.ts';
import { logOptions } from '#lib/log.ts';
import { sendToServiceManager } from '#lib/service-manager.ts';
import { StartRefused } from '#lib/start-refused.ts';
import { ConfigError, readConfig } from './config.ts';
import { beginWork } from './work.ts';
import { placeOfWork } from './works.ts';

// Whoever read our output may be gone, and that must not end a job.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await work();
} catch (error) {
  console.error(isForOperator(error) ? error.message : error);
  process.exit(1);
}

/** The worker alone, for sites that let the API process do nothing but answer: what `WORK=off` leaves undone there. */
async function work(): Promise<void> {
  const config = readConfig();
  const log = pino(logOptions(config.log.level));
  const urls = await findServingUrls(config);
  if (!urls)
    throw new StartRefused(
      'There is no database yet: `npm start` makes it, on the same DATA_DIR and DATABASE_URL.',
    );
  const { isPrepared, ...database } = config.database;
  const isSingleRole = database.kind === 'outside' && database.singleRole;
  await withDb(urls.appUrl, async (db) => {
    await refusePowerfulRole(db, isSingleRole);
    await refuseOlderSchema(db);
  });
  if (urls.ownerUrl === undefined)
    log.warn(
      'DATABASE_OWNER_URL is not set: this worker rehearses no snapshot and replaces nothing.',
    );

  const tell = (failure: unknown) => log.error(failure);
  const { stop, isAtWork } = await beginWork({
    ...placeOfWork(config, loadKeys(config), urls),
    ...{ isPrepared, tell },
  });
  const service = serviceOf(config.serviceManager, {
    ...{ send: sendToServiceManager, isWell: isAtWork, tell },
  });

  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isStopping) process.exit(1); // The second one means it.
      isStopping = true;
      void service.stopping();
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  log.info('The worker is at work.');
  await service.ready();
}

function isForOperator(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof StartRefused || isUnavailable(error);
}
