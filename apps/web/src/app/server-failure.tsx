import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams, useRevalidator, useRouteError } from 'react-router';
import { Title } from '#components/title.tsx';
import { isRefusal } from '#lib/api-error.ts';
import { NotFoundPage } from './not-found-page.tsx';
import { RouteFailure } from './route-failure.tsx';

// The first load does without it: few addresses lead to what was deleted.
const DeletedNote = lazy(() => import('#components/deleted-note.tsx'));

/** A server's page that could not be shown: where it was deleted, that is what is said. */
export function ServerFailure() {
  const { t } = useTranslation();
  const { revalidate } = useRevalidator();
  const error = useRouteError();
  const serverId = Number(useParams().serverId);
  if (!isRefusal(error, 'not_found')) return <RouteFailure />;
  if (!Number.isSafeInteger(serverId)) return <NotFoundPage />;
  return (
    <div className="grid max-w-[52ch] gap-3 pt-[12vh] text-prose">
      <Title page={t('servers.gone')} />
      <h1 tabIndex={-1} className="text-title">
        {t('servers.gone')}
      </h1>
      <Suspense>
        <DeletedNote
          table="servers"
          rowId={serverId}
          otherwise={t('servers.goneText')}
          onRestored={() => void revalidate()}
        />
      </Suspense>
    </div>
  );
}
