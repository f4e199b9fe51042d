import { type Notification, type NotificationEvent, urgent } from '@cmp/shared/notifications';
import type { Role } from '@cmp/shared/permissions';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

/** A message that could go now: what is needed to say whether it may wait. */
export interface Candidate {
  id: number;
  event: NotificationEvent;
  sealedTarget: string | null;
  /** Null for the site's own. */
  accountId: number | null;
  quietFrom: string | null;
  quietUntil: string | null;
}

/** One that is looked at, with all of its event and its reader as they stand now. */
export interface Waiting
  extends Pick<Notification, 'event' | 'at' | 'changeId' | 'actorName' | 'facts' | 'servers'> {
  id: number;
  attempts: number;
  failure: string | null;
  chatId: string | null;
  sealedTarget: string | null;
  aboutAccountId: number | null;
  /** Null for the site's own. */
  accountId: number | null;
  role: Role | null;
  isDisabled: boolean;
  /** Whether the chat is the account's at this moment. */
  isLinked: boolean;
  serverIds: number[];
}

/**
 * Of every chat that nothing keeps waiting, the oldest message of each reader, urgent and not: the first of a chat
 * that is not silenced is among them. A chat waits as a whole, so that its order is kept. Oldest first.
 */
export async function listFirstWaiting(trx: Trx): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    with held as (
      select chat_id from deliveries
      where channel = 'telegram' and state = 'waiting' and sealed_target is null
        and (leased_until > now() or (attempts > 0 and failure is not null and next_at > now()))
    ), first as (
      select distinct on (chat_key, d.account_id, is_urgent) d.id, d.account_id, d.sealed_target, e.event
      from deliveries d
      join events e on e.id = d.event_id
      cross join lateral (
        -- The notice to a target that was left has nothing to do with a chat of ours.
        select case when d.sealed_target is null then d.chat_id else 'sealed ' || d.id end as chat_key,
          e.event = any(${[...urgent]}::text[]) as is_urgent
      ) as kind
      where d.channel = 'telegram' and d.state = 'waiting' and d.next_at <= now()
        and (d.leased_until is null or d.leased_until <= now())
        and d.waits_since > now() - interval '1 day'
        and (d.sealed_target is not null or not exists (select from held h where h.chat_id = d.chat_id))
      order by chat_key, d.account_id, is_urgent, d.id
    )
    select first.*,
      case when p.quiet_from is null then site.fields ->> 'quietFrom' else p.quiet_from end as quiet_from,
      case when p.quiet_from is null then site.fields ->> 'quietUntil' else p.quiet_until end as quiet_until
    from first
    left join notification_preferences p on p.account_id = first.account_id
    left join settings site on site.section = 'notifications'
    order by first.id`.execute(trx);
  return rows;
}

/** All that is to be said of some, oldest first: of a handful, because a line of thousands carries much. */
export async function readWaiting(trx: Trx, ids: readonly number[]): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select d.id, d.attempts, d.failure, d.chat_id, d.sealed_target, d.account_id,
      e.event, e.at, e.change_id, e.actor_name, e.facts, e.servers, e.account_id as about_account_id,
      a.role, a.disabled_at is not null as is_disabled,
      exists (select from telegram_chats c where c.account_id = d.account_id and c.chat_id = d.chat_id) as is_linked,
      array(select g.server_id from grants g join servers s on s.id = g.server_id
        where g.account_id = a.id and s.deleted_at is null) as server_ids
    from deliveries d
    join events e on e.id = d.event_id
    left join accounts a on a.id = d.account_id
    where d.id = any(${[...ids]}::bigint[])
    order by d.id`.execute(trx);
  return rows;
}

export interface Leased {
  id: number;
  /** Null where it goes by another bot, whose chats are not ours. */
  chatId: string | null;
  attempts: number;
  refusals: number;
}

/** A message that the bot has. What is told of another comes too late. */
export async function lockLeased(trx: Trx, id: number): Promise<Leased | undefined> {
  return trx
    .selectFrom('deliveries')
    .select(['id', 'attempts', 'refusals'])
    .select(sql<string | null>`case when sealed_target is null then chat_id end`.as('chatId'))
    .where('id', '=', id)
    .where('channel', '=', 'telegram')
    .where('state', '=', 'waiting')
    .where('leasedUntil', 'is not', null)
    .forUpdate()
    .executeTakeFirst();
}

/** Keeps a message in line, for a later try. */
export async function saveLater(
  trx: Trx,
  id: number,
  { failure, refusals, delayMs }: { failure: string; refusals: number; delayMs: number },
): Promise<void> {
  const nextAt = sql<string>`now() + make_interval(secs => ${delayMs / 1000})`;
  await trx
    .updateTable('deliveries')
    .set({ failure, refusals, nextAt, leasedUntil: null })
    .where('id', '=', id)
    .execute();
}

/** Takes messages out of the line for good. */
export async function saveEnd(
  trx: Trx,
  ids: readonly number[],
  state: 'parked' | 'dropped',
  failure: string,
): Promise<void> {
  if (ids.length === 0) return;
  await trx
    .updateTable('deliveries')
    .set({ state, failure, leasedUntil: null })
    .where('id', 'in', ids)
    .execute();
}

/** All that waits for a chat. */
export async function listWaitingIn(trx: Trx, chatId: string): Promise<number[]> {
  const rows = await trx
    .selectFrom('deliveries')
    .select('id')
    .where('channel', '=', 'telegram')
    .where('state', '=', 'waiting')
    .where('sealedTarget', 'is', null)
    .where('chatId', '=', chatId)
    .execute();
  return rows.map(({ id }) => id);
}

/** Of the notices to targets that were left, the one that waits longest. */
export async function findSealedNotice(db: Db): Promise<string | undefined> {
  const notice = await db
    .selectFrom('deliveries')
    .select('sealedTarget')
    .where('channel', '=', 'telegram')
    .where('state', '=', 'waiting')
    .where('sealedTarget', 'is not', null)
    .where('waitsSince', '>', sql<string>`now() - interval '1 day'`)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return notice?.sealedTarget ?? undefined;
}

/** Whether the bot has this message, and it is the site's report. */
export async function isLeasedReport(db: Db, id: number): Promise<boolean> {
  const row = await db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'eventId')
    .select('deliveries.id')
    .where('deliveries.id', '=', id)
    .where('channel', '=', 'telegram')
    .where('state', '=', 'waiting')
    .where('leasedUntil', '>', sql<string>`now()`)
    .where('event', '=', 'report')
    .where('deliveries.accountId', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}
