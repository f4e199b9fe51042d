import { sql } from 'kysely';
import { Gauge, type Registry } from 'prom-client';
import type { Db } from '#database/client.ts';

/** How the outbox stands, by channel, and how the webhook fares: the same from every instance. */
export async function addOutbox(db: Db, live: Registry): Promise<void> {
  const { channels, webhookFailures } = await readOutbox(db);
  const byChannel = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['channel'], registers: [live] });
  const waiting = byChannel('cmp_outbox_waiting', 'Deliveries that wait to be sent.');
  const oldest = byChannel(
    'cmp_outbox_oldest_age_seconds',
    'How long the oldest delivery waits that is due or was tried; 0 where none does.',
  );
  const parked = byChannel('cmp_outbox_parked', 'Deliveries that were given up on.');
  for (const { channel, ...counts } of channels) {
    waiting.set({ channel }, counts.waiting);
    oldest.set({ channel }, counts.oldest);
    parked.set({ channel }, counts.parked);
  }
  const help = 'Tries of the webhook since its last success.';
  new Gauge({ name: 'cmp_webhook_failures', help, registers: [live] }).set(webhookFailures);
}

async function readOutbox(db: Db) {
  const { rows: channels } = await sql<{
    channel: string;
    waiting: number;
    oldest: number;
    parked: number;
  }>`
    select known.channel,
      count(d.id) filter (where state = 'waiting')::integer as waiting,
      coalesce(extract(epoch from now() - min(waits_since)
        filter (where state = 'waiting' and (next_at <= now() or attempts > 0))), 0)::float as oldest,
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
