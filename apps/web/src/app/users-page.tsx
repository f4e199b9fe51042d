import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '#components/page-header.tsx';
import { UsersWorkspace } from '#features/users/users-workspace.tsx';
import { queryClient } from '#lib/query-client.ts';
import { serverList } from '#lib/server-list.ts';
import { siteQuery } from '#lib/site.ts';

export async function loader(): Promise<null> {
  void queryClient.prefetchQuery(serverList);
  await queryClient.ensureQueryData(siteQuery);
  return null;
}

/** Everybody on every server in sight. */
export function UsersPage() {
  const { t } = useTranslation();
  const { data: servers } = useQuery(serverList);
  return (
    <>
      <PageHeader title={t('users.title')} lead={t('users.lead')} />
      <UsersWorkspace
        emptyHint={
          servers ? (
            <p className="text-ink-2">{t('users.emptySeen', { count: servers.total })}</p>
          ) : null
        }
      />
    </>
  );
}

export { UsersPage as Component };
