import { WebhookBody } from '@cmp/shared/notifications';
import { NotificationSettings } from '@cmp/shared/settings/notifications';
import { readEffective } from '#modules/settings/settings.service.ts';
import { postWebhook, type WebhookTarget } from '#modules/targets/webhook.service.ts';
import type { DueDelivery } from './deliveries.repository.ts';
import { type Outcome, outcomeOfAnswer, outcomeOfError } from './outcome.ts';
import { openTarget } from './sealed-target.ts';
import { type OpenSender, sendLimitMs } from './sender.ts';
import { noteWebhookFailure, noteWebhookSuccess } from './webhook-health.service.ts';

/** Posts to the site's webhook, or to the one that it had before. */
export const openWebhook: OpenSender = async (db, place, { siteName }, now) => {
  const { values, secrets, version } = await readEffective(
    db,
    place,
    'notifications',
    NotificationSettings,
  );
  const { webhookEnabled, webhookUrl: url, allowPrivateAddresses } = values;
  const secret = secrets.webhookSecret;
  const current = webhookEnabled && url && secret && { url, secret, allowPrivateAddresses };

  return { send, note };

  async function send(delivery: DueDelivery): Promise<Outcome> {
    const { event, sealedTarget } = delivery;
    const before = sealedTarget === null ? undefined : openTarget(place.key, sealedTarget);
    if (before && before.kind !== 'webhook') throw new Error('The target is no webhook.');
    const target = before ?? current;
    if (!target) return { kind: 'unwanted', failure: 'The webhook is switched off.' };

    const deliveryId = String(delivery.id);
    const body = JSON.stringify(WebhookBody.parse({ ...delivery, id: deliveryId, site: siteName }));
    return post(target, { event, deliveryId, body });
  }

  async function note({ sealedTarget }: DueDelivery, outcome: Outcome): Promise<void> {
    if (sealedTarget !== null || !current) return;
    const tried = { key: place.key, version, url: current.url };
    if (outcome.kind === 'sent') await noteWebhookSuccess(db, tried);
    else if (outcome.kind !== 'unwanted') await noteWebhookFailure(db, tried, outcome.failure);
  }

  async function post(
    target: WebhookTarget,
    message: Parameters<typeof postWebhook>[1],
  ): Promise<Outcome> {
    const through = { signal: AbortSignal.timeout(sendLimitMs), resolve: place.resolve };
    try {
      return outcomeOfAnswer(
        await postWebhook(target, message, now, through),
        [target.secret],
        now,
      );
    } catch (error) {
      return outcomeOfError(error, [target.secret]);
    }
  }
};
