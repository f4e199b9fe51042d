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
}

/** How the outbox stands, by channel, and how the webhook fares: the same from every instance. */
export async function readOutboxFacts(
  db: Db,
): Promise<{ channels: ChannelFacts[]; webhookFailures: number }> {
  const { rows: channels } = await sql<ChannelFacts>`
    select known.channel,
      count(d.id) filter (where state = 'waiting')::integer as waiting,
      count(d.id) filter (where state = 'waiting' and attempts > 0)::integer as failing,
      coalesce(extract(epoch from now() - min(waits_since)
        filter (where state = 'waiting' and (next_at <= now() or attempts > 0))), 0)::float as oldest_seconds,
      count(d.id) filter (where state = 'parked')::integer as parked
    from unnest(array['telegram', 'mail', 'webhook']) known(channel)
    left join deliveries d on d.channel = known.channel and state in ('waiting', 'parked')
    group by known.channel`.execute(db);
  const { failures } = await db
    .selectFrom('webhookState')
    .select('failures')
    .executeTakeFirstOrThrow();
  return { channels, webhookFailures: failures };
}
