import type { Matview } from '@cmp/shared/matviews';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { Ago } from '#components/ago.tsx';
import { Notice } from '#components/notice.tsx';
import { StatusWord } from '#components/status-word.tsx';
import { Switch } from '#components/switch.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { useNow } from '#lib/use-now.ts';
import { matviewList, refreshMatview, switchMatview } from './matview.queries.ts';

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
          <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
            <Standing view={view} />
            <div className="flex flex-wrap gap-2">
              <WriteButton disabled={refresh.isPending} onClick={() => ask('now')}>
                {t('system.viewRefresh')}
              </WriteButton>
              <WriteButton disabled={refresh.isPending} onClick={() => ask('enqueue')}>
                {t('system.viewQueue')}
              </WriteButton>
            </div>
          </div>
        </div>
      ) : null}
    </div>
  );
}

/** What is older than this is not counted from. */
const freshMs = 3_600_000;

function Standing({ view: { refreshing, pending, lastSuccess } }: { view: Matview }) {
  const { t } = useTranslation();
  const now = useNow();
  const isFresh = lastSuccess !== null && now.getTime() - Date.parse(lastSuccess) < freshMs;
  function word() {
    if (lastSuccess === null) return t('system.viewNever');
    return t(isFresh ? 'system.viewFresh' : 'system.viewOld');
  }
  return (
    <div className="grid gap-0.5">
      <p className="flex flex-wrap items-center gap-x-2">
        <StatusWord status={isFresh ? 'active' : 'soon'}>{word()}</StatusWord>
        {lastSuccess === null ? null : (
          <span className="text-ink-2">
            <Ago at={lastSuccess} />
          </span>
        )}
      </p>
      <p role="status" className="text-label font-normal text-ink-3 empty:hidden">
        {refreshing ? t('system.viewRefreshing') : null}
        {!refreshing && pending ? t('system.viewPending') : null}
      </p>
    </div>
  );
}
