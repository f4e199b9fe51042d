import type { SystemPart, SystemPartName } from '@cmp/shared/system';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Panel } from '#components/panel.tsx';
import { Runway } from '#components/runway.tsx';
import { Section } from '#components/section.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { StatusWord } from '#components/status-word.tsx';
import { hostState } from '#lib/host.ts';
import { isKey } from '#lib/is-key.ts';
import { queryClient } from '#lib/query-client.ts';
import { illPartsOf, numberIn, systemState } from '#lib/system.ts';
import { codeOf, systemWords } from '#lib/system-words.ts';
import { usePresence } from '#lib/use-presence.ts';
import { HostSection } from './host-section.tsx';
import { matviewList } from './matview.queries.ts';
import { MatviewWidget } from './matview-widget.tsx';
import { PartFacts } from './part-facts.tsx';

const pollMs = 15_000;

export function loader(): null {
  void queryClient.prefetchQuery(systemState);
  void queryClient.prefetchQuery(hostState);
  void queryClient.prefetchQuery(matviewList);
  return null;
}

/** How every part of the portal fares, and what to do. */
export function SystemPage() {
  const { t } = useTranslation();
  return (
    <div className="grid gap-10">
      <Section title={t('system.title')} text={t('system.text')}>
        <Panel skeleton={<SkeletonRows rows={10} columns={['w-28', 'w-20', 'w-60']} />}>
          <Parts />
        </Panel>
      </Section>
      <HostSection />
      <Section title={t('system.view')} text={t('system.viewText')}>
        <Panel skeleton={<SkeletonRows rows={1} columns={['w-40', 'w-20']} />}>
          <MatviewWidget />
        </Panel>
      </Section>
    </div>
  );
}

function Parts() {
  const { t } = useTranslation();
  const refetchInterval = usePresence() ? pollMs : false;
  const { data } = useSuspenseQuery({ ...systemState, refetchInterval });
  const count = illPartsOf(data).length;
  return (
    <>
      <p role="status" className={count > 0 ? 'font-semibold' : 'text-ink-2'}>
        {count > 0 ? t('system.attention', { count }) : t('system.allWell')}
      </p>
      <ul
        aria-label={t('system.parts')}
        className="overflow-hidden rounded-panel border border-line bg-surface"
      >
        {data.parts.map((part) => (
          <PartRow key={part.part} part={part} />
        ))}
      </ul>
    </>
  );
}

function PartRow({ part }: { part: SystemPart }) {
  const { t } = useTranslation();
  const { part: name, state } = part;
  const place = places[name];
  const isIll = state === 'warn' || state === 'bad';
  const daysLeft = name === 'certificate' ? numberIn(part, 'daysLeft') : undefined;
  return (
    <li className="grid gap-x-6 gap-y-1 border-line border-b px-4 py-3 last:border-b-0 sm:items-baseline sm:grid-cols-[8.5rem_6.5rem_minmax(0,1fr)_auto]">
      <span className="font-[550]">{t(`system.part.${name}`)}</span>
      <span>
        <StatusWord status={statusOf[state]}>{t(`system.state.${state}`)}</StatusWord>
      </span>
      <div className="grid min-w-0 content-start gap-1">
        {isIll ? (
          <p>
            {t(`system.codes.${codeOf(part)}.said`)}{' '}
            <span className="text-ink-2">{t(`system.codes.${codeOf(part)}.mend`)}</span>
          </p>
        ) : null}
        {state === 'off' ? (
          <p className="text-ink-2">
            {t(isKey(systemWords.off, name) ? `system.off.${name}` : 'system.offOther')}
          </p>
        ) : null}
        {daysLeft === undefined ? null : (
          <span className="flex min-h-5 items-center">
            <Runway
              daysLeft={daysLeft}
              fullDays={90}
              soonDays={state === 'good' ? 0 : daysLeft}
              label={t('system.certificateLeft', { count: daysLeft })}
            />
          </span>
        )}
        <PartFacts part={part} />
      </div>
      {place && isKey(systemWords.go, name) ? (
        <Link
          to={place}
          className="justify-self-start rounded-tag font-[550] text-accent-ink hover:underline sm:justify-self-end"
        >
          {t(`system.go.${name}`)}
        </Link>
      ) : null}
    </li>
  );
}

const statusOf = {
  good: 'active',
  warn: 'soon',
  bad: 'expired',
  off: 'off',
} as const satisfies Record<SystemPart['state'], string>;

/** Where a part is looked at and mended. */
const places: Partial<Record<SystemPartName, string>> = {
  database: '/settings/database',
  jobs: '#jobs',
  snapshot: '/snapshots',
  certificate: '/settings/certificate',
  telegram: '/settings/telegram',
  outbox: '/settings/notifications',
  webhook: '/settings/notifications',
};

export { SystemPage as Component };
