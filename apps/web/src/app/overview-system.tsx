import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Ago } from '#components/ago.tsx';
import { Runway } from '#components/runway.tsx';
import { StatusWord } from '#components/status-word.tsx';
import { useMay } from '#lib/session.ts';
import { healthQuery } from '#lib/site.ts';
import { numberIn, partOf, systemState, textIn } from '#lib/system.ts';
import { dateInWords, lastedInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';

/** Whether the portal is well, and which one it is. */
export function OverviewSystem() {
  const { t } = useTranslation();
  const zone = useSiteZone();
  const mayRead = useMay()('system:read');
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
          <Fact name={t('overview.systemUptime')}>{lastedInWords(health.uptimeSeconds)}</Fact>
          {mayRead ? <Parts /> : null}
        </dl>
      ) : null}
    </div>
  );
}

/** What admins lean on: how long the certificate holds, how old the snapshot and the view are, and the bot. */
function Parts() {
  const { t } = useTranslation();
  const { data } = useQuery(systemState);
  if (!data) return null;
  const [certificate, snapshot, view, bot] = (
    ['certificate', 'snapshot', 'matview', 'telegram'] as const
  ).map((name) => partOf(data, name));
  const daysLeft = certificate && numberIn(certificate, 'daysLeft');
  const snapshotAt = snapshot && textIn(snapshot, 'newestAt');
  const viewAge = view && numberIn(view, 'ageSeconds');
  const ill = data.parts.filter(({ state }) => state === 'warn' || state === 'bad').length;
  return (
    <>
      {daysLeft === undefined ? null : (
        <Fact name={t('system.part.certificate')}>
          <span className="inline-flex items-center gap-2">
            {t('time.days', { count: daysLeft })}
            <Runway
              daysLeft={daysLeft}
              fullDays={90}
              soonDays={certificate?.state === 'good' ? 0 : daysLeft}
              label={t('system.certificateLeft', { count: daysLeft })}
            />
          </span>
        </Fact>
      )}
      {snapshot ? (
        <Fact name={t('system.part.snapshot')}>
          {snapshotAt === undefined ? t('system.noSnapshot') : <Ago at={snapshotAt} />}
        </Fact>
      ) : null}
      {viewAge === undefined ? null : (
        <Fact name={t('system.part.matview')}>
          <Ago at={new Date(Date.parse(data.at) - viewAge * 1000).toISOString()} />
        </Fact>
      )}
      {bot && bot.state !== 'off' ? (
        <Fact name={t('system.part.telegram')}>{t(`system.state.${bot.state}`)}</Fact>
      ) : null}
      <div className="flex flex-wrap justify-between gap-x-4 py-2">
        <dt>
          {ill > 0 ? (
            <StatusWord status="soon">{t('system.attention', { count: ill })}</StatusWord>
          ) : (
            <span className="text-ink-2">{t('system.allWell')}</span>
          )}
        </dt>
        <dd>
          <Link
            to="/settings/system"
            className="rounded-tag font-[550] text-accent-ink hover:underline"
          >
            {t('system.look')}
          </Link>
        </dd>
      </div>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4 border-line border-b py-2">
      <dt className="text-ink-2">{name}</dt>
      <dd className="tnum">{children}</dd>
    </div>
  );
}
