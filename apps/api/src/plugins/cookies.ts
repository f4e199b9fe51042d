import type { Session } from '@cmp/shared/auth';
import cookie from '@fastify/cookie';
import jwt from '@fastify/jwt';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import * as z from 'zod';

/** An access token names the session and nothing else: what the session may do is asked of the database. */
const Claims = z.object({ sid: z.int().positive(), exp: z.int() });
const minutes = 10;
const cookieDays = 30;

declare module 'fastify' {
  interface FastifyRequest {
    /** The session that the access cookie names, where its signature is ours; not yet whether it lives. */
    claimedSessionId: number | undefined;
  }
}

export default fp<{ jwtSecret: string }>(async (app, { jwtSecret }) => {
  await app.register(cookie);
  await app.register(jwt, {
    secret: jwtSecret,
    sign: { algorithm: 'HS256', iss: 'cmp', aud: 'cmp-panel', expiresIn: `${minutes}m` },
    verify: {
      algorithms: ['HS256'],
      allowedIss: 'cmp',
      allowedAud: 'cmp-panel',
      requiredClaims: ['exp', 'iat', 'iss', 'aud', 'sid'],
    },
  });

  const claimsOf = remembered((token) => Claims.parse(app.jwt.verify(token)));

  app.decorateRequest('claimedSessionId', undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    const token = request.cookies[names(request).access];
    if (!token) return done();
    try {
      request.claimedSessionId = claimsOf(token).sid;
    } catch {
      // An expired token is everyday; a forged one is nobody's either.
      request.claimedSessionId = undefined;
    }
    done();
  });
});

type Claims = z.infer<typeof Claims>;

/** A browser sends the same token for ten minutes: its signature is worked out once, its end is looked at each time. */
function remembered(verify: (token: string) => Claims): (token: string) => Claims {
  const known = new Map<string, Claims>();
  return (token) => {
    const seen = known.get(token);
    if (seen && seen.exp * 1000 > Date.now()) return seen;

    known.delete(token);
    const claims = verify(token);
    // Insertion order is about the order in which they end.
    const [eldest] = known.keys();
    if (known.size >= mostTokens && eldest !== undefined) known.delete(eldest);
    known.set(token, claims);
    return claims;
  };
}

const mostTokens = 5_000;

export function refreshTokenOf(request: FastifyRequest): string | undefined {
  return request.cookies[names(request).refresh];
}

/** From where a request signs in. */
export function originOf({ ip, headers }: FastifyRequest): {
  ip: string;
  userAgent: string | null;
} {
  return { ip, userAgent: headers['user-agent']?.slice(0, 400) ?? null };
}

/**
 * Hands a session to the browser and answers with it. Over plain http anyone on the way can read it: allowed on
 * a LAN, and said in the log.
 */
export function answerSession(
  reply: FastifyReply,
  { session, refreshToken }: { session: Session; refreshToken: string },
): Session {
  const { request } = reply;
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(request.ip);
  if (request.protocol === 'http' && !isLocal)
    request.log.warn({ event: 'plain_http_session', ip: request.ip }, 'session over plain http');
  setSessionCookies(reply, session.id, refreshToken);
  return session;
}

function setSessionCookies(reply: FastifyReply, sessionId: number, refreshToken: string): void {
  const { access, refresh } = names(reply.request);
  const common = { ...attributes(reply.request), maxAge: cookieDays * 24 * 60 * 60 };
  reply.setCookie(access, reply.server.jwt.sign({ sid: sessionId }), { ...common, path: '/' });
  reply.setCookie(refresh, refreshToken, { ...common, path: '/api/auth' });
}

export function clearSessionCookies(reply: FastifyReply): void {
  const { access, refresh } = names(reply.request);
  reply.clearCookie(access, { ...attributes(reply.request), path: '/' });
  reply.clearCookie(refresh, { ...attributes(reply.request), path: '/api/auth' });
}

function attributes({ protocol }: FastifyRequest) {
  return { httpOnly: true, sameSite: 'strict', secure: protocol === 'https' } as const;
}

/** The prefixes bind a cookie to https and this host; over plain http on a LAN browsers refuse them. */
function names({ protocol }: FastifyRequest): { access: string; refresh: string } {
  return protocol === 'https'
    ? { access: '__Host-cmp_access', refresh: '__Secure-cmp_refresh' }
    : { access: 'cmp_access', refresh: 'cmp_refresh' };
}
