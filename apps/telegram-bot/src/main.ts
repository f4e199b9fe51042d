import { serviceOf } from '@cmp/shared/service-manager';
import { pino } from 'pino';
import { runBot } from './bot.ts';
import { ConfigError, readConfig } from './config.ts';
import { sendToServiceManager } from './service-manager.ts';

// Whoever read our output may be gone, and that must not end a stop.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => (stopping.signal.aborted ? process.exit(1) : stopping.abort()));
// Whoever started this process is gone: nobody else will stop it.
process.on('disconnect', () => stopping.abort());

try {
  const config = readConfig();
  const log = pino({ name: 'telegram-bot', level: config.log.level });
  const service = serviceOf(config.serviceManager, {
    send: sendToServiceManager,
    // Telegram and the API may be away for hours, and a bot that began anew would be no nearer to them.
    isWell: () => true,
    tell: (failure) => log.error(failure),
  });
  stopping.signal.addEventListener('abort', () => void service.stopping());
  void service.ready();
  await runBot({ config, log }, stopping.signal);
  process.exit(0);
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
