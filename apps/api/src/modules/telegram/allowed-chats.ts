import type { TelegramSettings } from '@cmp/shared/settings/telegram';

/** Where chats are named, the bot talks in those and the default one alone. */
export function isAllowedChat(
  { allowedChatIds, defaultChatId }: TelegramSettings,
  chatId: string,
): boolean {
  return allowedChatIds.length === 0 || [...allowedChatIds, defaultChatId].includes(chatId);
}
