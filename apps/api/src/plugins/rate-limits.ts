import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Pool, QueryConfig } from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '#lib/errors.ts';
import { lockouts, rateLimited } from '#lib/metrics.ts';
import { noteSecurityEvent } from '#lib/security-events.ts';

export interface Limits {
  /** Requests to the API in 15 minutes from one address, signed out. */
  nobodyPer15Minutes: number;
  /** Requests to the API in a minute by one session. */
  sessionPerMinute: number;
  /** Sign-ins and setups in a minute from one address; a good one is given back. */
  authPerMinute: number;
  /** The same with one name. */
  loginPerMinute: number;
}

export const defaultLimits: Limits = {
  nobodyPer15Minutes: 300,
  sessionPerMinute: 1_200,
  authPerMinute: 20,
  loginPerMinute: 5,
};

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts an attempt to prove who one is, shared by all instances; `giveBack` where it was good. */
    countAttempt: (request: FastifyRequest, nameKey?: string) => Promise<() => Promise<void>>;
    /** Counts what is asked of the machine, by whoever asks. */
    countHostAct: (request: FastifyRequest) => Promise<void>;
    /** Counts an attempt to link a chat, by the person there; `giveBack` where it was good. */
    countLinking: (request: FastifyRequest, person: string) => Promise<() => Promise<void>>;
  }
}

export default fp<{ pool: Pool; limits: Limits }>(async (app, { pool, limits }) => {
  const nobody = new RateLimiterMemory({
    keyPrefix: 'nobody',
    points: limits.nobodyPer15Minutes,
    duration: 900,
  });
  const session = new RateLimiterMemory({
    keyPrefix: 'session',
    points: limits.sessionPerMinute,
    duration: 60,
  });
  const shared = {
    storeClient: namelessly(pool),
    storeType: 'pool',
    tableName: 'rate_limits',
    tableCreated: true,
    duration: 60,
  };
  const auth = new RateLimiterPostgres({
    ...shared,
    keyPrefix: 'auth',
    points: limits.authPerMinute,
  });
  const login = new RateLimiterPostgres({
    ...shared,
    keyPrefix: 'login',
    points: limits.loginPerMinute,
  });

  const linking = new RateLimiterPostgres({
    ...shared,
    keyPrefix: 'link',
    points: linksPer10Minutes,
    duration: 600,
  });

  const host = new RateLimiterPostgres({ ...shared, keyPrefix: 'host', points: hostActsPerMinute });

  // Before anything is asked of the database: a flood costs no query.
  app.addHook('onRequest', async (request) => {
    if (!request.url.startsWith('/api/')) return;
    const { claimedSessionId, ip } = request;
    await (claimedSessionId === undefined
      ? consume(nobody, ip, request)
      : consume(session, String(claimedSessionId), request));
  });

  app.decorate('countLinking', async (request, person) => {
    await consume(linking, person, request);
    return async () => {
      await linking.delete(person);
    };
  });

  app.decorate('countHostAct', (request) => consume(host, 'all', request));

  app.decorate('countAttempt', async (request, nameKey) => {
    const { ip } = request;
    // Bounded, because a name can be long and the key is a column of 255.
    const name = nameKey?.slice(0, 64);
    // A stolen session can be used from many addresses; whoever signs in may not be kept out by strangers' ones.
    const sources = request.actor ? [ip, 'session'] : [ip];
    const names = name === undefined ? [] : sources.map((source) => `${source} ${name}`);
    await consume(auth, ip, request);
    for (const each of names) await consume(login, each, request);
    return async () => {
      await auth.reward(ip);
      for (const each of names) await login.delete(each);
    };
  });
});

/** Somebody who mends something needs fewer; systemd's own limit on restarts is far above. */
const hostActsPerMinute = 6;

/** The limiter names its statements, which a connection behind a pooler would know of another client, or not at all. */
function namelessly(pool: Pool) {
  return {
    query: ({ text, values }: QueryConfig) => pool.query({ text, ...(values && { values }) }),
  };
}

/** By one person: somebody who mistypes needs fewer, and somebody who guesses many more. */
const linksPer10Minutes = 5;

/** Refuses once a limit is reached, with the time until it is worth trying again. */
export async function consume(
  limiter: RateLimiterMemory | RateLimiterPostgres,
  key: string,
  request: FastifyRequest,
): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const limit = limiter.keyPrefix;
    rateLimited.inc({ limit });
    // Once a window, or the log is the flood's next victim.
    if (refusal.consumedPoints === limiter.points + 1) {
      const seen = { limit, ip: request.ip };
      noteSecurityEvent(request.log, 'excess_rate_limit_exceeded', seen, 'rate limited');
      if (limit === 'login') lockouts.inc();
    }
    throw new AppError('rate_limited', 'Too many requests. Wait a little.', undefined, {
      retryAfter: refusal.msBeforeNext / 1000,
    });
  }
}
