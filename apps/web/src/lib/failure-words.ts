import { ErrorCode } from '@cmp/shared/errors';
import { i18next } from './i18n.ts';

/** Why something that ran by itself came to nothing: by its code, as a refusal would be worded. */
export function failureInWords({ code }: { code: string }): string {
  if (code === 'stopped') return i18next.t('jobs.nothingDone');
  const known = ErrorCode.safeParse(code);
  return known.success ? i18next.t(`errors.${known.data}`) : i18next.t('errors.internal');
}
