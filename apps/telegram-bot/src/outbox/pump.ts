import type { MessageOutcome, OutboxMessage } from '@cmp/shared/bot';
import { splitHtml } from '@cmp/shared/telegram-text';
import type { Logger } from 'pino';
import type { Api } from '#api.ts';
import { backoff, wait } from '#delays.ts';
import type { Health } from '#health.ts';
import type { Pace } from '#telegram/pace.ts';
import type { Answer, Failure, Telegram } from '#telegram/telegram.ts';

const AT_ONCE = 25;
const IDLE_MS = 1000;

export interface Pump {
  api: Api;
  telegram: Telegram;
  /** The bot that was here before: what is left for it to say. */
  openOther: (token: string) => Telegram;
  pace: Pace;
  health: Health;
  log: Logger;
}

/**
 * Sends what the API has to say until the signal ends it, and tells after each message what became of it. While
 * Telegram cannot be reached nothing is taken, so that an outage costs no message its tries.
 */
export async function pumpOutbox(pump: Pump, signal: AbortSignal): Promise<void> {
  const progress: Progress = new Map();
  const untold: MessageOutcome[] = [];
  let nextDelayMs = backoff();

  const exchange = async (limit: number) => {
    const told = untold.slice(0, 100);
    const messages = await pump.api.takeOutbox(told, limit);
    untold.splice(0, told.length);
    return messages;
  };
  const tell = () =>
    exchange(0).catch((error) => pump.log.warn({ reason: String(error) }, 'outcome not yet told'));

  while (!signal.aborted) {
    await wait(pump.pace.pausedMs(), signal);
    const messages = await exchange(AT_ONCE).catch(async (error: unknown) => {
      pump.log.warn({ reason: String(error) }, 'the API gave no messages');
      await wait(nextDelayMs(), signal);
    });
    if (!messages) continue;
    nextDelayMs = backoff();
    const failures = await Promise.all(
      messages.map(async (message) => {
        const answer = await deliver(pump, message, progress, signal);
        if (!answer) return undefined;
        untold.push(outcomeOf(message, answer));
        await tell();
        return answer.ok ? undefined : answer.failure;
      }),
    );
    if (failures.some((failure) => failure && isOfTelegram(failure)))
      await untilReachable(pump, signal);
    if (messages.length === 0) await wait(IDLE_MS, signal);
  }
  if (untold.length > 0) await tell();
}

/** How many parts of a message have gone: a next try goes on from there. */
type Progress = Map<number, number>;

/** Gives nothing where the end came before the message's turn: it is somebody else's then. */
async function deliver(
  pump: Pump,
  { id, html, chatId, token, fileName }: OutboxMessage,
  progress: Progress,
  signal: AbortSignal,
): Promise<Answer<unknown> | undefined> {
  const telegram = token === null ? pump.telegram : pump.openOther(token);
  const pieces = [
    ...splitHtml(html).map((part) => () => telegram.sendMessage(chatId, { html: part })),
    ...(fileName === null
      ? []
      : [async () => telegram.sendDocument(chatId, await pump.api.getFile(id), fileName)]),
  ];
  const sent = progress.get(id) ?? 0;
  try {
    for (const [index, send] of pieces.entries()) {
      if (index < sent) continue;
      const answer = await pump.pace.inTurn(chatId, signal, async () => {
        const given = await pump.health.note('sending', send(), signal);
        if (!given.ok) heed(pump.pace, given.failure);
        return given;
      });
      if (!answer.ok) return answer;
      progress.set(id, index + 1);
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    if (pump.pace.pausedMs() > 0) return later(pump.pace.pausedMs());
    return { ok: false, failure: { code: 'answer_unknown', said: String(error) } };
  }
  progress.delete(id);
  pump.health.delivered();
  return { ok: true, result: undefined };
}

/** Whether every other message would fare the same. */
function isOfTelegram({ code }: Failure): boolean {
  return code !== 'refused' && code !== 'blocked' && code !== 'rate_limited';
}

function later(pausedMs: number): Answer<never> {
  const retryAfterSeconds = Math.ceil(pausedMs / 1000);
  const said = `Telegram asks to be left alone for ${retryAfterSeconds} s.`;
  return { ok: false, failure: { code: 'rate_limited', said, retryAfterSeconds } };
}

/** Telegram asks for quiet as a whole; which chat it was for, it does not say. */
function heed(pace: Pace, { code, retryAfterSeconds }: Failure): void {
  if (code === 'rate_limited') pace.pause(retryAfterSeconds ?? 1);
}

function outcomeOf({ id }: OutboxMessage, answer: Answer<unknown>): MessageOutcome {
  if (answer.ok) return { id, outcome: 'sent' };
  const { code, said, retryAfterSeconds } = answer.failure;
  const outcome = code === 'refused' || code === 'blocked' ? code : 'failed';
  return {
    ...{ id, outcome, said },
    ...(retryAfterSeconds && { retryAfterSeconds: Math.min(retryAfterSeconds, 86_400) }),
  };
}

async function untilReachable({ telegram, health }: Pump, signal: AbortSignal): Promise<void> {
  const nextDelayMs = backoff();
  while (await wait(nextDelayMs(), signal)) {
    const { ok } = await health.note('sending', telegram.getMe(), signal);
    if (ok) return;
  }
}
