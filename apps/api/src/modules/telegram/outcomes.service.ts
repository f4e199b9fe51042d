import type { MessageOutcome } from '@cmp/shared/bot';
import type { Db, Trx } from '#database/client.ts';
import { deliveriesEnded } from '#lib/metrics.ts';
import { saveSent } from '#modules/notifications/delivery-lease.service.ts';
import { delayMs, mostRefusals } from '#modules/notifications/retry.ts';
import { findBotState } from './bot.repository.ts';
import { markBlocked } from './chats.service.ts';
import { type Leased, listWaitingIn, lockLeased, saveEnd, saveLater } from './outbox.repository.ts';

/** While Telegram cannot be reached, nothing is said against a message: it is tried again soon. */
const outageDelayMs = 60_000;
const reachedMs = 60_000;

/** Keeps what became of messages that the bot had. */
export async function keepOutcomes(
  db: Db,
  outcomes: readonly MessageOutcome[],
  now: Date,
): Promise<void> {
  const isReached = await wasReached(db, now);
  for (const outcome of outcomes) await keepOutcome(db, outcome, isReached);
}

/** Whether Telegram answered the bot of late: then what failed is the message's fault. */
async function wasReached(db: Db, now: Date): Promise<boolean> {
  const { lastSuccess } = await findBotState(db);
  return lastSuccess !== null && Number(now) - Date.parse(lastSuccess) < reachedMs;
}

async function keepOutcome(db: Db, outcome: MessageOutcome, isReached: boolean): Promise<void> {
  const kept = await db.transaction().execute(async (trx) => {
    const message = await lockLeased(trx, outcome.id);
    return message && { message, ended: await record(trx, message, outcome, isReached) };
  });
  // Told too late, or told again.
  if (!kept) return;
  deliveriesEnded.inc({ channel: 'telegram', outcome: kept.ended });
  if (outcome.outcome === 'blocked' && kept.message.chatId !== null)
    await markBlocked(db, kept.message.chatId, true);
}

async function record(
  trx: Trx,
  { id, chatId, attempts, refusals }: Leased,
  { outcome, retryAfterSeconds, said = 'Telegram did not say why.' }: MessageOutcome,
  isReached: boolean,
): Promise<'sent' | 'failed' | 'parked'> {
  if (outcome === 'sent') {
    await saveSent(trx, id);
    return 'sent';
  }
  // Whoever asks for patience says nothing against the message, nor does whoever is not there.
  const isPatience = retryAfterSeconds !== undefined;
  const counted = refusals + (isReached && !isPatience ? 1 : 0);
  if (outcome !== 'failed' || counted >= mostRefusals) {
    const isBlocked = outcome === 'blocked' && chatId !== null;
    const others = isBlocked ? await listWaitingIn(trx, chatId) : [];
    await saveEnd(trx, [id, ...others], 'parked', said);
    return 'parked';
  }
  const delay = delayMs(attempts, Math.random(), (retryAfterSeconds ?? 0) * 1000);
  const isOutage = !isReached && !isPatience;
  await saveLater(trx, id, {
    failure: said,
    refusals: counted,
    delayMs: isOutage ? Math.min(delay, outageDelayMs) : delay,
  });
  return 'failed';
}
