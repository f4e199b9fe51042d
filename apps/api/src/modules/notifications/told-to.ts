import { audiences, type NotificationEvent, type TouchedServer } from '@cmp/shared/notifications';
import type { Role } from '@cmp/shared/permissions';

/** Who is told, as they stand now. */
interface Reader {
  /** Null, like the role, where it goes to a chat or a receiver of the site's. */
  accountId: number | null;
  role: Role | null;
  isDisabled: boolean;
  /** The living servers that are granted to them. */
  serverIds: readonly number[];
}

interface Happened {
  event: NotificationEvent;
  /** Whom it is about. */
  aboutAccountId: number | null;
  servers: TouchedServer[];
}

/**
 * The servers of an event that somebody may still be told of, or undefined where it is none of their business any
 * more: rights can be withdrawn between an event and its telling.
 */
export function serversToldTo({
  event,
  aboutAccountId,
  servers,
  accountId,
  role,
  isDisabled,
  serverIds,
}: Happened & Reader): TouchedServer[] | undefined {
  if (accountId === null || role === null) return servers;
  if (isDisabled) return undefined;
  if (role === 'admin') return servers;
  const audience = audiences[event];
  if (audience === 'self' && aboutAccountId === accountId) return servers;
  if (audience !== 'servers') return undefined;
  const seen = servers.filter(({ id }) => serverIds.includes(id));
  return seen.length > 0 ? seen : undefined;
}
