import type { NotificationList, NotificationQuery, Unread } from '@cmp/shared/notifications';
import type { Db } from '#database/client.ts';
import { type Actor, accountIdOf } from '#plugins/access.ts';
import { countUnread, listFeed, saveRead } from './feed.repository.ts';
import { withinScope } from './within-scope.ts';

/** The actor's own news, of servers that they see now. */
export async function readFeed(
  db: Db,
  actor: Actor,
  query: NotificationQuery,
): Promise<NotificationList> {
  const { scope } = actor;
  const accountId = accountIdOf(actor);
  const rows = await listFeed(db, scope, accountId, { ...query, limit: query.limit + 1 });
  const items = rows
    .slice(0, query.limit)
    .map((row) => ({ ...row, servers: withinScope(row.servers, scope) }));
  const last = items.at(-1);
  return {
    items,
    total: items.length,
    unread: await countUnread(db, scope, accountId),
    ...(rows.length > query.limit && last && { nextCursor: String(last.id) }),
  };
}

/** Marks what the actor was told as read, up to one: what came meanwhile stays unread. */
export async function markRead(db: Db, actor: Actor, upTo: number): Promise<Unread> {
  const accountId = accountIdOf(actor);
  await saveRead(db, accountId, upTo);
  return { unread: await countUnread(db, actor.scope, accountId) };
}
