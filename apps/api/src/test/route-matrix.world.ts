import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { actionsOfLevel, type Grant, type GrantLevel, type Role } from '@cmp/shared/permissions';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';
import { setupToken } from '#lib/keys.ts';
import { recordAttempt } from '#modules/auth/auth.repository.ts';
import { startSession } from '#modules/auth/auth.service.ts';
import { endSessions } from '#modules/auth/sessions.repository.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { saveImage } from '#modules/images/images.repository.ts';
import { avatarOf, logoOf, ofSite } from '#modules/images/images.service.ts';
import { insertJob } from '#modules/jobs/jobs.repository.ts';
import { createPlan, finishPlan } from '#modules/plans/plans.service.ts';
import { removeServer } from '#modules/servers/servers.service.ts';
import { createService, servicesSold } from '#modules/services/services.service.ts';
import { insertSnapshot } from '#modules/snapshots/snapshots.repository.ts';
import { systemActor } from '#plugins/access.ts';
import { snapshotsDir } from './fixtures.ts';
import { given } from './given.ts';
import { picture } from './pictures.ts';

const system = systemActor('system');

interface Actor {
  role: Role;
  home?: GrantLevel;
  away?: GrantLevel;
  state?: 'signed out' | 'disabled' | 'must change' | 'ended';
}

/** Who asks. The table of expectations says in words who they are. */
export const actors: Record<string, Actor> = {
  nobody: { role: 'admin', state: 'signed out' },
  viewer: { role: 'viewer', home: 'view' },
  stranger: { role: 'viewer' },
  manages: { role: 'server_admin', home: 'manage' },
  views: { role: 'server_admin', home: 'view' },
  elsewhere: { role: 'server_admin', away: 'manage' },
  admin: { role: 'admin' },
  disabled: { role: 'admin', state: 'disabled' },
  must: { role: 'admin', state: 'must change' },
  ended: { role: 'admin', state: 'ended' },
};

export interface World {
  cookies: Record<string, string>;
  username: string;
  token: string;
  /** Every living server, last to first. */
  serverIds: number[];
  /** Every service, last to first. */
  serviceIds: number[];
  /** By what a path calls them, then by the row's name in the table. */
  ids: Record<string, Record<string, number | string>>;
  /** The letters of what a text shows of this world or of those before it. */
  shownBy: (text: string) => string;
}

/** What nobody needs a server for. */
const emptyPlan = {
  action: 'changes:undo',
  state: 'ready',
  subject: { changeId: 1 },
  serverIds: [],
} as const;

/** No row has this id. */
const missing = 2_147_483_647;
let worldsMade = 0;

