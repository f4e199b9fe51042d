import {
  type NotificationChoices,
  NotificationEvent,
  type NotificationPreferences,
} from '@cmp/shared/notifications';
import { i18next } from '#lib/i18n.ts';
import { channelsInWords } from '#lib/notification-words.ts';

/** What of the preferences one chooses. */
export type PreferencesDraft = Pick<
  NotificationPreferences,
  'choices' | 'quietFrom' | 'quietUntil'
>;

/** What would be saved differs from what is: by the names of the fields, as both have them. */
export function differencesOf(
  theirs: PreferencesDraft,
  mine: PreferencesDraft,
  defaults: NotificationChoices,
): { field: string; theirs: string; mine: string }[] {
  const ofEvents = NotificationEvent.options.map((event) => ({
    field: i18next.t(`notifications.event.${event}`),
    theirs: channelsInWords({ ...defaults[event], ...theirs.choices[event] }),
    mine: channelsInWords({ ...defaults[event], ...mine.choices[event] }),
  }));
  const ofQuiet = {
    field: i18next.t('notifications.quiet'),
    theirs: quietInWords(theirs),
    mine: quietInWords(mine),
  };
  return [...ofEvents, ofQuiet].filter((one) => one.theirs !== one.mine);
}

function quietInWords({ quietFrom, quietUntil }: PreferencesDraft): string {
  if (quietFrom === null && quietUntil === null) return i18next.t('notifications.quietNone');
  return i18next.t('notifications.quietSpan', { from: quietFrom ?? '', until: quietUntil ?? '' });
}
