import type { Overview } from '@cmp/shared/overview';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ServiceName } from '#components/service-name.tsx';

/** What is sold, by how many have it. */
export function ServiceMix({ services }: { services: Overview['services'] }) {
  const { t } = useTranslation();
  const most = Math.max(1, ...services.map(({ count }) => count));
  return (
    <ul className="border-line border-t">
      {services.map(({ service, count }) => (
        <li
          key={service ?? ''}
          className="grid min-h-9 grid-cols-[6rem_minmax(0,1fr)_auto] items-center gap-3 border-line border-b touch:min-h-12"
        >
          {service === null ? (
            <span className="text-ink-2">{t('overview.noService')}</span>
          ) : (
            <Link
              to={`/users?service=${encodeURIComponent(service)}`}
              className="truncate hover:underline"
            >
              <ServiceName name={service} />
            </Link>
          )}
          <span aria-hidden data-bar className="block h-1.5 rounded-full bg-sunken">
            <span
              className={`block h-full rounded-full ${service === null ? 'bg-off-fill' : fillOf(service)}`}
              style={{ width: `${(count / most) * 100}%` }}
            />
          </span>
          <span className="tnum text-right">{count.toLocaleString('en')}</span>
        </li>
      ))}
    </ul>
  );
}

function fillOf(service: string): string {
  return fillOfTier[service.toLowerCase()] ?? 'runway-fill';
}

const fillOfTier: Record<string, string> = {
  mini: 'bg-tier-mini',
  basic: 'bg-tier-basic',
  unlimited: 'bg-tier-unlimited',
};