/** Fresh rows to be seen or not, and an account that asks for them. All that could be seen is a canary. */
export async function makeWorld(app: FastifyInstance, db: Db, who: Actor): Promise<World> {
  worldsMade += 1;
  const world = worldsMade;
  const canary = (letter: string) => `canary-${letter}-${world}.`;
  const make = given(db);

  const [home, away, binned] = await make.servers(canary('H'), canary('A'), canary('B'));
  const [homeUser, binnedUser] = await make.users(home.id, canary('h'), canary('x'));
  const [awayUser] = await make.users(away.id, canary('a'));
  await make.users(binned.id, canary('b'));
  await binUser(db, binnedUser?.id ?? missing);
  const sold = await createService(db, system, { name: canary('S') });
  const bought = await createService(db, system, { name: canary('T') });
  await sellTo(db, bought.id, awayUser?.id ?? missing, [home.id, away.id, binned.id]);
  const mine = [
    ...grantOf(home.id, who.home),
    ...grantOf(away.id, who.away),
    ...grantOf(binned.id, who.home ?? who.away),
  ];
  const other = await addAccount(canary('O'), canary('E'), {
    role: 'viewer',
    grants: grantOf(away.id, 'view'),
  });
  const own = await addAccount(canary('M'), canary('D'), {
    role: who.role,
    grants: mine,
    mustChangePassword: who.state === 'must change',
  });
  await hangPictures(db, own.id, other.id);
  const touched = [
    { id: home.id, name: canary('H'), users: 1, names: [canary('h')] },
    { id: away.id, name: canary('A'), users: 1, names: [canary('a')] },
  ];
  await addNews(db, own.id, touched);
  await addNews(db, other.id, [{ ...touched[1], names: [canary('O')] }]);
  await removeServer(db, system, binned.id, 1);
  if (who.state === 'disabled') await disableAlone(db, own.id);
  if (who.state === 'ended') await endSessions(db, 'ended', { sessionId: own.sessionId });

  const living = await db
    .selectFrom('servers')
    .select('id')
    .where('deletedAt', 'is', null)
    .orderBy('position', 'desc')
    .execute();
  return {
    cookies: who.state === 'signed out' ? {} : own.cookies,
    username: canary('M'),
    token: setupToken(app.keys),
    serverIds: living.map(({ id }) => id),
    serviceIds: (await servicesSold(db)).map(({ id }) => id).toReversed(),
    ids: {
      servers: { home: home.id, away: away.id, binned: binned.id, missing },
      users: {
        home: homeUser?.id ?? missing,
        away: awayUser?.id ?? missing,
        binned: binnedUser?.id ?? missing,
        missing,
      },
      accounts: { own: own.id, other: other.id, missing },
      sessions: { own: own.sessionId, other: other.sessionId, missing },
      services: { sold: sold.id, missing },
      snapshots: { whole: await addSnapshot(canary('O')), missing },
      settings: { general: 'general', tables: 'database' },
      changes: {
        home: await changeThatMade('users', homeUser?.id),
        away: await changeThatMade('users', awayUser?.id),
        binned: await changeThatBinned(binned.id),
        missing,
      },
      outbox: { missing },
      plans: { own: await addPlan(own.id), other: await addPlan(other.id), missing },
      deliveries: { parked: await addDelivery(other.id), missing },
      // Last, so that nothing above is told in them, too.
      chats: {
        own: await linkChat(db, own.id, canary('D'), `${world}1`),
        other: await linkChat(db, other.id, canary('E'), `${world}2`),
        missing,
      },
      jobs: {
        own: await addJob(own.id, canary('M')),
        other: await addJob(other.id, canary('O')),
        missing: randomUUID(),
      },
    },
    shownBy: (text) => {
      const servers: [string, number][] = [
        ['H', home.id],
        ['A', away.id],
        ['B', binned.id],
      ];
      const byId = servers
        .filter(([, id]) => new RegExp(`"serverId":${id}\\b`).test(text))
        .map(([letter]) => letter);
      const byText = Array.from(text.matchAll(/canary-(\w)-(\d+)/g), ([, letter = '', of]) =>
        Number(of) === world ? letter : (anothers[letter] ?? letter),
      );
      const shown = new Set([...byId, ...byText]);
      return [...'HABhabxSTMDOE'].filter((letter) => shown.has(letter)).join('');
    },
  };

  async function changeThatMade(table: string, rowId = missing): Promise<number> {
    const { changeId } = await db
      .selectFrom('entries')
      .select('changeId')
      .where('tableName', '=', table)
      .where('rowId', '=', rowId)
      .orderBy('id')
      .executeTakeFirstOrThrow();
    return changeId;
  }

  async function changeThatBinned(serverId: number): Promise<number> {
    const { changeId } = await db
      .selectFrom('entries')
      .innerJoin('changes', 'changes.id', 'changeId')
      .select('changeId')
      .where('action', '=', 'servers:delete')
      .where('rowId', '=', serverId)
      .executeTakeFirstOrThrow();
    return changeId;
  }

  /** A plan with nothing in it, of somebody who may make it. */
  async function addPlan(accountId: number): Promise<number> {
    const planId = await createPlan(db, { ...system, accountId }, emptyPlan);
    await finishPlan(db, planId);
    return planId;
  }

  async function addSnapshot(accountName: string): Promise<number> {
    const fileName = `${randomUUID()}.zip`;
    await mkdir(snapshotsDir, { recursive: true });
    await writeFile(join(snapshotsDir, fileName), 'whole');
    const made = {
      kind: 'config',
      reason: 'asked',
      isEncrypted: false,
      siteName: 'Portal',
    } as const;
    const facts = { bytes: 5, sha256: '0'.repeat(64), counts: {}, appVersion: 'cmp ver test' };
    const at = { createdAt: new Date().toISOString(), verifiedAt: null, verifyFailure: null };
    return db.transaction().execute((trx) =>
      insertSnapshot(trx, {
        ...made,
        ...facts,
        ...at,
        fileName,
        folder: null,
        accountId: null,
        accountName,
      }),
    );
  }

  /** What could not be told to somebody. */
  async function addDelivery(accountId: number): Promise<number> {
    const { id: eventId } = await db
      .insertInto('events')
      .values({ event: 'sign_in', accountId })
      .returning('id')
      .executeTakeFirstOrThrow();
    const { id } = await db
      .insertInto('deliveries')
      .values({ eventId, accountId, channel: 'mail', state: 'parked', failure: 'No such user.' })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  async function addJob(accountId: number, accountName: string): Promise<string> {
    const job = {
      id: randomUUID(),
      kind: 'import:parse',
      accountId,
      accountName,
      subject: '{}',
    } as const;
    const parsing = { ...emptyPlan, state: 'parsing' } as const;
    const planId = await createPlan(db, { ...system, accountId }, parsing);
    const origin = { ip: null, requestId: null, planId };
    await db.transaction().execute((trx) => insertJob(trx, { ...job, ...origin }));
    return job.id;
  }

  async function addAccount(
    username: string,
    userAgent: string,
    wish: { role: Role; grants: Grant[]; mustChangePassword?: boolean },
  ) {
    const { id } = await make.account({ username, ...wish });
    const origin = { ip: '192.0.2.1', userAgent };
    await recordAttempt(db, { nameKey: username, accountId: id, outcome: 'success', ...origin });
    const { session, refreshToken } = await startSession(db, app.keys.tokens, id, origin);
    const cookies = {
      cmp_access: app.jwt.sign({ sid: session.id }),
      cmp_refresh: refreshToken,
    };
    return { id, sessionId: session.id, cookies };
  }
}

/** News for one account alone. */
async function addNews(db: Db, accountId: number, servers: unknown[]): Promise<void> {
  const event = { event: 'users_bulk', servers: JSON.stringify(servers) };
  const { id: eventId } = await db
    .insertInto('events')
    .values(event)
    .returning('id')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('deliveries')
    .values({ eventId, accountId, channel: 'panel', state: 'sent' })
    .execute();
}

/** What was in reach in a world before is out of reach in this one. */
const anothers: Record<string, string> = { H: 'A', h: 'a', M: 'O', D: 'E' };

/** Every picture there can be, so that each can be seen and removed. */
async function hangPictures(db: Db, ownId: number, otherId: number): Promise<void> {
  const image = {
    mediaType: 'image/png',
    bytes: await picture('png'),
    sha256: '0'.repeat(64),
  } as const;
  await inChange(db, system, 'settings:update', null, async (trx) => {
    for (const place of [logoOf('light'), ofSite('favicon'), avatarOf(ownId), avatarOf(otherId)])
      await saveImage(trx, place, image);
  });
}

/** A chat that acts for an account; gives its id. */
function linkChat(db: Db, accountId: number, name: string, chatId: string): Promise<number> {
  return inChange(db, system, 'telegram:link', null, async (trx) => {
    const { id } = await trx
      .insertInto('telegramChats')
      .values({ chatId, telegramUserId: chatId, name, accountId })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  });
}

function grantOf(serverId: number, level: GrantLevel | undefined): Grant[] {
  return level ? [{ serverId, level, actions: [...actionsOfLevel[level]] }] : [];
}

async function binUser(db: Db, userId: number): Promise<void> {
  await inChange(db, system, 'users:delete', null, (trx) =>
    trx.updateTable('users').set({ deletedAt: sql`now()` }).where('id', '=', userId).execute(),
  );
}

/** Everybody’s term ends some day: an overview names who is next. */
async function sellTo(
  db: Db,
  serviceId: number,
  userId: number,
  serverIds: number[],
): Promise<void> {
  await inChange(db, system, 'users:update', null, async (trx) => {
    const expiresOn = '2999-12-31';
    await trx.updateTable('users').set({ expiresOn }).where('serverId', 'in', serverIds).execute();
    await trx.updateTable('users').set({ serviceId }).where('id', '=', userId).execute();
  });
}

/** Without ending the sessions, as the service does besides: the account's state must be enough. */
async function disableAlone(db: Db, accountId: number): Promise<void> {
  await inChange(db, system, 'accounts:update', null, (trx) =>
    trx
      .updateTable('accounts')
      .set({ disabledAt: sql`now()` })
      .where('id', '=', accountId)
      .execute(),
  );
}
