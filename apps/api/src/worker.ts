import { loadKeys } from '#lib/keys.ts';
import { ConfigError, readConfig } from './config.ts';
import { beginWork } from './work.ts';
import { placeOfWork } from './works.ts';

// The worker alone, for sites that let the API process do nothing but answer.
const config = readConfig();
if (config.database.kind === 'embedded')
  throw new ConfigError(
    'DATABASE_URL is missing: a worker alone works on a database that is there.',
  );

const { stop } = await beginWork({
  databaseUrl: config.database.url,
  isPrepared: config.database.isPrepared,
  ...placeOfWork(config, loadKeys(config)),
  tell: (failure) => console.error(failure),
});

let isStopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    if (isStopping) process.exit(1); // The second one means it.
    isStopping = true;
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
console.info('The worker is at work.');
