import { createHmac } from 'node:crypto';
import type { WebhookPing } from '@cmp/shared/notifications';
import { type Received, sendHttp } from '#lib/outbound-http.ts';
import { TargetError } from '#lib/target-error.ts';
import type { Through } from './sftp.service.ts';

/** Where a webhook goes, and what proves to the receiver that it is ours. */
export interface WebhookTarget {
  url: string;
  secret: string;
  allowPrivateAddresses: boolean;
}

export interface WebhookMessage {
  event: string;
  /** The same when it is sent again: what a receiver knows a repeat by. */
  deliveryId: string;
  body: string;
}

/** Posts a signed body. Gives what was answered, whatever it is. */
export function postWebhook(
  { url, secret, allowPrivateAddresses }: WebhookTarget,
  { event, deliveryId, body }: WebhookMessage,
  now: Date,
  { signal, resolve }: Through,
): Promise<Received> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'cmp-webhook',
    'x-cmp-event': event,
    'x-cmp-delivery': deliveryId,
    'x-cmp-signature': signatureOf(body, secret, now),
  };
  const reach = { allowPrivate: allowPrivateAddresses, signal, ...(resolve && { resolve }) };
  return sendHttp(new URL(url), { method: 'POST', headers, body }, reach);
}

/** Posts a `ping`, which tells of nothing. */
export async function pingWebhook(
  target: WebhookTarget,
  site: string,
  now: Date,
  through: Through,
): Promise<{ status: number }> {
  const id = `ping-${now.getTime()}`;
  const nothing = { changeId: null, actorName: null, facts: {}, servers: [] };
  const ping: WebhookPing = { id, site, event: 'ping', at: now.toISOString(), ...nothing };
  const message = { event: 'ping', deliveryId: id, body: JSON.stringify(ping) };
  const { status, body: said } = await postWebhook(target, message, now, through);
  if (status >= 300 && status < 400)
    throw new TargetError('redirected', 'It answers elsewhere, and is not followed there.');
  if (status < 200 || status >= 400)
    throw new TargetError('answer_unknown', `The receiver answered ${status}.`, {
      said: `HTTP ${status}${said && `: ${said}`}`,
    });
  return { status };
}

/** The time is signed too, so that a receiver can refuse what somebody kept and sends again. */
function signatureOf(body: string, secret: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
