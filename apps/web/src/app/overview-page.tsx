import { roleCan } from '@cmp/shared/permissions';
import { useSuspenseQueries, useSuspenseQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Ago } from '#components/ago.tsx';
import { PageHeader } from '#components/page-header.tsx';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { useDeviceName } from '#components/session-table.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { accountList, allSessions } from '#features/accounts/accounts.queries.ts';
import { generalSettings } from '#features/settings/settings.queries.ts';
import { queryClient } from '#lib/query-client.ts';
import { serverList } from '#lib/server-list.ts';
import { sessionQuery, useMay, useSession } from '#lib/session.ts';
import { useNow } from '#lib/use-now.ts';
import { OverviewServers } from './overview-servers.tsx';
import { OverviewSystem } from './overview-system.tsx';
import { StartHere } from './start-here.tsx';

export function loader(): null {
  void queryClient.prefetchQuery(serverList);
  const role = queryClient.getQueryData(sessionQuery.queryKey)?.account.role;
  if (!role || !roleCan(role, 'accounts:list')) return null;
  void queryClient.prefetchQuery(accountList);
  void queryClient.prefetchQuery(allSessions);
  void queryClient.prefetchQuery(generalSettings);
  return null;
}

export function OverviewPage() {
  const { t } = useTranslation();
  const { account } = useSession();
  const may = useMay();
  const now = useNow();
  const name = account.displayName.split(' ')[0] ?? account.displayName;
  const forAdmins = may('accounts:list');

  return (
    <>
      <PageHeader
        title={t(`overview.${partOfDay(now)}`, { name })}
        tabTitle={t('overview.title')}
        actions={
          forAdmins ? (
            <Panel skeleton={<div className="h-11" />}>
              <Numbers />
            </Panel>
          ) : null
        }
      />
      <div className="grid items-start gap-x-12 gap-y-10 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid gap-10">
          <Panel skeleton={<SkeletonRows columns={['w-32', 'w-28', 'w-20']} />}>
            {forAdmins ? <Start /> : null}
            <Section title={t('overview.servers')}>
              <OverviewServers />
            </Section>
          </Panel>
        </div>
        <div className="grid min-w-0 gap-10">
          {forAdmins ? (
            <Section title={t('overview.sessions')}>
              <Panel skeleton={<SkeletonRows rows={3} columns={['w-24', 'w-16']} />}>
                <SignedInNow />
              </Panel>
            </Section>
          ) : null}
          <Section title={t('overview.system')}>
            <OverviewSystem />
          </Section>
        </div>
      </div>
    </>
  );
}

function partOfDay(now: Date): 'morning' | 'afternoon' | 'evening' {
  const hour = now.getHours();
  if (hour >= 5 && hour < 12) return 'morning';
  return hour >= 12 && hour < 18 ? 'afternoon' : 'evening';
}

function Numbers() {
  const { t } = useTranslation();
  const [servers, accounts, sessions] = useSuspenseQueries({
    queries: [serverList, accountList, allSessions],
  });
  return (
    <dl className="flex gap-8">
      <Kpi
        count={servers.data.total}
        word={t('overview.kpiServers', { count: servers.data.total })}
      />
      <Kpi
        to="/accounts"
        count={accounts.data.total}
        word={t('overview.kpiAccounts', { count: accounts.data.total })}
      />
      <Kpi
        count={sessions.data.total}
        word={t('overview.kpiSessions', { count: sessions.data.total })}
      />
    </dl>
  );
}

function Kpi({ count, word, to }: { count: number; word: string; to?: string }) {
  const number: ReactNode = count.toLocaleString('en');
  return (
    <div className="flex flex-col-reverse text-right touch:text-left">
      <dt className="text-ink-2 text-label font-normal">{word}</dt>
      <dd className="tnum text-kpi">
        {to ? (
          <Link to={to} className="hover:text-accent-ink hover:underline">
            {number}
          </Link>
        ) : (
          number
        )}
      </dd>
    </div>
  );
}

function Start() {
  const [accounts, settings] = useSuspenseQueries({ queries: [accountList, generalSettings] });
  return <StartHere accountCount={accounts.data.total} settings={settings.data} />;
}

const mostShown = 6;

function SignedInNow() {
  const { t } = useTranslation();
  const device = useDeviceName();
  const { data: sessions } = useSuspenseQuery(allSessions);
  const latest = sessions.items
    .toSorted((a, b) => b.lastSeenAt.localeCompare(a.lastSeenAt))
    .slice(0, mostShown);
  return (
    <ul className="border-line border-t">
      {latest.map((session) => (
        <li
          key={session.id}
          className="flex items-baseline justify-between gap-4 border-line border-b py-2"
        >
          <span className="min-w-0 truncate">
            <Link
              translate="no"
              to={`/accounts/${session.accountId}/sessions`}
              className="font-semibold hover:text-accent-ink hover:underline"
            >
              {session.displayName}
            </Link>{' '}
            <span className="text-ink-2">{device(session.userAgent)}</span>
          </span>
          <span className="shrink-0 text-ink-3">
            {session.current ? t('overview.you') : <Ago at={session.lastSeenAt} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

export { OverviewPage as Component };
