import type { SessionListing } from '@cmp/shared/auth';
import type { Grant, Role } from '@cmp/shared/permissions';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import { type Slot, statement } from '#database/statement.ts';

/** How long a session lasts at most, and how long it may lie unused. */
export const sessionDays = 30;
export const idleDays = 7;

export interface LiveSession {
  sessionId: number;
  accountId: number;
  username: string;
  displayName: string;
  email: string | null;
  avatarHash: string | null;
  role: Role;
  mustChangePassword: boolean;
  version: number;
  grants: Grant[];
}

/** The session with its account and grants as they are now, or undefined where it no longer counts. Marks it seen. */
export async function findLiveSession(db: Db, sessionId: number): Promise<LiveSession | undefined> {
  const [live] = await liveSession(db, { sessionId });
  return live;
}

const liveSession = statement((db, slot: Slot<{ sessionId: number }>) =>
  db
    .with('seen', (cte) =>
      cte
        .updateTable('sessions')
        .set({ lastSeenAt: sql`now()` })
        .where('id', '=', slot('sessionId'))
        .where('endedAt', 'is', null)
        .where('lastSeenAt', '<', sql<string>`now() - interval '1 minute'`)
        .where(isInUse),
    )
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.accountId')
    .select((eb) => [
      'sessions.id as sessionId',
      'accounts.id as accountId',
      'username',
      'displayName',
      'email',
      avatarHash.as('avatarHash'),
      eb.ref('role').$castTo<Role>().as('role'),
      'mustChangePassword',
      'version',
      grants.as('grants'),
    ])
    .where('sessions.id', '=', slot('sessionId'))
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', sql<string>`now()`)
    .where('disabledAt', 'is', null)
    .where(isInUse)
    .compile(),
);

/**
 * Whether it was seen within the site's idle limit. Being seen is written once a minute, so a session can end up to
 * a minute early, never late. The statement sees the row as it was before it is marked.
 */
const isInUse = sql<boolean>`not coalesce(sessions.last_seen_at < now() - make_interval(mins => (
  select (fields ->> 'idleLimitMinutes')::integer from settings where section = 'general')), false)`;

/** An account and its grants as they are now, where it may act at all. */
export async function findActing(
  db: Db,
  accountId: number,
): Promise<Omit<LiveSession, 'sessionId'> | undefined> {
  return db
    .selectFrom('accounts')
    .select((eb) => [
      'accounts.id as accountId',
      'username',
      'displayName',
      'email',
      avatarHash.as('avatarHash'),
      eb.ref('role').$castTo<Role>().as('role'),
      'mustChangePassword',
      'version',
      grants.as('grants'),
    ])
    .where('accounts.id', '=', accountId)
    .where('disabledAt', 'is', null)
    .executeTakeFirst();
}

/** Of the account in the row around it, on living servers, in the servers' order. */
const grants = sql<Grant[]>`(
  select coalesce(json_agg(json_build_object(
    'serverId', server_id, 'level', level, 'actions', actions) order by position), '[]')
  from grants join servers on servers.id = server_id
  where account_id = accounts.id and deleted_at is null)`;

const avatarHash = sql<
  string | null
>`(select sha256 from images where images.account_id = accounts.id)`;

/**
 * Whether an account that had signed in before never did so by a program of this kind: its versions, which rise by
 * themselves, are left out.
 */
export async function isNewDevice(
  db: Db,
  accountId: number,
  userAgent: string | null,
): Promise<boolean> {
  const { rows } = await sql<{ isNew: boolean }>`
    select count(*) > 0 and not coalesce(bool_or(
      regexp_replace(coalesce(user_agent, ''), '[0-9.]+', '', 'g')
        = regexp_replace(coalesce(${userAgent}, ''), '[0-9.]+', '', 'g')), false) as is_new
    from sessions where account_id = ${accountId}`.execute(db);
  return rows[0]?.isNew ?? false;
}

interface NewSession {
  accountId: number;
  ip: string;
  userAgent: string | null;
  /** How long it lasts at most. */
  minutes: number;
  tokenHash: Buffer;
}

export async function insertSession(db: Db, session: NewSession): Promise<number> {
  const { accountId, ip, userAgent, minutes, tokenHash } = session;
  const { sessionId } = await db
    .with('session', (cte) =>
      cte
        .insertInto('sessions')
        .values({
          accountId,
          ip,
          userAgent,
          expiresAt: sql`now() + make_interval(mins => ${minutes})`,
        })
        .returning('id'),
    )
    .insertInto('refreshTokens')
    .columns(['hash', 'sessionId'])
    .expression((eb) =>
      eb.selectFrom('session').select([sql<Buffer>`${tokenHash}::bytea`.as('hash'), 'id']),
    )
    .returning('sessionId')
    .executeTakeFirstOrThrow();
  return sessionId;
}

