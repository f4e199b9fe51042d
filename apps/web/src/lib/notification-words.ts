import {
  audiences,
  type NotificationChoices,
  NotificationEvent,
  PersonalChannel,
} from '@cmp/shared/notifications';
import type { Role } from '@cmp/shared/permissions';
import type { Section } from '@cmp/shared/settings/sections';
import { i18next } from './i18n.ts';

/** What an account of this role can be told of at all. */
export function eventsOf(role: Role): NotificationEvent[] {
  return NotificationEvent.options.filter((event) => {
    const audience = audiences[event];
    return audience !== 'site' && (role === 'admin' || audience !== 'admins');
  });
}

/** "Panel, Telegram", or that there is none. */
export function channelsInWords(chosen: NotificationChoices[NotificationEvent] = {}): string {
  const ways = PersonalChannel.options.filter((channel) => chosen[channel]);
  if (ways.length === 0) return i18next.t('notifications.noChannel');
  return ways.map((channel) => i18next.t(`notifications.channel.${channel}`)).join(', ');
}

/** Each event that was chosen for, with its ways. */
export function choicesInWords(choices: NotificationChoices): string {
  return NotificationEvent.options
    .filter((event) => choices[event])
    .map(
      (event) => `${i18next.t(`notifications.event.${event}`)}: ${channelsInWords(choices[event])}`,
    )
    .join('; ');
}

/** A section of the settings by the name its page has. */
export const sectionName = {
  general: 'settings.general',
  database: 'settings.database',
  telegram: 'settings.telegram',
  'remote-server': 'settings.remoteServer',
  certificate: 'settings.certificate',
  mail: 'settings.mail',
  storage: 'settings.storage',
  notifications: 'settings.notifications',
} as const satisfies Record<Section, string>;
