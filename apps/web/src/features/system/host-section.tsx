import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { FailureNote } from '#components/failure-note.tsx';
import { HostUnitRow } from '#components/host-unit-row.tsx';
import { Section } from '#components/section.tsx';
import { hostState } from '#lib/host.ts';
import '#lib/host-words.ts';

/** What runs the portal on its machine; nothing where nothing can be asked of it. */
export function HostSection() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(hostState);
  if (!data && !error) return null;
  if (data?.units.length === 0) return null;
  return (
    <Section title={t('host.title')} text={t('host.text')}>
      {data ? (
        <ul
          aria-label={t('host.list')}
          className="overflow-hidden rounded-panel border border-line bg-surface"
        >
          {data.units.map((unit) => (
            <li key={unit.name} className="border-line border-b last:border-b-0">
              <HostUnitRow unit={unit} />
            </li>
          ))}
        </ul>
      ) : (
        <FailureNote error={error} onRetry={() => void refetch()} />
      )}
    </Section>
  );
}
