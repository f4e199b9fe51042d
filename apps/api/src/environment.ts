import { BotEnvironment } from '@cmp/shared/bot-environment';
import { Host } from '@cmp/shared/settings/fields';
import * as z from 'zod';

const flag = z
  .enum(['on', 'off', '1', '0', 'true', 'false'])
  .transform((text) => /on|1|true/.test(text));
const secret = (bytes: number) =>
  z
    .string()
    .refine((text) => Buffer.byteLength(text) >= bytes, `at least ${bytes} bytes`)
    .refine((text) => !/^(change.?me|secret|example|your-)/i.test(text), 'not a sample value');

/** Every variable the product reads. Its descriptions are the text of `.env.example`. */
export const Environment = z.object({
  PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .default(3001)
    .describe('Where the panel and the API are served.'),
  HOST: z
    .string()
    .default('0.0.0.0')
    .describe('The address to listen on; 127.0.0.1 behind a proxy on this machine.'),
  TLS_CERT_FILE: z
    .string()
    .optional()
    .describe(
      'With both, the portal speaks https itself: the certificate with those between it and its authority, and its key, in PEM. Renewed files are taken on SIGHUP, or within ten seconds. Not behind a proxy that ends TLS.',
    ),
  TLS_KEY_FILE: z.string().optional(),
  LOCAL_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe(
      'With TLS: where programs on this machine find the API without it, at 127.0.0.1: the bot, `cmp doctor`, Prometheus. Default: 3001, or 3002 where PORT is 3001.',
    ),
  DATA_DIR: z
    .string()
    .optional()
    .describe('Where the embedded database and the keys lie. Default: data/ beside package.json.'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe(
      'A PostgreSQL of yours, 15 or newer. Without it, and without DB_HOST, an embedded one is used.',
    ),
  DATABASE_OWNER_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe(
      'The role that owns the schema and migrates, where DATABASE_URL is the role that serves.',
    ),
  DATABASE_DIRECT_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe(
      'PostgreSQL itself, as the role of DATABASE_URL, where DATABASE_URL leads to a pooler in transaction mode: jobs, commands and migrations go past it.',
    ),
  DB_HOST: z.string().optional().describe('The same in parts, for those who prefer them.'),
  DB_PORT: z.coerce.number().int().min(1).max(65_535).default(5432),
  DB_DATABASE: z.string().default('cmp'),
  DB_USER: z.string().optional(),
  DB_PASSWORD: z.string().optional(),
  DB_SSL: flag.default(false),
  DB_SINGLE_ROLE: flag
    .default(false)
    .describe(
      'Serve as the role that owns the schema. Weaker: `cmp doctor` says how. For databases where no second role can be made.',
    ),
  DB_POOL_SIZE: z.coerce
    .number()
    .int()
    .min(2)
    .max(100)
    .default(10)
    .describe('Connections of one API process.'),
  DB_PREPARED: flag
    .optional()
    .describe(
      'Connections keep hot statements by name. Unset: on, but off with DATABASE_DIRECT_URL. A pooler must know names for it (PgBouncer 1.21).',
    ),
  WORK: flag
    .default(true)
    .describe(
      'Whether the API process also does the long work: reading files, large commits. Off where apps/api/src/worker.ts does it, on the same database and DATA_DIR.',
    ),
  DRAIN_SECONDS: z.coerce
    .number()
    .min(0)
    .max(20)
    .default(0.5)
    .describe(
      'How long an API process that stops still takes connections, while it tells a balancer to send it nothing more. Longer than the balancer takes to look: 3 behind deploy/haproxy.',
    ),
  JWT_SECRET: secret(32)
    .optional()
    .describe(
      'Signs access tokens, at least 32 bytes. Made on first start and kept in DATA_DIR/keys when absent.',
    ),
  BOT_SERVICE_TOKEN: secret(32)
    .optional()
    .describe(
      'What the Telegram bot proves itself by to the API, at least 32 bytes. Made likewise; a bot on another machine is given it.',
    ),
  SECRET_KEY_FILE: z
    .string()
    .optional()
    .describe('A file of 32 random bytes: encrypts settings and keys the tokens. Made likewise.'),
  TRUSTED_PROXIES: z
    .string()
    .optional()
    .describe('Addresses or networks, by commas, whose X-Forwarded-* headers are believed.'),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .max(200)
    .optional()
    .describe(
      'The bot, where the environment says it: Telegram is on then, and the settings cannot alter either.',
    ),
  TELEGRAM_API_ROOT: z
    .url({ protocol: /^https?$/ })
    .default('https://api.telegram.org')
    .describe('Another Telegram API server, of your own.'),
  START_TELEGRAM_BOT: flag
    .default(true)
    .describe(
      'Whether `npm start` runs the bot too, while there is a token: TELEGRAM_BOT_TOKEN, or the settings with Telegram on. Off where apps/telegram-bot/src/main.ts runs elsewhere.',
    ),
  ...BotEnvironment.shape,
  DOMAIN_NAME: Host.optional().describe(
    'Whose certificate is watched, and from how many days left on it is told of.',
  ),
  CERT_EXPIRY_WARN_DAYS: z.coerce.number().int().min(1).max(365).optional(),
  CERT_EXPIRY_CRITICAL_DAYS: z.coerce.number().int().min(0).max(365).optional(),
  CERT_EXPIRY_SLACK_WEBHOOK: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Whom `cmp cert check` tells: Slack, by the address of its webhook; a chat of Telegram.',
    ),
  CERT_EXPIRY_TELEGRAM_BOT_TOKEN: z.string().max(200).optional(),
  CERT_EXPIRY_TELEGRAM_CHAT_ID: z.string().max(20).optional(),
  USE_USER_STATUS_MATVIEW: flag
    .optional()
    .describe(
      'Whether the overview may count from the materialised view user_status_matview. Unset: where it is there, with its unique index.',
    ),
  AUTH_LOG_PATH: z
    .string()
    .optional()
    .describe(
      'A file that gets a line for each sign-in and each that failed, as fail2ban reads it (deploy/fail2ban).',
    ),
  METRICS_TOKEN: secret(16)
    .optional()
    .describe('Opens /metrics to others than this machine (Authorization: Bearer).'),
  CMP_DOCTOR_KEY: z
    .string()
    .max(100)
    .optional()
    .describe(
      'What `cmp doctor --after-deploy` signs in by, once: `cmp doctor key` prints it. Unset: it makes one, on the machine of the portal.',
    ),
  SEED_ADMIN_USERNAME: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe(
      'The first account without the setup page; its password must change at the first sign-in.',
    ),
  SEED_ADMIN_PASSWORD: z.string().min(12).max(128).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Where traces of requests and their queries go, by OTLP over HTTP; the standard’s other OTEL_ variables of the exporter hold too.',
    ),
  OTEL_SERVICE_NAME: z.string().max(100).default('cmp'),
  HELPER_SOCKET: z
    .string()
    .default('/run/cmp/helper.sock')
    .describe(
      'Where an installed portal asks for what only root may do: docs/operations/services.md. Where it is not there, the panel offers none of it.',
    ),
  VERBOSE_HTTP_LOG: flag.default(false).describe('One log line per request.'),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  GIT_SHA: z.string().max(64).optional().describe('What was built and when, for /api/health.'),
  BUILD_TIMESTAMP: z.string().max(64).optional(),
});
export type Environment = z.infer<typeof Environment>;

