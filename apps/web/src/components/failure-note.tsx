import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { ApiError } from '#lib/api-error.ts';
import { copyText } from '#lib/clipboard.ts';
import { explain } from '#lib/explain.ts';
import { Button } from './button.tsx';

/** Why a part of the page is missing, and what can be done about it. */
export function FailureNote({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useTranslation();
  const requestId = error instanceof ApiError ? error.requestId : '';
  const details = [location.href, error.message, requestId].filter(Boolean).join('\n');

  async function copyDetails() {
    const copied = await copyText(details);
    toast(copied ? t('states.detailsCopied') : t('states.copyFailed'));
  }

  return (
    <div role="alert" className="grid gap-3 rounded-panel border border-line bg-surface p-5">
      <div className="grid gap-0.5">
        <p className="font-semibold">{t('states.panelFailed')}</p>
        <p className="max-w-[64ch] text-ink-2">{explain(error)}</p>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button onClick={onRetry}>{t('states.retry')}</Button>
        <Button tone="quiet" onClick={() => void copyDetails()}>
          {t('states.copyDetails')}
        </Button>
        {requestId ? (
          <span className="font-mono text-[0.75rem] text-ink-3">
            {t('states.requestId', { id: requestId })}
          </span>
        ) : null}
      </div>
    </div>
  );
}
