import {
  type Action,
  can,
  type Grant,
  type GrantedAction,
  type Role,
  roleCan,
} from '@cmp/shared/permissions';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { AppError, notFound } from '#lib/errors.ts';
import { noteSecurityEvent } from '#lib/security-events.ts';
import { requireBot } from './peers.ts';

/** Whom a request acts for, from where, and which servers exist for them. */
export interface Actor {
  /** Null for the portal itself: the command line, a first start. */
  accountId: number | null;
  username: string;
  role: Role;
  grants: readonly Grant[];
  scope: Scope;
  sessionId: number | null;
  via: 'panel' | 'cli' | 'system' | 'telegram';
  ip: string | null;
  requestId: string | null;
  /** Set where the caller named the command, so that its repeat has no second effect. */
  idempotency: Idempotency | undefined;
  /** The change that the request made, told in the `x-change-id` header: what an undo is asked for by. */
  changeId: number | undefined;
}

export interface Idempotency {
  key: string;
  fingerprint: Buffer;
  /** The answer holds a secret, so it is not kept. */
  isSecret: boolean;
}

/** Every read asks for one. Its key is not exported, so nothing but this file can make one. */
export interface Scope {
  readonly serverIds: 'all' | readonly number[];
  readonly [madeHere]: true;
}
const madeHere = Symbol('made by the access plugin');

/** What the session, its account and the grants say. */
export interface Caller {
  accountId: number;
  username: string;
  role: Role;
  mustChangePassword: boolean;
  grants: readonly Grant[];
  /** Null for a job that goes on without one. */
  sessionId: number | null;
}

interface Options {
  authenticate: (request: FastifyRequest) => Promise<Caller>;
  idempotencyOf: (request: FastifyRequest) => Idempotency | undefined;
  /** What the Telegram bot proves itself by. */
  botToken: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must be allowed to do. Every route says; there is no default. */
    allow?: Action | 'anyone' | 'bot';
    /** Open also to those who must choose a new password first: the way out of that. */
    beforePasswordChange?: true;
    /** The answer holds a secret: it is not kept for a repeat. */
    secretAnswer?: true;
  }
  interface FastifyRequest {
    actor: Actor;
  }
}

export default fp<Options>(async (app, { authenticate, idempotencyOf, botToken }) => {
  app.decorateRequest('actor');

  app.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.allow) throw new Error(`${method} ${url} does not say who may call it.`);
  });

  app.addHook('onRequest', async (request) => {
    const { allow, beforePasswordChange } = request.routeOptions.config;
    if (!allow || allow === 'anyone') return;
    if (allow === 'bot') return requireBot(request, botToken);

    const caller = await authenticate(request);
    request.actor = actorFor(caller, { ip: request.ip, requestId: request.id });
    if (caller.mustChangePassword && !beforePasswordChange)
      throw new AppError('password_change_required', 'Choose a new password first.');
    if (!roleCan(caller.role, allow)) {
      noteSecurityEvent(
        request.log,
        'authz_fail',
        { accountId: caller.accountId, allow },
        'refused',
      );
      throw new AppError('forbidden', 'Your account may not do this.');
    }
  });

  app.addHook('onSend', (request, reply, _payload, done) => {
    const changeId = request.actor?.changeId;
    if (changeId !== undefined) reply.header('x-change-id', changeId);
    done();
  });

  // The fingerprint covers the parsed body, so it cannot be taken before.
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.actor) request.actor.idempotency = idempotencyOf(request);
    done();
  });
});

/** Refuses what the actor may not do on a server: as if the server were not there, where it is not theirs to see. */
export function requireOnServer(actor: Actor, action: GrantedAction, serverId: number): void {
  if (!inScope(actor.scope, serverId)) throw notFound();
  if (!can(actor, action, serverId))
    throw new AppError('forbidden', 'Your account may not do this on this server.');
}

/** Whose session or chat it is: the portal itself has nothing of its own to show or to alter. */
export function accountIdOf({ accountId }: Pick<Actor, 'accountId'>): number {
  if (accountId === null) throw new AppError('unauthenticated', 'Sign in to go on.');
  return accountId;
}

/** The part of the actor's scope where this action is allowed. */
export function scopeFor(actor: Actor, action: GrantedAction): Scope {
  const { serverIds } = actor.scope;
  if (serverIds === 'all') return actor.scope;
  return { serverIds: serverIds.filter((id) => can(actor, action, id)), [madeHere]: true };
}

export function inScope({ serverIds }: Scope, serverId: number): boolean {
  return serverIds === 'all' || serverIds.includes(serverId);
}

/** The portal itself, at the command line or at a start: sees everything, signed in nowhere. */
export function systemActor(via: 'cli' | 'system'): Actor {
  return {
    accountId: null,
    username: via,
    role: 'admin',
    grants: [],
    scope: { serverIds: 'all', [madeHere]: true },
    sessionId: null,
    via,
    ip: null,
    requestId: null,
    idempotency: undefined,
    changeId: undefined,
  };
}

export function actorFor(
  caller: Caller,
  origin: { ip: string | null; requestId: string | null },
): Actor {
  const { accountId, username, role, grants, sessionId } = caller;
  const serverIds = role === 'admin' ? 'all' : grants.map((grant) => grant.serverId);
  return {
    accountId,
    username,
    role,
    grants,
    scope: { serverIds, [madeHere]: true },
    sessionId,
    via: 'panel',
    ip: origin.ip,
    requestId: origin.requestId,
    idempotency: undefined,
    changeId: undefined,
  };
}
