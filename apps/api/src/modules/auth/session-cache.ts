import type { Db } from '#database/client.ts';
import { type ShortCache, shortCache } from '#lib/short-cache.ts';
import { findLiveSession, type LiveSession } from './sessions.repository.ts';

/** Sessions, their accounts and grants, asked of the database at most a second ago. */
export type SessionCache = ShortCache<number, LiveSession | undefined>;

export function sessionCache(db: Db): SessionCache {
  return shortCache((sessionId) => findLiveSession(db, sessionId));
}
