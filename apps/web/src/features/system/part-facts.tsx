import type { SystemPart } from '@cmp/shared/system';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Ago } from '#components/ago.tsx';
import { isKey } from '#lib/is-key.ts';
import { sizeInWords } from '#lib/size-in-words.ts';
import { systemWords } from '#lib/system-words.ts';
import { lastedInWords, momentInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';

/** What is known of a part, in a line. What there is no word for is left out. */
export function PartFacts({ part: { facts } }: { part: SystemPart }) {
  const { t } = useTranslation();
  const shown = Object.entries(facts).flatMap(([name, value]) => {
    if (!isKey(systemWords.fact, name) || value === null || value === '' || value === false)
      return [];
    return [{ name, value }];
  });
  if (shown.length === 0) return null;
  return (
    <dl className="tnum flex flex-wrap gap-x-5 gap-y-0.5 text-label font-normal text-ink-2">
      {shown.map(({ name, value }) => (
        <div key={name} className="flex min-w-0 gap-1.5">
          <dt className="shrink-0 text-ink-3">{t(`system.fact.${name}`)}</dt>
          <dd className="min-w-0 wrap-anywhere">
            <Value name={name} value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ name, value }: { name: string; value: string | number | boolean }): ReactNode {
  const { t } = useTranslation();
  const zone = useSiteZone();
  if (typeof value === 'boolean') return t('audit.yes');
  if (typeof value === 'number') {
    if (name === 'bytes') return sizeInWords(value);
    if (name === 'ms') return t('settings.ms', { count: Math.max(1, Math.round(value)) });
    if (name.endsWith('Seconds')) return lastedInWords(value);
    return value.toLocaleString('en');
  }
  if (name === 'expiresAt') return momentInWords(value, zone);
  if (isMoment(name, value)) return <Ago at={value} />;
  return <span translate="no">{value}</span>;
}

const isMoment = (name: string, value: string) =>
  /^at$|(At|Success|Timestamp)$/.test(name) && !Number.isNaN(Date.parse(value));
