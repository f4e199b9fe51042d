import type { GeneralSettings } from '@cmp/shared/settings/general';
import type { Db } from '#database/client.ts';
import type { Resolve } from '#lib/outbound.ts';
import type { SettingsPlace } from '#modules/settings/settings.service.ts';
import type { DueDelivery } from './deliveries.repository.ts';
import type { Outcome } from './outcome.ts';

/** What sending needs of the place it is done from. */
export interface DeliveryPlace extends SettingsPlace {
  resolve?: Resolve | undefined;
}

export interface Sender {
  /** Sends one delivery, whose servers are those that its reader sees. */
  send: (delivery: DueDelivery) => Promise<Outcome>;
  /** Hears what came of it, once that is written down. */
  note?: (delivery: DueDelivery, outcome: Outcome) => Promise<void>;
}

/** Reads the settings that a channel sends by, for a handful of deliveries. */
export type OpenSender = (
  db: Db,
  place: DeliveryPlace,
  site: GeneralSettings,
  now: Date,
) => Promise<Sender>;

/** A receiver has so long. */
export const sendLimitMs = 10_000;
