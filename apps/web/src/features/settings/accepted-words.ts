import type { FieldError } from 'react-hook-form';
import { i18next } from '#lib/i18n.ts';
import { en } from '#locales/en.ts';

const wordless = ['invalid_format', 'custom', 'refused'];

/** A fault of a field's form, told as what the field does accept. */
export function inAcceptedWords(
  field: string,
  { type, message }: FieldError,
  value: unknown,
): string | undefined {
  if (value === '' || !wordless.includes(type) || !isWorded(field)) return message;
  return i18next.t(`settings.accepts.${field}`);
}

const isWorded = (field: string): field is keyof typeof en.settings.accepts =>
  field in en.settings.accepts;
