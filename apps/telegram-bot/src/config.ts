import { BotEnvironment } from '@cmp/shared/bot-environment';
import { type ServiceManager, serviceManagerOf } from '@cmp/shared/service-manager';
import * as z from 'zod';

const Environment = BotEnvironment.extend({
  BOT_SERVICE_TOKEN: z
    .string()
    .refine((text) => Buffer.byteLength(text) >= 32, 'at least 32 bytes'),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
});

export interface Config {
  api: { url: string; serviceToken: string };
  /** Undefined: Telegram is asked, again and again. */
  webhook: Webhook | undefined;
  log: { level: string };
  /** Undefined where this process is no service of systemd's. */
  serviceManager: ServiceManager | undefined;
}

export interface Webhook {
  url: string;
  port: number;
}

/** The environment, parsed once. Throws a sentence that names every fault at once. */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `  ${path.join('.')}: ${message}`,
    );
    throw new ConfigError(`The environment cannot be used:\n${faults.join('\n')}`);
  }
  const { API_URL, BOT_SERVICE_TOKEN, LOG_LEVEL, ...webhook } = parsed.data;
  return {
    api: { url: API_URL.replace(/\/+$/, ''), serviceToken: BOT_SERVICE_TOKEN },
    webhook: webhookOf(webhook.TELEGRAM_WEBHOOK_URL, webhook.TELEGRAM_WEBHOOK_PORT),
    log: { level: LOG_LEVEL },
    serviceManager: serviceManagerOf(variables, process.pid),
  };
}

/** What an operator can mend in the environment: shown as a sentence, without a stack. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

function webhookOf(url: string | undefined, port: number | undefined): Webhook | undefined {
  if (url !== undefined && port !== undefined) return { url, port };
  if (url === undefined && port === undefined) return undefined;
  throw new ConfigError('TELEGRAM_WEBHOOK_URL and TELEGRAM_WEBHOOK_PORT mean nothing alone.');
}
