import { keptRefreshes, type MatviewRefresh } from '@cmp/shared/matviews';
import { useTranslation } from 'react-i18next';
import { fullMoment } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';

/** The last refreshes, the newest on the right, each as high as it took long. */
export function RefreshGraph({ refreshes }: { refreshes: readonly MatviewRefresh[] }) {
  const { t } = useTranslation();
  const zone = useSiteZone();
  const last = refreshes.at(-1);
  if (!last) return <p>{t('system.viewNoRefreshes')}</p>;
  const durations = refreshes.map(({ ms }) => ms);
  const most = Math.max(1, ...durations);
  const label = t('system.viewGraph', {
    count: refreshes.length,
    least: msInWords(Math.min(...durations)),
    most: msInWords(most),
    last: msInWords(last.ms),
  });

  return (
    <div className="flex flex-wrap items-end gap-x-2">
      <div role="img" aria-label={label} className="flex h-6 gap-0.5">
        {Array.from({ length: keptRefreshes - refreshes.length }, (_, index) => (
          <span key={index} className={bar}>
            <span data-bar className="h-0.5 w-full bg-line" />
          </span>
        ))}
        {refreshes.map((refresh) => (
          <span
            key={refresh.at}
            title={`${t('system.viewTook', refreshInWords(refresh))}\n${fullMoment(refresh.at, zone)}`}
            className={bar}
          >
            <span
              data-bar
              className="runway-fill w-full rounded-t-[2px]"
              style={{ height: `${heightOf(refresh.ms, most)}%` }}
            />
          </span>
        ))}
      </div>
      <span className="tnum">{t('system.viewLast', { count: refreshes.length })}</span>
    </div>
  );
}

const bar = 'flex h-full w-1.5 items-end';

/** What it brought and what it took, as the words for it ask. */
export function refreshInWords({ rows, ms }: Pick<MatviewRefresh, 'rows' | 'ms'>): {
  rows: string;
  ms: string;
} {
  return { rows: rows.toLocaleString('en'), ms: msInWords(ms) };
}

const msInWords = (ms: number) => Math.max(1, Math.round(ms)).toLocaleString('en');

/** By the root, so that one slow refresh leaves the others something to be seen by. */
const heightOf = (ms: number, most: number) => Math.max(8, Math.sqrt(ms / most) * 100);
