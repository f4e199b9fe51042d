import type { Channel, Delivery, DeliveryQuery, Notification } from '@cmp/shared/notifications';
import type { Role } from '@cmp/shared/permissions';
import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';

/** A delivery that is due, with its event, its reader as they stand now, and their quiet hours. */
export interface DueDelivery
  extends Pick<Notification, 'event' | 'at' | 'changeId' | 'actorName' | 'facts' | 'servers'> {
  id: number;
  /** When it was looked at. */
  asOf: string;
  attempts: number;
  refusals: number;
  failure: string | null;
  sealedTarget: string | null;
  aboutAccountId: number | null;
  /** Null for the site's own. */
  accountId: number | null;
  role: Role | null;
  isDisabled: boolean;
  email: string | null;
  serverIds: number[];
  quietFrom: string | null;
  quietUntil: string | null;
}

/**
 * Locks what is due of a channel, oldest first; what another worker has at hand is passed over. The clock of the
 * database counts where it is ahead of this process's: what one calls the past must not be the other's future.
 */
export async function lockDue(
  trx: Trx,
  channel: Channel,
  now: Date,
  limit: number,
): Promise<DueDelivery[]> {
  const asOf = sql`greatest(now(), ${now.toISOString()}::timestamptz)`;
  const { rows } = await sql<DueDelivery>`
    select d.id, ${asOf} as as_of, d.attempts, d.refusals, d.failure, d.sealed_target, d.account_id,
      e.event, e.at, e.change_id, e.actor_name, e.facts, e.servers, e.account_id as about_account_id,
      a.role, a.email, a.disabled_at is not null as is_disabled,
      array(select g.server_id from grants g join servers s on s.id = g.server_id
        where g.account_id = a.id and s.deleted_at is null) as server_ids,
      case when p.quiet_from is null then site.fields ->> 'quietFrom' else p.quiet_from end as quiet_from,
      case when p.quiet_from is null then site.fields ->> 'quietUntil' else p.quiet_until end as quiet_until
    from deliveries d
    join events e on e.id = d.event_id
    left join accounts a on a.id = d.account_id
    left join notification_preferences p on p.account_id = d.account_id
    left join settings site on site.section = 'notifications'
    where d.channel = ${channel} and d.state = 'waiting' and d.next_at <= ${asOf}
      and (d.leased_until is null or d.leased_until < now())
    order by d.id
    limit ${limit}
    for update of d skip locked`.execute(trx);
  return rows;
}

export async function postpone(trx: Trx, id: number, until: Date): Promise<void> {
  await trx
    .updateTable('deliveries')
    .set({ nextAt: until.toISOString() })
    .where('id', '=', id)
    .execute();
}

/** Keeps a delivery in line, for a later try. */
export async function saveFailure(
  db: Db,
  id: number,
  { failure, refusals, nextAt }: { failure: string; refusals: number; nextAt: Date },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ failure, refusals, nextAt: nextAt.toISOString(), leasedUntil: null })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute();
}

/** Takes a delivery out of the line for good. */
export async function saveEnd(
  db: Db,
  id: number,
  { state, failure, refusals }: { state: 'parked' | 'dropped'; failure: string; refusals: number },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ state, failure, refusals, leasedUntil: null })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute();
}

/** Lets what waits for another try go now: the receiver is well again. */
export async function recallWaiting(db: Db, channel: Channel): Promise<void> {
  await sql`
    update deliveries set next_at = now()
    where channel = ${channel} and state = 'waiting' and attempts > 0 and refusals = 0
      and sealed_target is null and leased_until is null and next_at > now()`.execute(db);
}

/** Drops what is so old that nobody wants it any more, and of too long a line the oldest. Tells how many, by channel. */
export async function dropStale(
  db: Db,
  most: number,
): Promise<{ channel: Channel; dropped: number }[]> {
  const { rows } = await sql<{ channel: Channel; dropped: number }>`
    with ranked as (
      select id, waits_since < now() - interval '1 day' as is_old,
        row_number() over to_receiver as place, count(*) over (partition by channel, account_id, chat_id) as waiting
      from deliveries where state = 'waiting'
      window to_receiver as (partition by channel, account_id, chat_id order by id desc)
    ), dropped as (
      update deliveries d set state = 'dropped', leased_until = null, failure = case
        when is_old then concat('It waited for more than a day.', ' ' || d.failure)
        else concat(waiting, ' waited for this receiver, who may have ', ${most}::integer, ': the oldest were dropped.') end
      from ranked r
      where d.id = r.id and (is_old or place > ${most}) and (d.leased_until is null or d.leased_until < now())
      returning d.channel
    )
    select channel, count(*)::integer as dropped from dropped group by channel`.execute(db);
  return rows;
}

/** Drops what waits for the site's own chat, whose bot is off: it is to miss what happens, not to be told later. */
export async function dropSiteChats(db: Db): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('deliveries')
    .set({ state: 'dropped', failure: 'Telegram is off.', leasedUntil: null })
    .where('channel', '=', 'telegram')
    .where('state', '=', 'waiting')
    .where('accountId', 'is', null)
    .where('sealedTarget', 'is', null)
    .where(sql<boolean>`(leased_until is null or leased_until < now())`)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/** What came of telling people and sites, newest first. The receiver's name is the account's or the chat's. */
export async function listDeliveries(
  db: Db,
  { channel, state, before, limit }: DeliveryQuery,
): Promise<(Delivery & { sealedTarget: string | null })[]> {
  return db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'eventId')
    .leftJoin('accounts', 'accounts.id', 'deliveries.accountId')
    .select(['deliveries.id', 'at', 'attempts', 'sentAt', 'failure', 'sealedTarget'])
    .select((eb) => [
      eb.ref('event').$castTo<Delivery['event']>().as('event'),
      eb.ref('channel').$castTo<Delivery['channel']>().as('channel'),
      eb.ref('state').$castTo<Delivery['state']>().as('state'),
      sql<string>`coalesce(accounts.username, chat_id, '')`.as('to'),
      sql<string | null>`case when state = 'waiting' then next_at end`.as('nextAt'),
    ])
    .$if(channel !== undefined, (query) => query.where('channel', '=', channel ?? ''))
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? ''))
    .$if(before !== undefined, (query) => query.where('deliveries.id', '<', before ?? 0))
    .orderBy('deliveries.id', 'desc')
    .limit(limit)
    .execute();
}

/** Puts one that has ended back in line, as new. Gives whether there was one. */
export async function reviveDelivery(trx: Trx, id: number): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('deliveries')
    .set({
      ...{ state: 'waiting', attempts: 0, refusals: 0, failure: null, sentAt: null },
      ...{ leasedUntil: null, nextAt: sql`now()`, waitsSince: sql`now()` },
    })
    .where('id', '=', id)
    .where('channel', '<>', 'panel')
    .where('state', '<>', 'waiting')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function findDelivery(db: Db, id: number): Promise<{ channel: Channel } | undefined> {
  return db
    .selectFrom('deliveries')
    .select((eb) => eb.ref('channel').$castTo<Channel>().as('channel'))
    .where('id', '=', id)
    .executeTakeFirst();
}
