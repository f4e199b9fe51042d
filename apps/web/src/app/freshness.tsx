import { type QueryClient, useIsFetching, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { connection } from '#lib/connection.ts';
import { useStore } from '#lib/store.ts';
import { agoInWords } from '#lib/time.ts';
import { useNow } from '#lib/use-now.ts';

/** How old the oldest thing on the page is; pressed, all of it is fetched again. */
export function Freshness() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const now = useNow();
  const { online } = useStore(connection);
  const fetching = useIsFetching({ predicate: isPageData }) > 0;
  const updatedAt = useSyncExternalStore(
    (listener) => queries.getQueryCache().subscribe(listener),
    () => oldestOnPage(queries),
  );
  if (!online) {
    return (
      <span role="status" className="text-soon-ink touch:hidden">
        {t('shell.reconnecting')}
      </span>
    );
  }
  if (!updatedAt) return null;
  return (
    <button
      type="button"
      title={t('shell.freshnessHint')}
      className={`tnum rounded-tag px-1 transition-colors hover:text-ink hover:underline touch:hidden ${fetching ? 'text-ink-2' : 'text-ink-3'}`}
      onClick={() => void queries.invalidateQueries({ type: 'active' })}
    >
      {t('shell.freshness', { ago: agoInWords(new Date(updatedAt).toISOString(), now) })}
    </button>
  );
}

/** What belongs to every page says nothing about how old this one is. */
const isPageData = ({ queryKey }: { queryKey: readonly unknown[] }) =>
  !['session', 'site', 'health', 'setup', 'bell'].includes(String(queryKey[0]));

function oldestOnPage(queries: QueryClient): number {
  const shown = queries.getQueryCache().findAll({ type: 'active', predicate: isPageData });
  const times = shown.map(({ state }) => state.dataUpdatedAt).filter((time) => time > 0);
  return times.length > 0 ? Math.min(...times) : 0;
}
