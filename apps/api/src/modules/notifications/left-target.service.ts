import { MailSettings } from '@cmp/shared/settings/mail';
import { NotificationSettings } from '@cmp/shared/settings/notifications';
import { TelegramSettings } from '@cmp/shared/settings/telegram';
import type { Trx } from '#database/client.ts';
import { insertNotices } from './events.repository.ts';
import { tell } from './events.service.ts';
import { type SealedTarget, sealTarget } from './sealed-target.ts';

/** A section as it was, its secrets opened. */
interface Left {
  fields: Record<string, unknown>;
  secrets: Record<string, string | undefined>;
}

/**
 * Tells all admins that data goes elsewhere from now on, and besides them the target that was left: whoever took over
 * an account can silence everything that it leads, but not what was told before it could.
 */
export async function tellLeftTarget(
  trx: Trx,
  key: Buffer,
  { username }: { username: string },
  moved: { section: string; fields: string[] },
  left: Left,
): Promise<void> {
  const eventId = await tell(trx, { event: 'target_moved', actorName: username, facts: moved });
  const target = targetOf[moved.section]?.(left);
  if (eventId === undefined || !target) return;
  const chatId = target.kind === 'telegram' ? target.chatId : null;
  await insertNotices(trx, eventId, target.kind, chatId, sealTarget(key, target));
}

/** Where there is somebody to be told; a server of files has no ear. */
const targetOf: Record<string, (left: Left) => SealedTarget | undefined> = {
  telegram: ({ fields, secrets: { token } }) => {
    const { enabled, defaultChatId } = TelegramSettings.parse(fields);
    if (!enabled || !defaultChatId || !token) return undefined;
    return { kind: 'telegram', token, chatId: defaultChatId };
  },
  mail: ({ fields, secrets: { password } }) => {
    const settings = MailSettings.parse(fields);
    if (!settings.enabled || !settings.host) return undefined;
    return { kind: 'mail', settings, ...(password && { password }) };
  },
  notifications: ({ fields, secrets: { webhookSecret: secret } }) => {
    const { webhookEnabled, webhookUrl, allowPrivateAddresses } =
      NotificationSettings.parse(fields);
    if (!webhookEnabled || !webhookUrl || !secret) return undefined;
    return { kind: 'webhook', url: webhookUrl, secret, allowPrivateAddresses };
  },
};
