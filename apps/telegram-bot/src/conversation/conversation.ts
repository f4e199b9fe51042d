import type { ErrorCode } from '@cmp/shared/errors';
import { splitHtml } from '@cmp/shared/telegram-text';
import type { Logger } from 'pino';
import { type Api, ApiRefused } from '#api.ts';
import type { Health } from '#health.ts';
import type { Words } from '#locales/words.ts';
import type { Pace } from '#telegram/pace.ts';
import type { Message, Telegram } from '#telegram/telegram.ts';
import { chatOf, personOf, type Update } from '#telegram/updates.ts';
import { type Request, requestOf } from './requests.ts';
import type { Site } from './site.ts';
import { helpView, viewOf } from './views.ts';

export interface Conversation {
  api: Api;
  telegram: Telegram;
  pace: Pace;
  health: Health;
  log: Logger;
  /** The site as the settings have it at the moment. */
  site: () => Site;
}

/** Answers what somebody wrote or tapped. Never throws: one update that fails must not hold up the next. */
export async function converse(
  conversation: Conversation,
  update: Update,
  signal: AbortSignal,
): Promise<void> {
  try {
    const request = requestOf(update);
    if (!request) return;
    const reply = await answer(conversation.api, conversation.site(), update, request);
    if (!reply) return;
    await ('callback_query' in update
      ? showInPlace(conversation, update, reply, signal)
      : send(conversation, update, reply.message, signal));
  } catch (error) {
    if (signal.aborted) return;
    conversation.log.error({ reason: String(error) }, 'an update was not answered');
  }
}

/** A sentence is all there is to say; a view takes the place of what was there. */
type Reply = { kind: 'sentence' | 'view'; message: Message };

/** Gives nothing for an update that was answered before. */
async function answer(
  api: Api,
  site: Site,
  update: Update,
  { act, show }: Request,
): Promise<Reply | undefined> {
  const { words } = site;
  const { id, first_name, last_name } = personOf(update);
  try {
    const answered = await api.act({
      updateId: update.update_id,
      chatId: String(chatOf(update).id),
      telegramUserId: String(id),
      name: [...[first_name, last_name].filter(Boolean).join(' ')].slice(0, 60).join(''),
      act,
    });
    if (show === 'help') return { kind: 'view', message: helpView(site) };
    if (show === 'how-to-find') return { kind: 'sentence', message: { html: words.howToFind } };
    if (show === 'unknown') return { kind: 'sentence', message: { html: words.unknown } };
    return { kind: 'view', message: viewOf(site, answered) };
  } catch (error) {
    if (!(error instanceof ApiRefused)) throw error;
    if (error.code === 'update_repeated') return undefined;
    return { kind: 'sentence', message: { html: refusalIn(words, error.code) } };
  }
}

function refusalIn(words: Words, code: ErrorCode): string {
  const said: Partial<Record<ErrorCode, string>> = words.refusals;
  return said[code] ?? words.refusedOtherwise;
}

async function send(
  { telegram, pace, health }: Conversation,
  update: Update,
  message: Message,
  signal: AbortSignal,
): Promise<void> {
  const chatId = String(chatOf(update).id);
  const parts = splitHtml(message.html);
  for (const [index, html] of parts.entries()) {
    const part = index === parts.length - 1 ? { ...message, html } : { html };
    const { ok } = await pace.inTurn(chatId, signal, () =>
      health.note('sending', telegram.sendMessage(chatId, part), signal),
    );
    if (!ok) return;
    health.delivered();
  }
}

/** What was tapped alters where it stands, so that a chat is no heap of old lists. */
async function showInPlace(
  conversation: Conversation,
  update: Extract<Update, { callback_query: object }>,
  reply: Reply,
  signal: AbortSignal,
): Promise<void> {
  const { telegram, health } = conversation;
  const { id, message } = update.callback_query;
  if (reply.kind === 'sentence') {
    await health.note('sending', telegram.answerTap(id, reply.message.html), signal);
    return;
  }
  const [edited] = await Promise.all([
    telegram.editMessage(String(message.chat.id), message.message_id, firstOf(reply.message)),
    health.note('sending', telegram.answerTap(id), signal),
  ]);
  if (edited.ok || /not modified/i.test(edited.failure.said)) return;
  // Too old to be altered, or taken away: it is said anew.
  if (edited.failure.code === 'refused') await send(conversation, update, reply.message, signal);
}

/** One message cannot become two; what is edited is a list or a card, and short. */
function firstOf(message: Message): Message {
  return { ...message, html: splitHtml(message.html)[0] ?? message.html };
}
