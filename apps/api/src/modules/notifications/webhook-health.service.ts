import { sections } from '@cmp/shared/settings/sections';
import type { Db } from '#database/client.ts';
import { AppError } from '#lib/errors.ts';
import { changeSection } from '#modules/settings/settings.service.ts';
import { systemActor } from '#plugins/access.ts';
import { clearFailures, countFailure } from './webhook-state.repository.ts';

interface Tried {
  key: Buffer;
  /** Of the settings that the webhook was sent by. */
  version: number;
  url: string;
}

const mostFailures = 20;

export function noteWebhookSuccess(db: Db, { version }: Tried): Promise<void> {
  return clearFailures(db, version);
}

/** Counts a failure. A receiver that took nothing for an hour and many tries is not sent to any more, and admins hear of it. */
export async function noteWebhookFailure(
  db: Db,
  { key, version, url }: Tried,
  failure: string,
): Promise<void> {
  const { failures, isLong } = await countFailure(db, version);
  if (failures < mostFailures || !isLong) return;
  const change = { version, values: { webhookEnabled: false } };
  const facts = { host: new URL(url).host, failures, failure };
  const said = {
    reason: 'The webhook took nothing for too long.',
    tells: { event: 'webhook_off', facts },
  } as const;
  try {
    await changeSection(
      db,
      systemActor('system'),
      key,
      'notifications',
      sections.notifications,
      change,
      {},
      said,
    );
  } catch (error) {
    // Somebody altered the settings just now: they are another webhook's.
    if (!(error instanceof AppError && error.code === 'stale_version')) throw error;
  }
}
