import type { Session } from '@cmp/shared/auth';
import type { Db } from '#database/client.ts';
import { notFound } from '#lib/errors.ts';
import { type Actor, actorFor, type Caller } from '#plugins/access.ts';
import { asSession, unauthenticated } from './auth.service.ts';
import type { SessionCache } from './session-cache.ts';
import { type EndReason, endSessions, findActing } from './sessions.repository.ts';

/** Who is behind a session, asked of the database at most a second ago. */
export async function findCaller(
  sessions: SessionCache,
  sessionId: number | undefined,
): Promise<Caller> {
  const live = sessionId === undefined ? undefined : await sessions.find(sessionId);
  if (!live) throw unauthenticated();
  return live;
}

/** Whom a job acts for, with the rights of this moment: work outlives the session that asked for it. */
export async function actorOfAccount(
  db: Db,
  accountId: number,
  origin: { ip: string | null; requestId: string | null },
): Promise<Actor> {
  const account = await findActing(db, accountId);
  if (!account) throw unauthenticated();
  return actorFor({ ...account, sessionId: null }, origin);
}

/** An account in a chat, with its rights of this moment. Undefined where it is disabled. */
export async function findActorInChat(
  db: Db,
  accountId: number,
  requestId: string,
): Promise<{ actor: Actor; displayName: string; mustChangePassword: boolean } | undefined> {
  const account = await findActing(db, accountId);
  if (!account) return undefined;
  const { displayName, mustChangePassword } = account;
  const origin = { ip: null, requestId };
  const actor: Actor = { ...actorFor({ ...account, sessionId: null }, origin), via: 'telegram' };
  return { actor, displayName, mustChangePassword };
}

export async function readSession(sessions: SessionCache, { sessionId }: Actor): Promise<Session> {
  const live = sessionId === null ? undefined : await sessions.find(sessionId);
  if (!live) throw unauthenticated();
  return asSession(live);
}

/** Ends one session: any for an admin, else one's own. */
export async function endSession(
  db: Db,
  sessions: SessionCache,
  sessionId: number,
  ownerId?: number,
): Promise<void> {
  const ended = await endSessions(db, 'ended', {
    sessionId,
    ...(ownerId !== undefined && { accountId: ownerId }),
  });
  if (ended.length === 0) throw notFound();
  sessions.forget(ended);
}

/** Ends all of an account's sessions, in the transaction that made it necessary. */
export function endSessionsOf(db: Db, accountId: number, because: EndReason): Promise<number[]> {
  return endSessions(db, because, { accountId });
}
