import type { Overview } from '@cmp/shared/overview';
import { roleCan } from '@cmp/shared/permissions';
import { useSuspenseQueries, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { EmptyNote } from '#components/empty-note.tsx';
import { ExpiryStrip } from '#components/expiry-strip.tsx';
import { PageHeader } from '#components/page-header.tsx';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { accountList } from '#features/accounts/accounts.queries.ts';
import { Attention } from '#features/overview/attention.tsx';
import { RenewNext } from '#features/overview/renew-next.tsx';
import { ServerStanding } from '#features/overview/server-standing.tsx';
import { ServiceMix } from '#features/overview/service-mix.tsx';
import { generalSection } from '#features/settings/section.queries.ts';
import { useUserWrites } from '#features/users/use-user-writes.ts';
import { overviewOf } from '#lib/overview.ts';
import { queryClient } from '#lib/query-client.ts';
import { sessionQuery, useCan, useMay, useSession } from '#lib/session.ts';
import { siteQuery } from '#lib/site.ts';
import { useSiteClock } from '#lib/term.ts';
import { agoInWords, momentInWords } from '#lib/time.ts';
import { useNow } from '#lib/use-now.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { OverviewSystem } from './overview-system.tsx';
import { StartHere } from './start-here.tsx';

export async function loader(): Promise<null> {
  void queryClient.prefetchQuery(overviewOf());
  const role = queryClient.getQueryData(sessionQuery.queryKey)?.account.role;
  if (role && roleCan(role, 'accounts:list')) {
    void queryClient.prefetchQuery(accountList);
    void queryClient.prefetchQuery(generalSection);
  }
  await queryClient.ensureQueryData(siteQuery);
  return null;
}

/** What needs someone today. */
export function OverviewPage() {
  const { t } = useTranslation();
  const { account } = useSession();
  const now = useNow();
  const name = account.displayName.split(' ')[0] ?? account.displayName;
  return (
    <>
      <PageHeader
        title={t(`overview.${partOfDay(now)}`, { name })}
        tabTitle={t('overview.title')}
      />
      <Panel skeleton={<SkeletonRows rows={8} columns={['w-40', 'w-28', 'w-24', 'w-16']} />}>
        <Today />
      </Panel>
    </>
  );
}

function Today() {
  const { t } = useTranslation();
  const may = useMay();
  const { data: overview } = useSuspenseQuery(overviewOf());
  if (overview.counts.all > 0) return <Standing overview={overview} />;
  return (
    <div className="grid gap-10">
      {may('accounts:list') ? (
        <Start overview={overview} />
      ) : (
        <EmptyNote
          text={t(overview.servers.length > 0 ? 'overview.noUsers' : 'overview.serversEmpty')}
        />
      )}
      <div className="max-w-[24rem]">
        <Section title={t('overview.system')}>
          <OverviewSystem />
        </Section>
      </div>
    </div>
  );
}

function Standing({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const can = useCan();
  const writes = useUserWrites();
  const { soonUntil } = useSiteClock();
  return (
    <>
      <Attention overview={overview} />
      <AsOf at={overview.asOf} />
      <ExpiryStrip
        today={overview.today}
        soonUntil={soonUntil}
        expiries={overview.expiries}
        selected={undefined}
        onSelect={(span) => {
          if (span) void navigate(`/users?exp=${span.from}&sort=expires`);
        }}
      />
      <div className="mt-7 grid items-start gap-x-12 gap-y-10 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <Section title={t('overview.renewNext')}>
          <RenewNext
            users={overview.next}
            mayExtend={({ serverId }) => can('users:extend', serverId)}
            onExtend={(user) => writes.extend(user, 1)}
          />
        </Section>
        <div className="grid min-w-0 gap-9">
          <Section title={t('overview.servers')}>
            <ServerStanding servers={overview.servers} />
          </Section>
          <Section title={t('overview.serviceMix')}>
            <ServiceMix services={overview.services} />
          </Section>
          <Section title={t('overview.system')}>
            <OverviewSystem />
          </Section>
        </div>
      </div>
    </>
  );
}

/** Where the numbers are not of this moment, of which they are. */
function AsOf({ at }: { at: Overview['asOf'] }) {
  const { t } = useTranslation();
  const zone = useSiteZone();
  const now = useNow();
  if (at === null) return null;
  return (
    <p className="pb-4 text-ink-2">
      {t('overview.asOf', { ago: agoInWords(at, now, zone), at: momentInWords(at, zone) })}
    </p>
  );
}

function Start({ overview }: { overview: Overview }) {
  const [accounts, settings] = useSuspenseQueries({ queries: [accountList, generalSection] });
  return (
    <StartHere
      accountCount={accounts.data.total}
      serverCount={overview.servers.length}
      firstServerId={overview.servers[0]?.id}
      settings={settings.data}
    />
  );
}

function partOfDay(now: Date): 'morning' | 'afternoon' | 'evening' {
  const hour = now.getHours();
  if (hour >= 5 && hour < 12) return 'morning';
  return hour >= 12 && hour < 18 ? 'afternoon' : 'evening';
}

export { OverviewPage as Component };