/** The owner's sessions hold locks and settings, which a pooler in transaction mode would give to others. */
export function ownerBehindPooler(given: NodeJS.ProcessEnv): string[] {
  const [url, ownerUrl] = [given.DATABASE_URL, given.DATABASE_OWNER_URL].map(placeOf);
  const isBehind = 'DATABASE_DIRECT_URL' in given && url !== undefined && url === ownerUrl;
  return isBehind ? ['  DATABASE_OWNER_URL: leads to the pooler, like DATABASE_URL'] : [];
}

function placeOf(url = ''): string | undefined {
  return URL.canParse(url) ? new URL(url).host + new URL(url).search : undefined;
}

/** What means nothing without its other half, and would be passed over in silence. */
export function halves(given: NodeJS.ProcessEnv): string[] {
  const pairs = [
    ['TLS_CERT_FILE', ['TLS_KEY_FILE']],
    ['TLS_KEY_FILE', ['TLS_CERT_FILE']],
    ['LOCAL_PORT', ['TLS_CERT_FILE']],
    ['DATABASE_OWNER_URL', ['DATABASE_URL', 'DB_HOST']],
    ['DATABASE_DIRECT_URL', ['DATABASE_URL', 'DB_HOST']],
    ['TELEGRAM_WEBHOOK_URL', ['TELEGRAM_WEBHOOK_PORT']],
    ['TELEGRAM_WEBHOOK_PORT', ['TELEGRAM_WEBHOOK_URL']],
    ['CERT_EXPIRY_TELEGRAM_BOT_TOKEN', ['CERT_EXPIRY_TELEGRAM_CHAT_ID']],
    ['CERT_EXPIRY_TELEGRAM_CHAT_ID', ['CERT_EXPIRY_TELEGRAM_BOT_TOKEN']],
    ['SEED_ADMIN_USERNAME', ['SEED_ADMIN_PASSWORD']],
    ['SEED_ADMIN_PASSWORD', ['SEED_ADMIN_USERNAME']],
  ] as const;
  return pairs
    .filter(([name, others]) => name in given && !others.some((other) => other in given))
    .map(([name, others]) => `  ${name}: means nothing without ${others.join(' or ')}`);
}
