import type { NotificationList, NotificationQuery, Unread } from '@cmp/shared/notifications';
import type { Db } from '#database/client.ts';
import type { Actor } from '#plugins/access.ts';
import { countUnread, listFeed, saveRead } from './feed.repository.ts';
import { withinScope } from './within-scope.ts';

/** The actor's own news, of servers that they see now. */
export async function readFeed(
  db: Db,
  { accountId, scope }: Actor,
  query: NotificationQuery,
): Promise<NotificationList> {
  const rows = await listFeed(db, scope, accountId ?? 0, { ...query, limit: query.limit + 1 });
  const items = rows
    .slice(0, query.limit)
    .map((row) => ({ ...row, servers: withinScope(row.servers, scope) }));
  const last = items.at(-1);
  return {
    items,
    total: items.length,
    unread: await countUnread(db, scope, accountId ?? 0),
    ...(rows.length > query.limit && last && { nextCursor: String(last.id) }),
  };
}

/** Marks what the actor was told as read, up to one: what came meanwhile stays unread. */
export async function markRead(db: Db, { accountId, scope }: Actor, upTo: number): Promise<Unread> {
  await saveRead(db, accountId ?? 0, upTo);
  return { unread: await countUnread(db, scope, accountId ?? 0) };
}
