import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Ago } from '#components/ago.tsx';
import { Fact } from '#components/fact.tsx';
import { Runway } from '#components/runway.tsx';
import { numberIn, partOf, systemState, textIn } from '#lib/system.ts';
import '#lib/system-words.ts';

/** What admins lean on: how long the certificate holds, how old the snapshot and the view are, and the bot. */
export default function OverviewParts() {
  const { t } = useTranslation();
  const { data } = useQuery(systemState);
  if (!data) return null;
  const [certificate, snapshot, view, bot] = (
    ['certificate', 'snapshot', 'matview', 'telegram'] as const
  ).map((name) => partOf(data, name));
  const daysLeft = certificate && numberIn(certificate, 'daysLeft');
  const snapshotAt = snapshot && textIn(snapshot, 'newestAt');
  const viewAge = view && numberIn(view, 'ageSeconds');
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
      <div className="flex flex-wrap justify-between gap-x-4 border-line border-b py-2">
        <dt className="text-ink-2">{t('system.parts')}</dt>
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
