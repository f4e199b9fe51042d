import {
  audiences,
  type Notification,
  NotificationEvent,
  type NotificationQuery,
} from '@cmp/shared/notifications';
import { sql } from 'kysely';
import type { Db } from '#database/client.ts';
import type { Scope } from '#plugins/access.ts';

/** One account's news, newest first, but not what is none of their business any more. */
export function listFeed(
  db: Db,
  scope: Scope,
  accountId: number,
  { unread, before, limit }: NotificationQuery,
): Promise<Notification[]> {
  return feedOf(db, scope, accountId)
    .select(['deliveries.id', 'at', 'changeId', 'actorName', 'readAt'])
    .select((eb) => [
      eb.ref('event').$castTo<NotificationEvent>().as('event'),
      eb.ref('facts').$castTo<Notification['facts']>().as('facts'),
      eb.ref('servers').$castTo<Notification['servers']>().as('servers'),
    ])
    .$if(unread !== undefined, (query) => query.where('readAt', 'is', null))
    .$if(before !== undefined, (query) => query.where('deliveries.id', '<', before ?? 0))
    .orderBy('deliveries.id', 'desc')
    .limit(limit)
    .execute();
}

/** Counts no further than the badge shows. */
export async function countUnread(db: Db, scope: Scope, accountId: number): Promise<number> {
  const { unread } = await db
    .selectFrom(
      feedOf(db, scope, accountId)
        .select('deliveries.id')
        .where('readAt', 'is', null)
        .limit(badgeAtMost)
        .as('unread'),
    )
    .select((eb) => eb.fn.countAll<number>().as('unread'))
    .executeTakeFirstOrThrow();
  return unread;
}

const badgeAtMost = 100;

export async function saveRead(db: Db, accountId: number, upTo: number): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ readAt: sql`now()` })
    .where('channel', '=', 'panel')
    .where('accountId', '=', accountId)
    .where('readAt', 'is', null)
    .where('id', '<=', upTo)
    .execute();
}

function feedOf(db: Db, { serverIds }: Scope, accountId: number) {
  return db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'eventId')
    .where('channel', '=', 'panel')
    .where('deliveries.accountId', '=', accountId)
    .$if(serverIds !== 'all', (query) =>
      query.where(
        sql<boolean>`((event = any(${told.self}::text[]) and events.account_id = ${accountId})
          or (event = any(${told.servers}::text[]) and exists (
            select from jsonb_array_elements(servers) s where (s ->> 'id')::integer = any(${[...serverIds]}::integer[]))))`,
      ),
    );
}

/** To whoever is no admin. */
const told = Object.groupBy(NotificationEvent.options, (event) => audiences[event]);
