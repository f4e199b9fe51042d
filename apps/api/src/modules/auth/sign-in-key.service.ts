import { nameKey } from '@cmp/shared/primitives';
import type { Db } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import { tell } from '#modules/notifications/events.service.ts';
import { findKeyHolder, recordAttempt } from './auth.repository.ts';
import { startSession } from './auth.service.ts';
import { endSessions } from './sessions.repository.ts';

/** How long a key opens, and how long the session lives that it opens. */
export const keyMinutes = 10;

const origin = { ip: '127.0.0.1', userAgent: 'cmp doctor' };

export interface SignInKey {
  /** The refresh token of the session: whoever has it is signed in by POST /api/auth/refresh, once. */
  key: string;
  sessionId: number;
  username: string;
}

/**
 * A way in without a password, for whoever has this machine and its database anyway: a session of ten minutes of an
 * admin, in the history and told of as any sign-in. Undefined where no admin could sign in and go on.
 */
export async function makeSignInKey(
  db: Db,
  tokenKey: Buffer,
  username?: string,
): Promise<SignInKey | undefined> {
  const holder = await findKeyHolder(db, username === undefined ? undefined : nameKey(username));
  if (!holder && username !== undefined)
    throw new AppError('not_found', `${username} is no admin who may sign in and go on.`);
  if (!holder) return undefined;

  const { id: accountId, nameKey: key, username: actorName } = holder;
  return db.transaction().execute(async (trx) => {
    await recordAttempt(trx, { nameKey: key, accountId, outcome: 'success', ...origin });
    const { session, refreshToken } = await startSession(
      trx,
      tokenKey,
      accountId,
      origin,
      keyMinutes,
    );
    const facts = { role: session.account.role, ...origin };
    await tell(trx, { event: 'sign_in', accountId, actorName, facts });
    return { key: refreshToken, sessionId: session.id, username: actorName };
  });
}

/** Ends what a key opened, if the walk did not sign out itself. */
export async function endKeySession(db: Db, { sessionId }: SignInKey): Promise<void> {
  await endSessions(db, 'signed_out', { sessionId });
}
