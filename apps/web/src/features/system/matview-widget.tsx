import type { Matview } from '@cmp/shared/matviews';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { Ago } from '#components/ago.tsx';
import { Notice } from '#components/notice.tsx';
import { StatusWord } from '#components/status-word.tsx';
import { Switch } from '#components/switch.tsx';
import { WriteButton } from '#components/write-button.tsx';
import '#lib/system-words.ts';
import { lastedInWords } from '#lib/time.ts';
import { useNow } from '#lib/use-now.ts';
import { matviewList, refreshMatview, switchMatview } from './matview.queries.ts';
import { RefreshGraph, refreshInWords } from './refresh-graph.tsx';

/** Made or not, how old, and the two ways to bring it up to date. */
export function MatviewWidget() {
  const { t } = useTranslation();
  const { data } = useSuspenseQuery(matviewList);
  const turn = useMutation(switchMatview);
  const refresh = useMutation(refreshMatview);
  const [view] = data.matviews;
  if (!view) return null;
  const isOn = turn.isPending ? turn.variables : view.exists;
  const ask = (mode: 'now' | 'enqueue') =>
    refresh.mutate(mode, {
      onSuccess: () => toast(t(mode === 'now' ? 'system.viewRefreshed' : 'system.viewQueued')),
    });

  return (
    <div className="max-w-[640px] border-line border-y">
      <div className="flex items-center justify-between gap-6 py-3">
        <div className="grid gap-0.5">
          <p className="font-[550]">{t('system.viewSwitch')}</p>
          <p className="text-label font-normal text-ink-3">{t('system.viewSwitchHint')}</p>
        </div>
        <Switch
          on={isOn}
          label={t('system.viewSwitch')}
          disabled={turn.isPending}
          onClick={() =>
            turn.mutate(!view.exists, {
              onSuccess: ({ exists }) =>
                toast(t(exists ? 'system.viewMade' : 'system.viewDropped')),
            })
          }
        />
      </div>
      {view.exists ? (
        <div className="grid gap-3 border-line border-t py-3">
          {view.uniqueIndex ? null : <Notice tone="soon">{t('system.viewNoIndex')}</Notice>}
          <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
            <Standing view={view} />
            {view.rows === null || view.lastMs === null ? null : (
              <p className="tnum text-ink-2">
                {t('system.viewTook', refreshInWords({ rows: view.rows, ms: view.lastMs }))}
              </p>
            )}
          </div>
          <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-1 text-label font-normal text-ink-3">
            <RefreshGraph refreshes={view.refreshes} />
            <p role="status" className="tnum empty:hidden">
              {[
                view.refreshing ? t('system.viewRefreshing') : '',
                view.pending ? t('system.viewPending', { count: view.waiting }) : '',
              ]
                .filter(Boolean)
                .join(' ')}
            </p>
          </div>
          <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
            <div className="flex flex-wrap gap-2">
              <WriteButton disabled={refresh.isPending} onClick={() => ask('now')}>
                {t('system.viewRefresh')}
              </WriteButton>
              <WriteButton disabled={refresh.isPending} onClick={() => ask('enqueue')}>
                {t('system.viewQueue')}
              </WriteButton>
            </div>
            <p className="tnum text-label font-normal text-ink-3">
              {view.everySeconds === null
                ? t('system.viewUnscheduled')
                : t('system.viewSchedule', { every: lastedInWords(view.everySeconds) })}
            </p>
          </div>
        </div>
      ) : null}
    </div>
  );
}

/** What is older than this is not counted from. */
const freshMs = 3_600_000;

function Standing({ view: { lastSuccess } }: { view: Matview }) {
  const { t } = useTranslation();
  const now = useNow();
  const isFresh = lastSuccess !== null && now.getTime() - Date.parse(lastSuccess) < freshMs;
  function word() {
    if (lastSuccess === null) return t('system.viewNever');
    return t(isFresh ? 'system.viewFresh' : 'system.viewOld');
  }
  return (
    <p className="flex flex-wrap items-center gap-x-2">
      <StatusWord status={isFresh ? 'active' : 'soon'}>{word()}</StatusWord>
      {lastSuccess === null ? null : (
        <span className="text-ink-2">
          <Ago at={lastSuccess} />
        </span>
      )}
    </p>
  );
}
