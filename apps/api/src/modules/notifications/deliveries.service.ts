import type { DeliveryList, DeliveryQuery } from '@cmp/shared/notifications';
import { NotificationSettings } from '@cmp/shared/settings/notifications';
import type { Db } from '#database/client.ts';
import { AppError, notFound } from '#lib/errors.ts';
import { once } from '#modules/changes/changes.service.ts';
import { readEffective, type SettingsPlace } from '#modules/settings/settings.service.ts';
import type { Actor } from '#plugins/access.ts';
import { findDelivery, listDeliveries, reviveDelivery } from './deliveries.repository.ts';
import { findTarget } from './sealed-target.ts';

/** What came of telling people and sites, newest first. */
export async function readDeliveries(
  db: Db,
  place: SettingsPlace,
  query: DeliveryQuery,
): Promise<DeliveryList> {
  const rows = await listDeliveries(db, { ...query, limit: query.limit + 1 });
  const { values } = await readEffective(db, place, 'notifications', NotificationSettings);
  const webhookHost = values.webhookUrl ? new URL(values.webhookUrl).host : '';
  const items = rows.slice(0, query.limit).map(({ sealedTarget, ...delivery }) => {
    if (delivery.channel !== 'webhook') return delivery;
    return { ...delivery, to: sealedTarget ? hostOf(place.key, sealedTarget) : webhookHost };
  });
  const last = items.at(-1);
  return {
    items,
    total: items.length,
    ...(rows.length > query.limit && last && { nextCursor: String(last.id) }),
  };
}

/** Sends once more what was sent, given up on or dropped: as if it were new. */
export async function resendDelivery(db: Db, actor: Actor, id: number): Promise<void> {
  await once(db, actor, async (trx) => {
    if (await reviveDelivery(trx, id)) return;
    const delivery = await findDelivery(trx, id);
    if (!delivery) throw notFound();
    throw new AppError(
      'rule_broken',
      delivery.channel === 'panel'
        ? 'News in the panel is there, and is not sent.'
        : 'This delivery waits to be sent already.',
    );
  });
}

function hostOf(key: Buffer, box: string): string {
  const target = findTarget(key, box);
  return target?.kind === 'webhook' ? new URL(target.url).host : '';
}
