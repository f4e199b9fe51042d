import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Fact } from '#components/fact.tsx';
import { StatusWord } from '#components/status-word.tsx';
import { useMay } from '#lib/session.ts';
import { healthQuery } from '#lib/site.ts';
import { illPartsOf, systemState } from '#lib/system.ts';
import { dateInWords, lastedInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';

// It waits for an answer of its own, and brings many words.
const OverviewParts = lazy(() => import('./overview-parts.tsx'));

/** Whether the portal is well, and which one it is. */
export function OverviewSystem() {
  const { t } = useTranslation();
  const zone = useSiteZone();
  const mayRead = useMay()('system:read');
  const { data: health, isError } = useQuery(healthQuery);
  const { data: system } = useQuery({ ...systemState, enabled: mayRead });
  const illCount = system ? illPartsOf(system).length : 0;
  if (!health && !isError) return null;
  const well = health?.ok === true && !isError;
  return (
    <div className="border-line border-t">
      <p className="border-line border-b py-2">
        {well && illCount > 0 ? (
          <StatusWord status="soon">{t('overview.systemIll', { count: illCount })}</StatusWord>
        ) : (
          <StatusWord status={well ? 'active' : 'expired'}>
            {t(well ? 'overview.systemOk' : 'overview.systemBad')}
          </StatusWord>
        )}
      </p>
      {health ? (
        <dl>
          <Fact name={t('overview.systemVersion')}>{health.versions.appVersion}</Fact>
          {health.versions.buildTimestamp ? (
            <Fact name={t('overview.systemBuilt')}>
              {dateInWords(health.versions.buildTimestamp, zone)}
            </Fact>
          ) : null}
          <Fact name={t('overview.systemUptime')}>{lastedInWords(health.uptimeSeconds)}</Fact>
          {mayRead ? (
            <Suspense>
              <OverviewParts />
            </Suspense>
          ) : null}
        </dl>
      ) : null}
    </div>
  );
}
