import { daysBetween } from '@cmp/shared/calendar';
import type { User } from '@cmp/shared/users';
import { i18next } from '#lib/i18n.ts';
import { mediumDate, type SiteClock, weekdayDate } from '#lib/term.ts';

/** "Expires in 12 days, on Wed, 2 Dec 2026". */
export function sentenceOf(user: User, clock: SiteClock): string {
  if (user.expiresOn === null) {
    return i18next.t(user.enabled ? 'users.sentenceNever' : 'users.sentencePausedNever');
  }
  const date = weekdayDate(user.expiresOn);
  const days = daysBetween(clock.today, user.expiresOn);
  if (!user.enabled) return i18next.t('users.sentencePaused', { date });
  if (user.expiresOn === clock.today) return i18next.t('users.sentenceToday', { date });
  if (user.expiresOn < clock.today) return i18next.t('users.sentenceEnded', { count: -days, date });
  return i18next.t('users.sentenceActive', { count: days, date });
}

/** A user as a message to a customer would say it. */
export function userAsText(user: User): string {
  const { t } = i18next;
  const unlimited = t('users.unlimited');
  const lines = [
    [t('users.accountName'), user.accountName],
    [t('users.server'), user.serverName],
    [t('users.service'), user.service],
    [t('users.expiresOn'), user.expiresOn === null ? t('term.never') : mediumDate(user.expiresOn)],
    [t('users.devices'), user.totalDevices ?? unlimited],
    [t('users.dataLimit'), user.dataLimitGb ?? unlimited],
    [t('users.contact'), user.contact],
  ];
  return lines
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
