import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { StatusWord } from '#components/status-word.tsx';
import { healthQuery } from '#lib/site.ts';
import { dateInWords, leftInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';

/** Whether the portal is well, and which one it is. */
export function OverviewSystem() {
  const { t } = useTranslation();
  const zone = useSiteZone();
  const { data: health, isError } = useQuery(healthQuery);
  if (!health && !isError) return null;
  const well = health?.ok === true && !isError;
  return (
    <div className="border-line border-t">
      <p className="border-line border-b py-2">
        <StatusWord status={well ? 'active' : 'expired'}>
          {t(well ? 'overview.systemOk' : 'overview.systemBad')}
        </StatusWord>
      </p>
      {health ? (
        <dl>
          <Fact name={t('overview.systemVersion')}>{health.versions.appVersion}</Fact>
          {health.versions.buildTimestamp ? (
            <Fact name={t('overview.systemBuilt')}>
              {dateInWords(health.versions.buildTimestamp, zone)}
            </Fact>
          ) : null}
          <Fact name={t('overview.systemUptime')}>{uptimeInWords(health.uptimeSeconds)}</Fact>
        </dl>
      ) : null}
    </div>
  );
}

/** Time gone by is said as time left is: "1 d 4 h". */
function uptimeInWords(seconds: number): string {
  const start = new Date(0);
  return leftInWords(new Date(Math.max(1, seconds) * 1000).toISOString(), start) ?? '';
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4 border-line border-b py-2">
      <dt className="text-ink-2">{name}</dt>
      <dd className="tnum">{children}</dd>
    </div>
  );
}
