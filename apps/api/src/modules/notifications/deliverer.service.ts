import type { GeneralSettings } from '@cmp/shared/settings/general';
import { TelegramSettings } from '@cmp/shared/settings/telegram';
import type { Db, Trx } from '#database/client.ts';
import { deliveriesEnded } from '#lib/metrics.ts';
import {
  readEffective,
  readGeneral,
  type SettingsPlace,
} from '#modules/settings/settings.service.ts';
import {
  type DueDelivery,
  dropSiteChats,
  dropStale,
  lockDue,
  postpone,
  recallWaiting,
  saveEnd,
  saveFailure,
} from './deliveries.repository.ts';
import { lease, saveSent } from './delivery-lease.service.ts';
import { openMail } from './mail-sender.service.ts';
import { type Outcome, outcomeOfError } from './outcome.ts';
import { silentUntil } from './quiet-hours.ts';
import { delayMs, mostRefusals, wasInterruptedEachTime } from './retry.ts';
import type { DeliveryPlace, OpenSender, Sender } from './sender.ts';
import { serversToldTo } from './told-to.ts';
import { openWebhook } from './webhook-sender.service.ts';

const senders = { mail: openMail, webhook: openWebhook } as const satisfies Record<
  string,
  OpenSender
>;
type SentHere = keyof typeof senders;
export const channelsSentHere = Object.keys(senders) as SentHere[];

/** So many go out at once of each channel, and have so long: then they are another worker's. */
const most = 5;
const leaseSeconds = 60;
/** So many wait for one receiver. */
const longestLine = 500;

/**
 * Sends what is due of a channel, a handful at once, outside any transaction; gives how many were looked at. A worker
 * that dies between the sending and its record leaves the record to be made by sending again: at least once, never
 * lost. Receivers know the repeat by its id.
 */
export async function deliverDue(
  db: Db,
  place: DeliveryPlace,
  channel: SentHere,
  now: Date,
): Promise<number> {
  const site = await readGeneral(db);
  const { looked, taken } = await db
    .transaction()
    .execute((trx) => takeDue(trx, channel, now, site));
  if (taken.length === 0) return looked;

  const { send, note } = await senders[channel](db, place, site, now).catch(
    // Settings that cannot be read are each delivery's failure, and not a silence.
    (error): Sender => ({ send: () => Promise.reject(error) }),
  );
  const outcomes = await Promise.all(
    taken.map(async (delivery) => {
      const outcome = await outcomeFor(delivery, send);
      await record(db, channel, delivery, outcome);
      await note?.(delivery, outcome);
      return outcome;
    }),
  );
  if (outcomes.some(({ kind }) => kind === 'sent')) await recallWaiting(db, channel);
  return looked;
}

/** Drops what nobody wants any more, of every channel. */
export async function tidyOutbox(db: Db, place: SettingsPlace): Promise<void> {
  for (const { channel, dropped } of await dropStale(db, longestLine))
    deliveriesEnded.inc({ channel, outcome: 'dropped' }, dropped);
  const { values } = await readEffective(db, place, 'telegram', TelegramSettings);
  if (values.enabled) return;
  const dropped = await dropSiteChats(db);
  deliveriesEnded.inc({ channel: 'telegram', outcome: 'dropped' }, dropped);
}

async function takeDue(
  trx: Trx,
  channel: SentHere,
  now: Date,
  { timeZone }: GeneralSettings,
): Promise<{ looked: number; taken: DueDelivery[] }> {
  const due = await lockDue(trx, channel, now, most);
  const taken: DueDelivery[] = [];
  for (const delivery of due) {
    const until = silentUntil(delivery, new Date(delivery.asOf), timeZone);
    if (until) await postpone(trx, delivery.id, until);
    else taken.push(delivery);
  }
  await lease(
    trx,
    taken.map(({ id }) => id),
    leaseSeconds,
  );
  return { looked: due.length, taken };
}

/** What an account is told names only what it sees now. */
async function outcomeFor(delivery: DueDelivery, send: Sender['send']): Promise<Outcome> {
  const servers = serversToldTo(delivery);
  if (!servers)
    return { kind: 'unwanted', failure: 'It is none of the account’s business any more.' };
  if (wasInterruptedEachTime(delivery))
    return { kind: 'hopeless', failure: 'The portal was interrupted at this each time.' };
  try {
    return await send({ ...delivery, servers });
  } catch (error) {
    return outcomeOfError(error, []);
  }
}

async function record(
  db: Db,
  channel: SentHere,
  { id, asOf, attempts, refusals: before }: DueDelivery,
  outcome: Outcome,
): Promise<void> {
  const count = (name: string) => deliveriesEnded.inc({ channel, outcome: name });
  switch (outcome.kind) {
    case 'sent':
      await saveSent(db, id);
      return count('sent');
    case 'unwanted':
      await saveEnd(db, id, { state: 'dropped', failure: outcome.failure, refusals: before });
      return count('dropped');
    case 'hopeless':
      await saveEnd(db, id, { state: 'parked', failure: outcome.failure, refusals: before + 1 });
      return count('parked');
    default: {
      const { failure } = outcome;
      const refusals = before + (outcome.kind === 'refused' ? 1 : 0);
      if (refusals >= mostRefusals) {
        await saveEnd(db, id, { state: 'parked', failure, refusals });
        return count('parked');
      }
      const asked = outcome.kind === 'later' ? outcome.retryAfterMs : 0;
      const nextAt = new Date(Date.parse(asOf) + delayMs(attempts + 1, Math.random(), asked));
      await saveFailure(db, id, { failure, refusals, nextAt });
      return count('failed');
    }
  }
}
