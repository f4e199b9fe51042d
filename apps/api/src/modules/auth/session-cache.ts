import { performance } from 'node:perf_hooks';
import type { Db } from '#database/client.ts';
import { findLiveSession, type LiveSession } from './sessions.repository.ts';

/** How long an answer may be repeated. A revoked session or grant is refused within this on every instance. */
const longestMs = 1_000;

export interface SessionCache {
  /** The session as it was at most a second ago. Rejects where the database cannot be asked. */
  find: (sessionId: number) => Promise<LiveSession | undefined>;
  /** Forgets at once what this instance itself ended or altered. */
  forget: (sessionIds: readonly number[]) => void;
  forgetAll: () => void;
}

export function sessionCache(db: Db): SessionCache {
  const answers = new Map<number, { askedAt: number; session: Promise<LiveSession | undefined> }>();

  function find(sessionId: number): Promise<LiveSession | undefined> {
    const now = performance.now();
    const known = answers.get(sessionId);
    if (known && now - known.askedAt < longestMs) return known.session;

    // Insertion order is age: whatever is too old to be used is dropped from the front.
    for (const [id, { askedAt }] of answers) {
      if (now - askedAt < longestMs) break;
      answers.delete(id);
    }
    const session = findLiveSession(db, sessionId);
    answers.delete(sessionId);
    answers.set(sessionId, { askedAt: now, session });
    session.catch(() => answers.delete(sessionId));
    return session;
  }

  return {
    find,
    forget: (sessionIds) => {
      for (const id of sessionIds) answers.delete(id);
    },
    forgetAll: () => answers.clear(),
  };
}
