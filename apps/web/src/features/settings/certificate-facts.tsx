import '#lib/settings-words.ts';
import type { CertificateTest } from '@cmp/shared/settings/certificate';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '#components/notice.tsx';
import { Runway } from '#components/runway.tsx';
import { StatusWord } from '#components/status-word.tsx';
import { dateInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';

/** A certificate as visitors see it: what is left of it, whom it is for, and who vouches for it. */
export function CertificateFacts({
  shown,
  warnDays,
}: {
  shown: CertificateTest;
  warnDays: number;
}) {
  const { t } = useTranslation();
  const zone = useSiteZone();
  const until = dateInWords(shown.validTo, zone);
  const isOver = shown.daysLeft < 0;
  return (
    <div className="grid max-w-[640px] gap-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="text-kpi tnum">
          {isOver
            ? t('certificate.over', { when: until })
            : t('certificate.lead', { count: shown.daysLeft })}
        </span>
        <Runway
          daysLeft={shown.daysLeft}
          fullDays={90}
          soonDays={warnDays}
          label={t('certificate.runway', { count: shown.daysLeft, when: until })}
        />
        <StatusWord status={statusOf[shown.level]}>
          {t(`certificate.level.${shown.level}`)}
        </StatusWord>
      </div>
      {shown.isTrusted ? null : (
        <Notice tone="soon" title={t('certificate.untrusted')}>
          {shown.distrust ? t('certificate.distrust', { reason: shown.distrust }) : null}
        </Notice>
      )}
      <dl className="border-line border-t">
        <Fact name={t('certificate.names')}>
          <span translate="no">{shown.names.join(', ')}</span>
        </Fact>
        <Fact name={t('certificate.issuer')}>
          <span translate="no">{shown.issuer}</span>
        </Fact>
        <Fact name={t('certificate.valid')}>
          {t('certificate.validFromTo', { from: dateInWords(shown.validFrom, zone), to: until })}
        </Fact>
        <Fact name={t('certificate.seen')}>
          {t('certificate.seenAt', { address: shown.address, protocol: shown.protocol })}
        </Fact>
        <Fact name={t('certificate.chain')}>
          <ol className="grid gap-1.5">
            {shown.chain.map((link) => (
              <li key={link.fingerprint} className="grid">
                <span translate="no">{link.subject}</span>
                <span className="text-label font-normal text-ink-3">
                  {t('certificate.chainIssuer', { issuer: link.issuer })}
                  {' · '}
                  {t('certificate.ends', { when: dateInWords(link.validTo, zone) })}
                </span>
              </li>
            ))}
          </ol>
        </Fact>
      </dl>
    </div>
  );
}

const statusOf = { fine: 'active', warn: 'soon', critical: 'expired' } as const;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-6 gap-y-0.5 border-line border-b py-2 sm:grid-cols-[8rem_minmax(0,1fr)]">
      <dt className="text-ink-2">{name}</dt>
      <dd className="tnum min-w-0 wrap-anywhere">{children}</dd>
    </div>
  );
}
