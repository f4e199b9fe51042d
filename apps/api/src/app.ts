import type { GeneralSettings } from '@cmp/shared/settings/general';
import { boundsAt, type StatusBounds } from '@cmp/shared/status';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import type { Pool } from 'pg';
import type { Db } from '#database/client.ts';
import type { Keys } from '#lib/keys.ts';
import { logOptions } from '#lib/log.ts';
import type { Resolve } from '#lib/outbound.ts';
import { newRequestId } from '#lib/request-ids.ts';
import { compileSerializer } from '#lib/serializer.ts';
import type { ServedCertificate } from '#lib/served-certificate.ts';
import { shortCache } from '#lib/short-cache.ts';
import { openSignInLog } from '#lib/sign-in-log.ts';
import { accountRoutes } from '#modules/accounts/accounts.routes.ts';
import { grantRoutes } from '#modules/accounts/grants.routes.ts';
import { authRoutes } from '#modules/auth/auth.routes.ts';
import { requireOwnPassword } from '#modules/auth/auth.service.ts';
import { type SessionCache, sessionCache } from '#modules/auth/session-cache.ts';
import { sessionRoutes } from '#modules/auth/sessions.routes.ts';
import { findCaller } from '#modules/auth/sessions.service.ts';
import { changeRoutes } from '#modules/changes/changes.routes.ts';
import { undoCommitter } from '#modules/changes/undo.service.ts';
import { hostRoutes } from '#modules/host/host.routes.ts';
import { imageRoutes } from '#modules/images/images.routes.ts';
import { jobRoutes } from '#modules/jobs/jobs.routes.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import { legacyRoutes } from '#modules/legacy/legacy.routes.ts';
import { legacyCommitter } from '#modules/legacy/legacy.service.ts';
import { matviewRoutes } from '#modules/matviews/matviews.routes.ts';
import { deliveryRoutes } from '#modules/notifications/deliveries.routes.ts';
import { notificationRoutes } from '#modules/notifications/notifications.routes.ts';
import { observabilityRoutes } from '#modules/observability/observability.routes.ts';
import { overviewRoutes } from '#modules/overview/overview.routes.ts';
import { planRoutes } from '#modules/plans/plans.routes.ts';
import { restoreRoutes } from '#modules/restore/restore.routes.ts';
import { restoreCommitter } from '#modules/restore/restore.service.ts';
import { serverRoutes } from '#modules/servers/servers.routes.ts';
import { serviceRoutes } from '#modules/services/services.routes.ts';
import { settingsRoutes } from '#modules/settings/settings.routes.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import { setupRoutes } from '#modules/setup/setup.routes.ts';
import { snapshotRoutes } from '#modules/snapshots/snapshots.routes.ts';
import { importCommitter } from '#modules/spreadsheets/imports.service.ts';
import { spreadsheetRoutes } from '#modules/spreadsheets/spreadsheets.routes.ts';
import { systemRoutes } from '#modules/system/system.routes.ts';
import { botRoutes } from '#modules/telegram/bot.routes.ts';
import { chatRoutes } from '#modules/telegram/chats.routes.ts';
import { bulkCommitter } from '#modules/users/bulk.service.ts';
import { userRoutes } from '#modules/users/users.routes.ts';
import access from '#plugins/access.ts';
import bodies, { longestBodyMs } from '#plugins/bodies.ts';
import confirmation from '#plugins/confirmation.ts';
import cookies from '#plugins/cookies.ts';
import drain from '#plugins/drain.ts';
import errors from '#plugins/errors.ts';
import { idempotencyOf } from '#plugins/idempotency.ts';
import openapi from '#plugins/openapi.ts';
import origin from '#plugins/origin.ts';
import rateLimits, { defaultLimits, type Limits } from '#plugins/rate-limits.ts';
import requestLog from '#plugins/request-log.ts';
import securityHeaders from '#plugins/security-headers.ts';
import { refuseOnSocket } from '#plugins/socket-errors.ts';
import webApp from '#plugins/web-app.ts';
import type { Config } from './config.ts';
import { headersTimeoutMs, tlsServer } from './doors.ts';
import { allWorks } from './works.ts';

