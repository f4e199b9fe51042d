import { NotificationChoices, PersonalChannel } from '@cmp/shared/notifications';
import { useTranslation } from 'react-i18next';
import * as z from 'zod';
import { isKey } from '#lib/is-key.ts';
import { channelsInWords, choicesInWords } from '#lib/notification-words.ts';
import { momentInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { en } from '#locales/en.ts';
import { isSecret } from './entry-diff.ts';

/** The words for what the log names by its own names. */
export interface ChangeWords {
  fieldName: (field: string) => string;
  value: (field: string, value: unknown) => string;
  via: (via: string) => string;
  actionName: (action: string) => string;
}

export function useChangeWords(): ChangeWords {
  const { t } = useTranslation();
  const zone = useSiteZone();

  function fieldName(field: string): string {
    if (isKey(en.audit.field, field)) return t(`audit.field.${field}`);
    if (isKey(en.telegram.labels, field)) return t(`telegram.labels.${field}`);
    if (isKey(en.notifications.labels, field)) return t(`notifications.labels.${field}`);
    return isKey(en.notifications.event, field) ? t(`notifications.event.${field}`) : field;
  }

  function value(field: string, told: unknown): string {
    if (told === null || told === undefined || told === '') return t(absentWord(field));
    if (isSecret(field)) return t('audit.secret');
    if (told === true) return t('audit.yes');
    if (told === false) return t('audit.no');
    if (field === 'choices' || field === 'defaults') return choicesOf(told);
    if (typeof told === 'object' && isKey(en.notifications.event, field)) return channelsOf(told);
    if (typeof told === 'object') return JSON.stringify(told);
    return isMoment(field, told) ? momentInWords(told, zone) : String(told);
  }

  return {
    fieldName,
    value,
    actionName: (action) =>
      isKey(en.audit.actionName, action) ? t(`audit.actionName.${action}`) : action,
    via: (via) => (isVia(via) ? t(`audit.via.${via}`) : t('audit.via.other', { via })),
  };
}

const choicesOf = (told: unknown) => choicesInWords(NotificationChoices.safeParse(told).data ?? {});
const channelsOf = (told: unknown) => channelsInWords(Ways.safeParse(told).data);
const Ways = z.partialRecord(PersonalChannel, z.boolean());

const isMoment = (field: string, told: unknown): told is string =>
  /(At|Until)$/.test(field) && typeof told === 'string' && !Number.isNaN(Date.parse(told));

/** What nothing means, by the field that holds it. */
function absentWord(field: string) {
  if (field === 'expiresOn') return 'audit.never';
  return field === 'dataLimitGb' || field === 'totalDevices' ? 'audit.unlimited' : 'audit.nothing';
}

const isVia = (via: string): via is keyof typeof en.audit.via => isKey(en.audit.via, via);
