import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ServiceManager, serviceManagerOf } from '@cmp/shared/service-manager';
import type { Section } from '@cmp/shared/settings/sections';
import { Environment, halves, ownerBehindPooler } from './environment.ts';
import { readVersions, type Versions } from './versions.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export type DatabaseConfig =
  | { kind: 'embedded' }
  | {
      kind: 'outside';
      /** What serves requests. */
      url: string;
      /** Past the pooler, where `url` leads to one. */
      directUrl: string | undefined;
      ownerUrl: string | undefined;
      singleRole: boolean;
    };

/** By section and field: what the environment sets in place of the panel, and the variable that does. */
export type SettingsOverrides = Partial<
  Record<Section, Record<string, { variable: string; value: string | number | boolean }>>
>;

/** Whether the status view is read: always where it is there, never, or where it also has its unique index. */
export type MatviewUse = 'on' | 'off' | 'detected';

export interface Config {
  root: string;
  dataDir: string;
  dataDirIsGiven: boolean;
  /** Where an upload waits for its reading, and an export for its reader. */
  uploadsDir: string;
  /** Where snapshots lie, unless the settings name another folder. */
  snapshotsDir: string;
  http: { host: string; port: number; trustedProxies: string[]; isVerbose: boolean };
  /** Undefined: http is spoken, for a proxy or a LAN. */
  tls: { certFile: string; keyFile: string; localPort: number } | undefined;
  database: DatabaseConfig & { poolSize: number; isPrepared: boolean };
  /** How long answers still say "keep alive, but not with me" before the listener closes. */
  drainMs: number;
  /** Whether the API process does the jobs too, or only puts them in line. */
  works: boolean;
  /** Which variables of the database's are set. */
  databaseVariables: string[];
  keys: {
    jwtSecret: string | undefined;
    botToken: string | undefined;
    secretKeyFile: string;
  };
  settings: SettingsOverrides;
  telegramApiRoot: string;
  /** Whether the supervisor runs the bot. */
  startsBot: boolean;
  /** Whom the check of a certificate at the command line tells. */
  certificateAlarm: {
    slackWebhook: string | undefined;
    telegramBotToken: string | undefined;
    telegramChatId: string | undefined;
  };
  matviewUse: MatviewUse;
  metricsToken: string | undefined;
  /** By which `cmp doctor --after-deploy` signs in. */
  doctorKey: string | undefined;
  /** Where sign-ins are told by the line, for fail2ban. */
  authLogPath: string | undefined;
  seedAdmin: { username: string; password: string } | undefined;
  log: { level: string };
  /** Where the root-owned helper listens, if there is one. */
  helperSocket: string;
  /** Undefined: nothing is traced, and nothing of it is loaded. */
  tracing: { name: string } | undefined;
  versions: Versions;
  /** Undefined where this process is no service of systemd's. */
  serviceManager: ServiceManager | undefined;
}

