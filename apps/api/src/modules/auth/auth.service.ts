import type {
  Login,
  PasswordChange,
  ProfileChange,
  Session,
  SignInOutcome,
} from '@cmp/shared/auth';
import { nameKey } from '@cmp/shared/primitives';
import type { Db } from '#database/client.ts';
import { AppError, staleVersion } from '#lib/errors.ts';
import { signIns } from '#lib/metrics.ts';
import { judgePassword } from '#lib/password-strength.ts';
import { hashPassword, isFromOlderPortal, spendOtherKind, verifyPassword } from '#lib/passwords.ts';
import type { TellSignIn } from '#lib/sign-in-log.ts';
import { newToken, successorOf, tokenHash } from '#lib/tokens.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { tell } from '#modules/notifications/events.service.ts';
import { type Actor, accountIdOf, systemActor } from '#plugins/access.ts';
import {
  type Credentials,
  findCredentials,
  findOlderCost,
  recordAttempt,
  replaceHash,
  savePassword,
  saveProfile,
} from './auth.repository.ts';
import {
  endSessions,
  findLiveSession,
  findUsedToken,
  insertSession,
  isNewDevice,
  type LiveSession,
  rotateToken,
  sessionDays,
} from './sessions.repository.ts';

/** From where someone signs in. */
export interface Origin {
  ip: string;
  userAgent: string | null;
}

/** A session and the token that renews it. */
export interface SignedIn {
  session: Session;
  refreshToken: string;
}

/**
 * Signs in, or refuses in one sentence and one time whatever was wrong; the sign-in history says what it was.
 */
export async function signIn(
  db: Db,
  tokenKey: Buffer,
  { username, password }: Login,
  origin: Origin,
  tellSignIn: TellSignIn,
): Promise<SignedIn> {
  const key = nameKey(username);
  const credentials = await findCredentials(db, { nameKey: key });
  const isRight = await verifyPassword(credentials?.passwordHash, password);

  const outcome = outcomeOf(credentials, isRight);
  await recordAttempt(db, {
    nameKey: key.slice(0, longestKey),
    accountId: credentials?.id ?? null,
    outcome,
    ...origin,
  });
  signIns.inc({ outcome });
  tellSignIn({ outcome, ip: origin.ip, username });
  if (!credentials || outcome !== 'success') {
    const olderCost = await findOlderCost(db);
    if (olderCost !== null) await spendOtherKind(credentials?.passwordHash, olderCost);
    throw new AppError('sign_in_failed', 'The username or the password is not right.');
  }
  if (isFromOlderPortal(credentials.passwordHash)) await renewHash(db, credentials, password);
  return db.transaction().execute(async (trx) => {
    const isNew = await isNewDevice(trx, credentials.id, origin.userAgent);
    const signedIn = await startSession(trx, tokenKey, credentials.id, origin);
    const { role, username: actorName } = signedIn.session.account;
    await tell(trx, {
      event: isNew ? 'new_device' : 'sign_in',
      accountId: credentials.id,
      actorName,
      facts: { role, ip: origin.ip, userAgent: origin.userAgent },
    });
    return signedIn;
  });
}

/** Puts a hash of ours in the place of an older portal's, the password being known for once. */
async function renewHash(
  db: Db,
  { id, passwordHash }: Credentials,
  password: string,
): Promise<void> {
  const renewed = await hashPassword(password);
  await inChange(db, systemActor('system'), 'accounts:sign-in', null, (trx) =>
    replaceHash(trx, id, passwordHash, renewed),
  );
}

/** What the history keeps of a name: folding can make eighteen characters of one. */
const longestKey = 256;

function outcomeOf(credentials: Credentials | undefined, isRight: boolean): SignInOutcome {
  if (!credentials) return 'unknown_account';
  if (!isRight || credentials.hasLapsed) return 'wrong_password';
  return credentials.isDisabled ? 'disabled' : 'success';
}

/** Starts a session for an account whose identity is proved. */
export async function startSession(
  db: Db,
  tokenKey: Buffer,
  accountId: number,
  { ip, userAgent }: Origin,
  minutes = sessionDays * 24 * 60,
): Promise<SignedIn> {
  const refreshToken = newToken();
  const sessionId = await insertSession(db, {
    accountId,
    ip,
    userAgent,
    minutes,
    tokenHash: tokenHash(tokenKey, refreshToken),
  });
  const live = await findLiveSession(db, sessionId);
  if (!live) throw unauthenticated();
  return { session: asSession(live), refreshToken };
}