declare module 'fastify' {
  interface FastifyInstance {
    db: Db;
    pool: Pool;
    keys: Keys;
    sessions: SessionCache;
    /** What the statuses of this moment are worked out by: the site's day, and how far “soon” reaches. */
    boundsNow: () => Promise<StatusBounds>;
    /** Set once a stop has begun: whoever balances load sends nothing more. */
    isDraining: boolean;
  }
}

interface Dependencies {
  /** The clock, which a test may hold. */
  now?: () => Date;
  db: Db;
  pool: Pool;
  keys: Keys;
  config: AppConfig;
  /** Takes the work that outlives a request. */
  queue: JobQueue;
  /** What TLS is spoken by; without it http is. */
  certificate?: ServedCertificate | undefined;
  /** Tells of each request where that is wanted. */
  traceRequests?: ((app: FastifyInstance) => void) | undefined;
}

/** What of the configuration an instance needs, and what tests set otherwise. */
export type AppConfig = Pick<
  Config,
  | 'http'
  | 'log'
  | 'metricsToken'
  | 'authLogPath'
  | 'dataDir'
  | 'uploadsDir'
  | 'snapshotsDir'
  | 'versions'
  | 'settings'
  | 'telegramApiRoot'
  | 'matviewUse'
  | 'database'
  | 'databaseVariables'
  | 'helperSocket'
> & {
  databaseUrl: string;
  ownerUrl: string | undefined;
  limits?: Limits;
  /** How long figures may be repeated in /metrics; each has a time of its own. */
  metricsKeptMs?: number;
  /** How long a body may take that is no snapshot. */
  bodyMs?: number;
  /** Who is asked for the addresses of names, and how long a test of the settings may take. */
  resolve?: Resolve;
  testLimitMs?: number;
  /** Where the built panel lies. */
  webFolder?: string;
  /** Where the log's lines go, if not to the standard output. */
  logTo?: { write(line: string): void };
};

