import { sql } from 'kysely';
import type { Db, Trx } from '#database/client.ts';
import { type Slot, statement } from '#database/statement.ts';

export interface NewEvent {
  event: string;
  eventOfOne: string;
  accountId: number | null;
  actorName: string | null;
  /** As JSON, like the servers: those of a change are read from its entries. */
  facts: string;
  servers: string;
  dedupKey: string | null;
  changeId: number | null;
  exceptAccountId: number | null;
  audience: 'admins' | 'self' | 'servers' | 'site';
  /** By event, by channel, as JSON. */
  shipped: string;
}

/** Keeps an event, and a row for each who is told of it. Gives its id, or none: a kept key is no news. */
export async function insertEvent(db: Db, event: NewEvent): Promise<number | undefined> {
  const [kept] = await newEvent(db, event);
  return kept?.id;
}

/** Has an event told to a target that is no longer the settings' own: by mail, to every admin with an address. */
export async function insertNotices(
  trx: Trx,
  eventId: number,
  channel: 'telegram' | 'mail' | 'webhook',
  chatId: string | null,
  sealedTarget: string,
): Promise<void> {
  await sql`
    insert into deliveries (event_id, channel, account_id, chat_id, sealed_target)
    select ${eventId}, ${channel}, id, ${chatId}, ${sealedTarget}
    from (
      select null::integer as id where ${channel} <> 'mail'
      union all
      select id from accounts
      where ${channel} = 'mail' and role = 'admin' and disabled_at is null and email is not null
    ) told`.execute(trx);
}

/** One round trip, because every extension of a user waits for it. */
const newEvent = statement((db, slot: Slot<NewEvent>) =>
  sql<{ id: number }>`
    with touched as (
      select server_id as id, count(*)::integer as users, (array_agg(row_id order by id))[1:5] as first
      from entries
      where change_id = ${slot('changeId')}::bigint and table_name = 'users' and server_id is not null
      group by server_id
    ), told as (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', t.id, 'name', s.name, 'users', t.users,
        'names', (select coalesce(jsonb_agg(u.account_name order by u.id), '[]') from users u where u.id = any(t.first))
      ) order by s.position), '[]') as servers, coalesce(sum(t.users), 0) as users
      from touched t join servers s on s.id = t.id
    ), happened as (
      insert into events (event, change_id, account_id, actor_name, facts, servers, dedup_key)
      select case when users = 1 then ${slot('eventOfOne')} else ${slot('event')} end,
        ${slot('changeId')}::bigint, ${slot('accountId')}::integer, ${slot('actorName')}, ${slot('facts')}::jsonb,
        case when ${slot('changeId')}::bigint is null then ${slot('servers')}::jsonb else servers end,
        ${slot('dedupKey')}
      from told
      on conflict (dedup_key) do nothing
      returning id, event, account_id, servers
    ), site as (
      select
        coalesce((select fields -> 'defaults' from settings where section = 'notifications'), '{}') as defaults,
        coalesce((select fields from settings where section = 'telegram'), '{}') as telegram,
        coalesce((select fields from settings where section = 'notifications'), '{}') as webhook,
        coalesce((select (fields -> 'enabled')::boolean from settings where section = 'mail'), false) as has_mail
    ), people as (
      select a.id, a.email, h.id as event_id, h.event, site.has_mail,
        (case when site.defaults ? h.event then ${slot('shipped')}::jsonb -> h.event || (site.defaults -> h.event)
          else ${slot('shipped')}::jsonb -> h.event end)
          || coalesce(p.choices -> h.event, '{}') as wants
      from happened h
      cross join site
      cross join accounts a
      left join notification_preferences p on p.account_id = a.id
      where a.disabled_at is null and a.id is distinct from ${slot('exceptAccountId')}::integer and (
        (a.role = 'admin' and ${slot('audience')} <> 'site')
        or (${slot('audience')} = 'self' and a.id = h.account_id)
        or (${slot('audience')} = 'servers' and exists (
          select from grants g, jsonb_array_elements(h.servers) s
          where g.account_id = a.id and g.server_id = (s ->> 'id')::integer)))
    ), addressed as (
      insert into deliveries (event_id, channel, account_id, chat_id, state, sent_at)
      select event_id, 'panel', id, null, 'sent', now() from people where (wants -> 'panel')::boolean
      union all
      -- In a group several people can be the same account.
      select distinct p.event_id, 'telegram', p.id, c.chat_id, 'waiting', null::timestamptz
      from people p join telegram_chats c on c.account_id = p.id
      where (wants -> 'telegram')::boolean and c.blocked_at is null and (p.event <> 'sign_in' or c.sign_in_alerts)
      union all
      select event_id, 'mail', id, null, 'waiting', null
      from people where (wants -> 'mail')::boolean and has_mail and email is not null
      union all
      select h.id, 'telegram', null, site.telegram ->> 'defaultChatId', 'waiting', null
      from happened h, site
      -- Whether Telegram is on is not asked here: the environment can say so, too. Where it is off, the tidying drops it.
      where site.telegram ->> 'defaultChatId' is not null
        and (site.telegram -> 'events' ? h.event or h.event = 'report')
      union all
      select h.id, 'webhook', null, null, 'waiting', null
      from happened h, site
      where (site.webhook -> 'webhookEnabled')::boolean and site.webhook -> 'webhookEvents' ? h.event
    )
    select id from happened`.compile(db),
);