/**
 * Exchanges a refresh token for its successor. Of many at once one rotates it; the others, like a repeat within
 * ten seconds, are told the same successor. Any later use ends the session: one of the two holders stole it.
 */
export async function refreshSession(
  db: Db,
  tokenKey: Buffer,
  presented: string,
): Promise<SignedIn> {
  const refreshToken = successorOf(tokenKey, presented);
  const hash = tokenHash(tokenKey, presented);
  const successorHash = tokenHash(tokenKey, refreshToken);

  const sessionId =
    (await rotateToken(db, hash, successorHash)) ?? (await repeatOf(db, hash, successorHash));
  const live = await findLiveSession(db, sessionId);
  if (!live) throw unauthenticated();
  return { session: asSession(live), refreshToken };
}

async function repeatOf(db: Db, hash: Buffer, successorHash: Buffer): Promise<number> {
  const token = await findUsedToken(db, hash, successorHash);
  if (!token?.wasUsed) throw unauthenticated();
  if (token.isRepeat) return token.sessionId;
  await endSessions(db, 'reused', { sessionId: token.sessionId });
  throw new AppError('session_reused', 'This session was used in two places and has been ended.', {
    sessionId: token.sessionId,
  });
}

/** Ends the sessions that a browser's two cookies name, whichever of them it still holds. */
export async function signOut(
  db: Db,
  tokenKey: Buffer,
  refreshToken: string | undefined,
  claimedSessionId: number | undefined,
): Promise<void> {
  if (claimedSessionId !== undefined)
    await endSessions(db, 'signed_out', { sessionId: claimedSessionId });
  if (refreshToken === undefined) return;

  const hash = tokenHash(tokenKey, refreshToken);
  const successorHash = tokenHash(tokenKey, successorOf(tokenKey, refreshToken));
  const token = await findUsedToken(db, hash, successorHash);
  if (token) await endSessions(db, 'signed_out', { sessionId: token.sessionId });
}

/** Sets one's own password and ends one's other sessions. */
export function changePassword(
  db: Db,
  actor: Actor,
  { currentPassword, newPassword }: PasswordChange,
): Promise<Session> {
  const accountId = accountIdOf(actor);
  // All of it inside: a repeat names the old password, and must not be judged by it.
  return inChange(db, actor, 'profile:password', null, async (trx) => {
    await requireOwnPassword(trx, actor, currentPassword);
    if (newPassword === currentPassword)
      throw new AppError('password_unchanged', 'Choose a password you do not have already.');
    await refuseWeakPassword(newPassword, [actor.username]);

    await savePassword(trx, accountId, await hashPassword(newPassword));
    await endSessions(trx, 'password', { accountId, exceptSessionId: actor.sessionId });
    const live = await findLiveSession(trx, actor.sessionId ?? 0);
    if (!live) throw unauthenticated();
    return asSession(live);
  });
}

/** Whoever sits before an open session proves to be its owner. A route asks by `confirmationOf`, which counts. */
export async function requireOwnPassword(db: Db, actor: Actor, password: string): Promise<void> {
  const credentials = await findCredentials(db, { id: accountIdOf(actor) });
  if (!(await verifyPassword(credentials?.passwordHash, password)))
    throw new AppError('password_wrong', 'This is not your password.');
}

export async function changeProfile(
  db: Db,
  actor: Actor,
  { version, ...fields }: ProfileChange,
): Promise<Session> {
  const accountId = accountIdOf(actor);
  const sessionId = actor.sessionId ?? 0;
  return inChange(db, actor, 'profile:update', null, async (trx) => {
    const isSaved = await saveProfile(trx, accountId, version, fields);
    const live = await findLiveSession(trx, sessionId);
    if (!live) throw unauthenticated();
    if (!isSaved) throw staleVersion(asSession(live).account);
    return asSession(live);
  });
}

/** Refuses what an attacker would try first, the account's own names among it. */
export async function refuseWeakPassword(password: string, personal: string[]): Promise<void> {
  const { isStrong, warning, suggestions } = await judgePassword(password, personal);
  if (!isStrong)
    throw new AppError('password_too_weak', 'This password is too easy to guess.', {
      warning,
      suggestions,
    });
}

export function asSession(live: LiveSession): Session {
  const { sessionId, accountId, username, displayName, email, avatarHash, role, grants } = live;
  const { mustChangePassword, version } = live;
  return {
    id: sessionId,
    account: {
      ...{ id: accountId, username, displayName, email, avatarHash, role },
      ...{ mustChangePassword, version },
    },
    grants,
  };
}

export function unauthenticated(): AppError {
  return new AppError('unauthenticated', 'Sign in to go on.');
}