/** The environment, parsed once. Throws a sentence that names every fault at once. */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  const faults = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `  ${path.join('.')}: ${message}`),
    ...halves(given),
    ...ownerBehindPooler(given),
  ];
  if (!parsed.success || faults.length > 0)
    throw new ConfigError(`The environment cannot be used:\n${faults.join('\n')}`);

  const env = parsed.data;
  // From the checkout, wherever the command was typed: `npm start` and `cmp` must mean the same.
  const dataDir = resolve(root, env.DATA_DIR ?? 'data');
  return {
    root,
    dataDir,
    dataDirIsGiven: env.DATA_DIR !== undefined,
    uploadsDir: join(dataDir, 'uploads'),
    snapshotsDir: join(dataDir, 'snapshots'),
    http: {
      host: env.HOST,
      port: env.PORT,
      trustedProxies: env.TRUSTED_PROXIES?.split(',').map((proxy) => proxy.trim()) ?? [],
      isVerbose: env.VERBOSE_HTTP_LOG,
    },
    tls: tlsOf(env),
    database: {
      ...databaseOf(env),
      poolSize: env.DB_POOL_SIZE,
      isPrepared: env.DB_PREPARED ?? env.DATABASE_DIRECT_URL === undefined,
    },
    drainMs: env.DRAIN_SECONDS * 1_000,
    works: env.WORK,
    databaseVariables: Object.keys(given).filter((name) => /^(DB|DATABASE)_/.test(name)),
    keys: {
      jwtSecret: env.JWT_SECRET,
      botToken: env.BOT_SERVICE_TOKEN,
      secretKeyFile: resolve(root, env.SECRET_KEY_FILE ?? join(dataDir, 'keys', 'secret-key')),
    },
    settings: overridesOf(env),
    telegramApiRoot: env.TELEGRAM_API_ROOT.replace(/\/+$/, ''),
    startsBot: env.START_TELEGRAM_BOT,
    certificateAlarm: {
      slackWebhook: env.CERT_EXPIRY_SLACK_WEBHOOK,
      telegramBotToken: env.CERT_EXPIRY_TELEGRAM_BOT_TOKEN,
      telegramChatId: env.CERT_EXPIRY_TELEGRAM_CHAT_ID,
    },
    matviewUse: matviewUseOf(env),
    metricsToken: env.METRICS_TOKEN,
    doctorKey: env.CMP_DOCTOR_KEY,
    authLogPath: env.AUTH_LOG_PATH === undefined ? undefined : resolve(root, env.AUTH_LOG_PATH),
    seedAdmin:
      env.SEED_ADMIN_USERNAME && env.SEED_ADMIN_PASSWORD
        ? { username: env.SEED_ADMIN_USERNAME, password: env.SEED_ADMIN_PASSWORD }
        : undefined,
    log: { level: env.LOG_LEVEL },
    helperSocket: env.HELPER_SOCKET,
    tracing: env.OTEL_EXPORTER_OTLP_ENDPOINT ? { name: env.OTEL_SERVICE_NAME } : undefined,
    versions: readVersions(root, env),
    serviceManager: serviceManagerOf(variables, process.pid),
  };
}

/** What an operator can mend in the environment: shown as a sentence, without a stack. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

function tlsOf(env: Environment): Config['tls'] {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, PORT: port } = env;
  if (certFile === undefined || keyFile === undefined) return undefined;
  const localPort = env.LOCAL_PORT ?? (port === 3001 ? 3002 : 3001);
  if (localPort === port)
    throw new ConfigError(
      `PORT and LOCAL_PORT cannot both be ${port}: browsers come to the one, this machine’s programs to the other.`,
    );
  return { certFile: resolve(root, certFile), keyFile: resolve(root, keyFile), localPort };
}

function overridesOf(env: Environment): SettingsOverrides {
  const given = (field: string, variable: keyof Environment & string) => {
    const value = env[variable];
    return typeof value === 'string' || typeof value === 'number'
      ? { [field]: { variable, value } }
      : {};
  };
  return {
    telegram: {
      ...given('token', 'TELEGRAM_BOT_TOKEN'),
      // Whoever hands over a token wants the bot: nobody need find a switch in the panel first.
      ...(env.TELEGRAM_BOT_TOKEN && {
        enabled: { variable: 'TELEGRAM_BOT_TOKEN', value: true },
      }),
    },
    certificate: {
      ...given('domain', 'DOMAIN_NAME'),
      ...given('warnDays', 'CERT_EXPIRY_WARN_DAYS'),
      ...given('criticalDays', 'CERT_EXPIRY_CRITICAL_DAYS'),
    },
  };
}

function matviewUseOf({ USE_USER_STATUS_MATVIEW: isUsed }: Environment): MatviewUse {
  if (isUsed === undefined) return 'detected';
  return isUsed ? 'on' : 'off';
}

function databaseOf(env: Environment): DatabaseConfig {
  const url = env.DATABASE_URL ?? urlFromParts(env);
  if (!url) return { kind: 'embedded' };
  return {
    kind: 'outside',
    url,
    directUrl: env.DATABASE_DIRECT_URL,
    ownerUrl: env.DATABASE_OWNER_URL,
    singleRole: env.DB_SINGLE_ROLE,
  };
}

function urlFromParts(env: Environment): string | undefined {
  if (!env.DB_HOST) return undefined;
  const url = new URL(
    `postgres://${env.DB_HOST}:${env.DB_PORT}/${encodeURIComponent(env.DB_DATABASE)}`,
  );
  url.username = encodeURIComponent(env.DB_USER ?? 'cmp_app');
  url.password = encodeURIComponent(env.DB_PASSWORD ?? '');
  if (env.DB_SSL) url.searchParams.set('sslmode', 'require');
  return url.href;
}
