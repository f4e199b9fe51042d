import { TargetFailure } from '@cmp/shared/settings/tests';
import { useTranslation } from 'react-i18next';
import * as z from 'zod';
import { Notice } from '#components/notice.tsx';
import { ApiError } from '#lib/api-error.ts';
import { explain } from '#lib/explain.ts';
import { i18next } from '#lib/i18n.ts';
import { tookInWords } from './test-words.ts';

interface TestFailureProps {
  error: Error;
  labels: Readonly<Record<string, string>>;
}

/** Why a test came to nothing, and what to mend. */
export function TestFailure({ error, labels }: TestFailureProps) {
  const { t } = useTranslation();
  const failure = failureIn(error);
  if (!failure) return <Notice tone="danger">{missingIn(error, labels) ?? explain(error)}</Notice>;
  const { reason, said, address, tookMs } = failure;
  return (
    <Notice tone="danger" title={t(`settings.failure.${reason}`)}>
      <p>{t(`settings.mend.${reason}`)}</p>
      {said === null ? null : (
        <p className="mt-1.5 wrap-anywhere">{t('settings.said', { said })}</p>
      )}
      <p className="tnum mt-1.5 text-label font-normal">
        {address === null
          ? t('settings.failedAfter', { took: tookInWords(tookMs) })
          : t('settings.failedAt', { took: tookInWords(tookMs), address })}
      </p>
    </Notice>
  );
}

/** What the other side did, where the refusal is about the other side. */
export function failureIn(error: Error | null): TargetFailure | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return TargetFailure.safeParse(error.details).data;
}

/** "Fill in Host first." */
function missingIn(error: Error, labels: Readonly<Record<string, string>>): string | undefined {
  if (!(error instanceof ApiError) || error.code !== 'target_unset') return undefined;
  const { data: missing } = z.array(z.string()).safeParse(error.details.missing);
  if (!missing) return undefined;
  const fields = missing.map((name) => labels[name] ?? name).join(i18next.t('settings.or'));
  return i18next.t('settings.fillIn', { fields });
}