/** The API and the panel on one address. The table of contents: what is here is all there is. */
export async function buildApp({
  db,
  pool,
  keys,
  queue,
  config,
  traceRequests,
  certificate,
  now = () => new Date(),
}: Dependencies): Promise<FastifyInstance> {
  const { http, log, metricsToken, versions } = config;
  const place = { queue, folder: config.uploadsDir };
  const works = allWorks({ ...config, keys });
  const { uploadsDir, snapshotsDir, databaseUrl, ownerUrl } = config;
  const restoreAt = { uploadsDir, snapshotsDir, databaseUrl, ownerUrl, versions };
  const restorePlace = { ...restoreAt, queue, keys, settings: config.settings };
  const tellSignIn = openSignInLog(config.authLogPath, (failure) => app.log.error(failure));
  const app = fastify({
    logger: {
      ...logOptions(log.level),
      ...(config.logTo && { stream: config.logTo }),
    },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    trustProxy: http.trustedProxies.length > 0 ? http.trustedProxies : false,
    bodyLimit: 1_048_576,
    requestTimeout: longestBodyMs,
    http: { headersTimeout: headersTimeoutMs },
    ...(certificate && { serverFactory: tlsServer(certificate) }),
    return503OnClosing: false,
    clientErrorHandler: refuseOnSocket,
    // The router would answer these two by itself, past every hook: an address too long for a parameter, which the
    // limit on headers bounds already, and one that cannot be decoded, which leads nowhere instead.
    routerOptions: { maxParamLength: 16_384 },
    rewriteUrl: ({ url = '/' }) => (canBeDecoded(url) ? url : '/api/'),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(compileSerializer);
  app.decorate('db', db);
  app.decorate('pool', pool);
  app.decorate('keys', keys);
  app.decorate('sessions', sessionCache(db));
  app.decorate('isDraining', false);
  traceRequests?.(app);
  const general = shortCache(() => readGeneral(db));
  const boundsOf = boundsOfTheSecond();
  app.decorate('boundsNow', async () => boundsOf(now(), await general.find('general')));

  await app.register(errors);
  await app.register(drain);
  await app.register(requestLog, { isVerbose: http.isVerbose });
  await app.register(securityHeaders);
  await app.register(cookies, { jwtSecret: keys.jwtSecret });
  await app.register(rateLimits, { pool, limits: config.limits ?? defaultLimits });
  await app.register(confirmation, {
    requireOwnPassword: (actor, password) => requireOwnPassword(db, actor, password),
  });
  await app.register(bodies, { bodyMs: config.bodyMs ?? 60_000 });
  await app.register(webApp, config.webFolder ? { folder: config.webFolder } : {});
  await app.register(access, {
    authenticate: (request) => findCaller(app.sessions, request.claimedSessionId),
    idempotencyOf,
    botToken: keys.botToken,
  });

  await app.register(openapi, { version: versions.appVersion });
  await app.register(observabilityRoutes, {
    ...{ metricsToken, versions, metricsKeptMs: config.metricsKeptMs },
    watched: { ...config, ...watchedOf(app), key: keys.settings, overrides: config.settings, now },
  });
  await app.register(botRoutes, {
    queue,
    place: { ...config, key: keys.settings, overrides: config.settings },
  });
  await app.register(
    async (api) => {
      await api.register(origin);
      await api.register(imageRoutes, { folder: config.uploadsDir });
      await api.register(setupRoutes);
      await api.register(authRoutes, { tellSignIn });
      await api.register(sessionRoutes);
      await api.register(accountRoutes);
      await api.register(grantRoutes);
      await api.register(overviewRoutes, config);
      await api.register(serverRoutes);
      await api.register(userRoutes);
      await api.register(spreadsheetRoutes, place);
      await api.register(jobRoutes, { works });
      await api.register(notificationRoutes);
      await api.register(matviewRoutes, config);
      await api.register(snapshotRoutes, { queue, place: { ...config, keys } });
      await api.register(serviceRoutes);
      await api.register(settingsRoutes, settingsPlaces(config));
      await api.register(chatRoutes);
      await api.register(changeRoutes);
      await api.register(deliveryRoutes, { overrides: config.settings });
      await api.register(systemRoutes, {
        ...{ key: keys.settings, overrides: config.settings, versions, now },
      });
      await api.register(hostRoutes, config);
      await api.register(legacyRoutes);
      await api.register(restoreRoutes, restorePlace);
      await api.register(planRoutes, {
        committers: {
          'changes:undo': undoCommitter(place.queue),
          'users:extend': bulkCommitter('users:extend'),
          'users:update': bulkCommitter('users:update'),
          'users:delete': bulkCommitter('users:delete'),
          'users:import': importCommitter(place),
          'legacy:import': legacyCommitter(queue, keys.tokens),
          'snapshots:restore': restoreCommitter(restorePlace),
        },
      });
    },
    { prefix: '/api' },
  );

  return app;
}

function watchedOf({ db, pool, boundsNow }: FastifyInstance) {
  return { db, pool, boundsNow };
}

function settingsPlaces(config: AppConfig) {
  const { settings: overrides, telegramApiRoot, snapshotsDir, resolve, testLimitMs } = config;
  const limitMs = testLimitMs ?? 10_000;
  const place = { overrides, telegramApiRoot, snapshotsDir, resolve, limitMs };
  return { place, databasePlace: config };
}

/** A day begins on a whole second everywhere, so what was worked out for a second holds for all of it. */
function boundsOfTheSecond() {
  let known: { of: string; bounds: StatusBounds } | undefined;
  return (now: Date, { timeZone, soonWindowHours }: GeneralSettings): StatusBounds => {
    const of = `${Math.floor(now.getTime() / 1000)} ${timeZone} ${soonWindowHours}`;
    if (known?.of !== of) known = { of, bounds: boundsAt(now, timeZone, soonWindowHours) };
    return known.bounds;
  };
}

function canBeDecoded(url: string): boolean {
  if (!url.includes('%')) return url !== '' && !url.startsWith('?');
  try {
    return decodeURI(url.split('?', 1)[0] ?? '') !== '';
  } catch {
    return false;
  }
}
