import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRevalidator, useRouteError } from 'react-router';
import { toast } from 'sonner';
import { Button } from '#components/button.tsx';
import { StatePage } from '#components/state-page.tsx';
import { ApiError, isRefusal, Unreachable } from '#lib/api-error.ts';
import { copyText } from '#lib/clipboard.ts';
import { connection } from '#lib/connection.ts';
import { explain } from '#lib/explain.ts';
import { ForbiddenPage } from './forbidden-page.tsx';
import { NotFoundPage } from './not-found-page.tsx';

/** A page that could not be shown; the shell around it stays usable. */
export function RouteFailure() {
  const { t } = useTranslation();
  const { revalidate, state } = useRevalidator();
  const error = useRouteError();
  // A page never visited before is fetched as it is gone to, which fails while the portal is out of reach.
  const [isOutOfReach] = useState(() => !connection.get().online);
  if (isRefusal(error, 'forbidden')) return <ForbiddenPage />;
  if (isRefusal(error, 'not_found') || isRefusal(error, 'invalid_request')) return <NotFoundPage />;

  const refusal = error instanceof ApiError || error instanceof Unreachable ? error : undefined;
  const explained = refusal ?? (isOutOfReach ? new Unreachable(String(error)) : undefined);
  const details = [location.href, String(error), error instanceof ApiError ? error.requestId : ''];

  async function copyDetails() {
    const copied = await copyText(details.filter(Boolean).join('\n'));
    toast(copied ? t('states.detailsCopied') : t('states.copyFailed'));
  }

  return (
    <StatePage
      title={t(explained ? 'states.panelFailed' : 'states.crashTitle')}
      text={explained ? explain(explained) : t('states.crashText')}
    >
      <Button
        tone="primary"
        disabled={state === 'loading'}
        onClick={() => (refusal ? void revalidate() : location.reload())}
      >
        {t(explained ? 'states.retry' : 'states.reload')}
      </Button>
      <Button tone="quiet" onClick={() => void copyDetails()}>
        {t('states.copyDetails')}
      </Button>
    </StatePage>
  );
}

/** The same where not even the shell could be shown. */
export function RootFailure() {
  return (
    <main id="content" tabIndex={-1} className="px-gutter">
      <RouteFailure />
    </main>
  );
}
