import * as z from 'zod';
import { i18next } from './i18n.ts';

/** Words every refusal of a shared schema for the person typing, not for the programmer. */
export function wordValidation(): void {
  z.config({ customError: (issue) => wordIssue(issue) });
}

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

function wordIssue(issue: RawIssue): string {
  switch (issue.code) {
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum));
    case 'too_big':
      return i18next.t(
        issue.origin === 'string' ? 'validation.atMost' : 'validation.numberAtMost',
        {
          count: Number(issue.maximum),
        },
      );
    case 'invalid_format':
      return invalidFormat(issue);
    case 'invalid_type':
      if (issue.expected === 'number' || issue.expected === 'int') {
        return i18next.t('validation.number');
      }
      return i18next.t('validation.required');
    case 'invalid_value':
      return i18next.t('validation.choose');
    default:
      return i18next.t('validation.notAccepted');
  }
}

function tooSmall(origin: string, minimum: number): string {
  if (origin !== 'string') return i18next.t('validation.numberAtLeast', { count: minimum });
  if (minimum <= 1) return i18next.t('validation.required');
  return i18next.t('validation.atLeast', { count: minimum });
}

/** `text()` refuses what is empty by its pattern alone. */
function invalidFormat(issue: RawIssue & { format?: string }): string {
  if (issue.input === '') return i18next.t('validation.required');
  if (issue.format === 'email') return i18next.t('validation.email');
  return i18next.t('validation.plainText');
}
