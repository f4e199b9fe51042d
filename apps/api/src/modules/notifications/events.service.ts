import {
  audiences,
  type NotificationEvent,
  shippedChoices,
  type TouchedServer,
} from '@cmp/shared/notifications';
import type { Db, Trx } from '#database/client.ts';
import { insertEvent, type NewEvent } from './events.repository.ts';

/** What is to be told of an act. */
export interface Telling {
  event: NotificationEvent;
  /** What it is called where it touched one user alone. */
  ofOne?: NotificationEvent | undefined;
  facts?: Record<string, unknown> | undefined;
}

/** What happened besides an act that altered data: whom it is about, and what would be the same news again. */
export interface Happening extends Telling {
  accountId?: number | null;
  actorName?: string | null;
  servers?: TouchedServer[];
  dedupKey?: string;
}

/**
 * Tells of the change that this transaction makes: to everybody who wants to know, but not to whoever makes it. The
 * servers that it touched are read from its entries, so it is called when all is written.
 */
export async function tellOfChange(
  trx: Trx,
  { accountId, username }: { accountId: number | null; username: string },
  changeId: number,
  telling: Telling,
): Promise<void> {
  await insertEvent(trx, {
    ...newEvent({ ...telling, accountId, actorName: username }),
    changeId,
    exceptAccountId: accountId,
  });
}

/** Tells of what happened, in the transaction in which it did. Gives the event's id, or none where it was no news. */
export function tell(trx: Trx | Db, happening: Happening): Promise<number | undefined> {
  return insertEvent(trx, newEvent(happening));
}

function newEvent({
  event,
  ofOne = event,
  facts = {},
  accountId = null,
  actorName = null,
  servers = [],
  dedupKey,
}: Happening): NewEvent {
  return {
    event,
    eventOfOne: ofOne,
    ...{ accountId, actorName },
    facts: JSON.stringify(facts),
    servers: JSON.stringify(servers),
    dedupKey: dedupKey ?? null,
    changeId: null,
    exceptAccountId: null,
    audience: audiences[event],
    shipped: JSON.stringify(shippedChoices),
  };
}