/** Uses a token up and stores its successor, in one statement: of many at once exactly one gets the session's id. */
export async function rotateToken(
  db: Db,
  hash: Buffer,
  successorHash: Buffer,
): Promise<number | undefined> {
  const rotated = await db
    .with('used', (cte) =>
      cte
        .updateTable('refreshTokens')
        .from('sessions')
        .innerJoin('accounts', 'accounts.id', 'sessions.accountId')
        .set({ usedAt: sql`now()` })
        .whereRef('sessions.id', '=', 'refreshTokens.sessionId')
        .where('hash', '=', hash)
        .where('usedAt', 'is', null)
        .where(
          'refreshTokens.createdAt',
          '>',
          sql<string>`now() - make_interval(days => ${idleDays})`,
        )
        .where('endedAt', 'is', null)
        .where('expiresAt', '>', sql<string>`now()`)
        .where('disabledAt', 'is', null)
        .where(isInUse)
        .returning('refreshTokens.sessionId'),
    )
    .insertInto('refreshTokens')
    .columns(['hash', 'sessionId'])
    .expression((eb) =>
      eb
        .selectFrom('used')
        .select([sql<Buffer>`${successorHash}::bytea`.as('hash'), 'used.sessionId']),
    )
    .returning('sessionId')
    .executeTakeFirst();
  return rotated?.sessionId;
}

/**
 * A token that could not be rotated: whose it was, and whether this is a repeat within ten seconds whose
 * successor nobody has used, as when the answer was lost or two tabs woke together.
 */
export async function findUsedToken(
  db: Db,
  hash: Buffer,
  successorHash: Buffer,
): Promise<{ sessionId: number; isRepeat: boolean; wasUsed: boolean } | undefined> {
  return db
    .selectFrom('refreshTokens as token')
    .leftJoin('refreshTokens as successor', (join) => join.on('successor.hash', '=', successorHash))
    .select((eb) => [
      'token.sessionId',
      eb('token.usedAt', 'is not', null).$castTo<boolean>().as('wasUsed'),
      sql<boolean>`coalesce(token.used_at > now() - interval '10 seconds'
        and successor.hash is not null and successor.used_at is null, false)`.as('isRepeat'),
    ])
    .where('token.hash', '=', hash)
    .executeTakeFirst();
}

export type EndReason = 'signed_out' | 'ended' | 'password' | 'reset' | 'disabled' | 'reused';

/** Ends an account's living sessions, all or one, or all but one; gives the ids of those it ended. */
export async function endSessions(
  db: Db | Trx,
  because: EndReason,
  which: { accountId?: number; sessionId?: number; exceptSessionId?: number | null },
): Promise<number[]> {
  const { accountId, sessionId, exceptSessionId } = which;
  const rows = await db
    .updateTable('sessions')
    .set({ endedAt: sql`now()`, endedBecause: because })
    .where('endedAt', 'is', null)
    .$if(accountId !== undefined, (query) => query.where('accountId', '=', accountId ?? 0))
    .$if(sessionId !== undefined, (query) => query.where('id', '=', sessionId ?? 0))
    .$if(typeof exceptSessionId === 'number', (query) =>
      query.where('id', '!=', exceptSessionId ?? 0),
    )
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** The living sessions, of one account or of all, latest seen first. */
export async function listSessions(
  db: Db,
  current: number | null,
  accountId?: number,
): Promise<{ items: SessionListing[]; total: number }> {
  const items = await db
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.accountId')
    .select((eb) => [
      'sessions.id',
      'accountId',
      'username',
      'displayName',
      'userAgent',
      'ip',
      eb('sessions.id', '=', current ?? 0)
        .$castTo<boolean>()
        .as('current'),
      'sessions.createdAt',
      'lastSeenAt',
      'expiresAt',
    ])
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', sql<string>`now()`)
    .where(isInUse)
    .$if(accountId !== undefined, (query) => query.where('accountId', '=', accountId ?? 0))
    .orderBy('lastSeenAt', 'desc')
    .orderBy('sessions.id', 'desc')
    .limit(1000)
    .execute();
  return { items, total: items.length };
}
