import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type LoaderFunctionArgs, useParams } from 'react-router';
import { ButtonLink } from '#components/button.tsx';
import { PageHeader } from '#components/page-header.tsx';
import { Panel } from '#components/panel.tsx';
import { SkeletonForm } from '#components/skeleton.tsx';
import { StatePage } from '#components/state-page.tsx';
import { serverIdIn } from '#features/servers/server-id.ts';
import { serverById } from '#features/servers/servers.queries.ts';
import { ImportPlan } from '#features/spreadsheets/import-plan.tsx';
import { ImportStart } from '#features/spreadsheets/import-start.tsx';
import { queryClient } from '#lib/query-client.ts';
import { useCan } from '#lib/session.ts';
import { siteQuery } from '#lib/site.ts';

export async function loader({ params }: LoaderFunctionArgs): Promise<null> {
  await Promise.all([
    queryClient.ensureQueryData(serverById(serverIdIn(params))),
    queryClient.ensureQueryData(siteQuery),
  ]);
  return null;
}

/** A file of users into one server: from the choice of the file, or from the plan that the address names. */
export function ImportPage() {
  const { t } = useTranslation();
  const can = useCan();
  const params = useParams();
  const { data: server } = useSuspenseQuery(serverById(serverIdIn(params)));
  const planId = Number(params.planId);

  if (!can('users:import', server.id)) {
    return (
      <StatePage
        title={t('sheets.notAllowedTitle')}
        text={t('sheets.notAllowed', { server: server.name })}
      >
        <ButtonLink tone="primary" to={`/servers/${server.id}`}>
          {t('sheets.toServer', { server: server.name })}
        </ButtonLink>
      </StatePage>
    );
  }
  return (
    <>
      <PageHeader title={t('sheets.title', { server: server.name })} />
      {params.planId === undefined ? (
        <ImportStart serverId={server.id} />
      ) : (
        <Panel key={planId} skeleton={<SkeletonForm fields={3} />}>
          <ImportPlan serverId={server.id} planId={planId} />
        </Panel>
      )}
    </>
  );
}

export { ImportPage as Component };
