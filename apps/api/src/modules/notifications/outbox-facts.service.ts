import { sql } from 'kysely';
import type { Db } from '#database/client.ts';

/** How deliveries of one channel stand. */
export interface ChannelFacts {
  channel: string;
  waiting: number;
  /** Of them, those that were tried at least once. */
  failing: number;
  /** How long the oldest waits that is due or was tried; 0 where none does. */
  oldestSeconds: number;
  parked: number;
  /** Of them, those of within a day. */
  parkedLately: number;
}

/** How the outbox stands, by channel, and how the webhook fares: the same from every instance. */
export async function readOutboxFacts(
  db: Db,
): Promise<{ channels: ChannelFacts[]; webhook: { version: number; failures: number } }> {
  const { rows: channels } = await sql<ChannelFacts>`
    with waiting as (
      select channel, count(*)::integer as count,
        count(*) filter (where attempts > 0)::integer as failing,
        extract(epoch from now() - min(waits_since) filter (where next_at <= now() or attempts > 0)) as oldest
      from deliveries where state = 'waiting' group by channel
    ), parked as (
      select channel, count(*)::integer as count,
        count(*) filter (where created_at > now() - interval '1 day')::integer as lately
      from deliveries where state = 'parked' group by channel
    )
    select channel, coalesce(waiting.count, 0) as waiting, coalesce(failing, 0) as failing,
      coalesce(oldest, 0)::float as oldest_seconds, coalesce(parked.count, 0) as parked, coalesce(lately, 0) as parked_lately
    from unnest(array['telegram', 'mail', 'webhook']) known(channel)
    left join waiting using (channel) left join parked using (channel)`.execute(db);
  const webhook = await db
    .selectFrom('webhookState')
    .select(['version', 'failures'])
    .executeTakeFirstOrThrow();
  return { channels, webhook };
}
