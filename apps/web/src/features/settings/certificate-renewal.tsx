import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { HostUnitRow } from '#components/host-unit-row.tsx';
import { Section } from '#components/section.tsx';
import { hostState } from '#lib/host.ts';
import '#lib/host-words.ts';
import { queryClient } from '#lib/query-client.ts';

/** Renewing now, where the machine that serves the portal can be asked to. */
export function CertificateRenewal() {
  const { t } = useTranslation();
  const { data } = useQuery(hostState);
  const unit = data?.units.find(({ name }) => name === 'cmp-certificate-renew');
  if (!unit) return null;
  return (
    <Section title={t('host.renewal')} text={t('host.renewalText')}>
      <div className="rounded-panel border border-line bg-surface">
        <HostUnitRow
          unit={unit}
          onRun={() => void queryClient.invalidateQueries({ queryKey: ['certificate'] })}
        />
      </div>
    </Section>
  );
}
