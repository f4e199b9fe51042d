import { NotificationChoices } from '@cmp/shared/notifications';
import { i18next } from '#lib/i18n.ts';
import { choicesInWords } from '#lib/notification-words.ts';

/** A field's value, as two versions of it are told apart. */
export function inWords(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return i18next.t(value ? 'settings.on' : 'settings.off');
  const choices = NotificationChoices.safeParse(value);
  if (choices.success) return choicesInWords(choices.data);
  return Array.isArray(value) ? value.join(', ') : String(value);
}
