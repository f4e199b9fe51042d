import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type LoaderFunctionArgs, Outlet, useParams } from 'react-router';
import { PageHeader } from '#components/page-header.tsx';
import { TabLinks } from '#components/tab-links.tsx';
import { queryClient } from '#lib/query-client.ts';
import { accountIdIn } from './account-id.ts';
import { AccountStatus } from './account-status.tsx';
import { accountById } from './accounts.queries.ts';

/** Waited for, so that an account that does not exist is a page that does not exist. */
export function loader({ params }: LoaderFunctionArgs) {
  return queryClient.ensureQueryData(accountById(accountIdIn(params)));
}

export function AccountLayout() {
  const { t } = useTranslation();
  const accountId = accountIdIn(useParams());
  const { data: account } = useSuspenseQuery(accountById(accountId));
  return (
    <>
      <PageHeader
        translate="no"
        title={account.displayName}
        lead={
          <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span translate="no" className="font-mono text-[0.8125rem]">
              {account.username}
            </span>
            <AccountStatus account={account} />
          </span>
        }
      />
      <TabLinks
        label={t('accounts.tabs')}
        tabs={[
          { to: `/accounts/${accountId}`, text: t('accounts.tabDetails') },
          { to: `/accounts/${accountId}/access`, text: t('accounts.tabAccess') },
          { to: `/accounts/${accountId}/sessions`, text: t('accounts.tabSessions') },
        ]}
      />
      <Outlet />
    </>
  );
}

export { AccountLayout as Component };
