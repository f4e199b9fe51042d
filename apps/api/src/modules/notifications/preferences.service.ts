import {
  type NotificationChoices,
  NotificationEvent,
  type NotificationPreferences,
  PersonalChannel,
  type PreferencesChange,
  shippedChoices,
} from '@cmp/shared/notifications';
import { NotificationSettings } from '@cmp/shared/settings/notifications';
import type { Db } from '#database/client.ts';
import { staleVersion } from '#lib/errors.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { type Actor, accountIdOf } from '#plugins/access.ts';
import { findPreferences, lockPreferences, savePreferences } from './preferences.repository.ts';

/** What the actor hears of: what was chosen, and what holds where nothing was. */
export async function readPreferences(db: Db, actor: Actor): Promise<NotificationPreferences> {
  const { site, hasChat, hasMail, ...chosen } = await findPreferences(db, accountIdOf(actor));
  const { defaults } = NotificationSettings.parse(site);
  const isOpen = { panel: true, telegram: hasChat, mail: hasMail };
  return {
    ...chosen,
    defaults: everyChoice(defaults),
    open: PersonalChannel.options.filter((channel) => isOpen[channel]),
  };
}

/** Replaces the actor's choices. */
export function changePreferences(
  db: Db,
  actor: Actor,
  { version, ...chosen }: PreferencesChange,
): Promise<NotificationPreferences> {
  return inChange(db, actor, 'notifications:update', null, async (trx) => {
    await lockPreferences(trx, accountIdOf(actor));
    const current = await readPreferences(trx, actor);
    if (current.version !== version) throw staleVersion(current);
    await savePreferences(trx, accountIdOf(actor), { ...chosen, version: version + 1 });
    return readPreferences(trx, actor);
  });
}

/** What the site says, over what is shipped. */
function everyChoice(site: NotificationChoices): NotificationChoices {
  return Object.fromEntries(
    NotificationEvent.options.map((event) => [event, { ...shippedChoices[event], ...site[event] }]),
  );
}
