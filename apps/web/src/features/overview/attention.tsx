import type { Overview } from '@cmp/shared/overview';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

/** The one number of the day: how many users need a hand. The rest of them stand beside it, quietly. */
export function Attention({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const { soon, expired, active, disabled, all } = overview.counts;
  const count = soon + expired;
  return (
    <section className="flex flex-wrap items-end justify-between gap-x-10 gap-y-4 pb-5">
      <div className="flex flex-wrap items-end gap-x-5 gap-y-1">
        <p className="flex items-baseline gap-3">
          <Link
            to="/users?sort=expires"
            className={`tnum rounded-tag text-hero hover:underline ${count === 0 ? 'text-ink-3' : ''}`}
          >
            {count.toLocaleString('en')}
          </Link>
          <span className="text-section font-[550]">{t('overview.attention', { count })}</span>
        </p>
        {count > 0 ? (
          <p className="tnum flex gap-4 pb-1.5">
            <Link to="/users?status=soon" className="text-soon-ink hover:underline">
              {`▲ ${t('overview.soon', { count: soon, shown: soon.toLocaleString('en') })}`}
            </Link>
            <Link to="/users?status=expired" className="text-expired-ink hover:underline">
              {`✕ ${t('overview.expired', { count: expired, shown: expired.toLocaleString('en') })}`}
            </Link>
          </p>
        ) : null}
      </div>
      <dl className="flex gap-8 touch:w-full touch:justify-between touch:gap-3">
        <Numeral to="/users" count={all} word={t('servers.numeralUsers')} />
        <Numeral to="/users?status=active" count={active} word={t('servers.numeralActive')} />
        <Numeral to="/users?status=disabled" count={disabled} word={t('overview.disabled')} />
        <Numeral
          to="/servers"
          count={overview.servers.length}
          word={t('overview.kpiServers', { count: overview.servers.length })}
        />
      </dl>
    </section>
  );
}

function Numeral({ to, count, word }: { to: string; count: number; word: string }) {
  return (
    <div className="flex flex-col-reverse justify-end text-right touch:text-left">
      <dt className="text-label font-normal text-ink-2">{word}</dt>
      <dd className="tnum text-kpi">
        <Link to={to} className="rounded-tag hover:underline">
          {count.toLocaleString('en')}
        </Link>
      </dd>
    </div>
  );
}
