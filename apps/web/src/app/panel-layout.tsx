import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Outlet, useLocation, useNavigate } from 'react-router';
import { OfflineStrip } from '#components/offline-strip.tsx';
import { toggleRail } from '#lib/appearance.ts';
import { useMay } from '#lib/session.ts';
import { useShortcuts } from '#lib/shortcuts.ts';
import { useUndoKey } from '#lib/undo.ts';
import { useCommandKey } from '#lib/use-command-key.ts';
import { BottomBar } from './bottom-bar.tsx';
import { useDestinations } from './navigation.ts';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';
import { useReleaseNotice } from './use-release-notice.ts';

const CommandPalette = lazy(() => import('./command-palette.tsx'));
const JobsTray = lazy(() => import('#features/jobs/jobs-tray.tsx'));
const ShortcutsDialog = lazy(() => import('./shortcuts-dialog.tsx'));

/** What is open above the page; one at a time. */
type Overlay = 'palette' | 'jobs' | 'shortcuts';

export function PanelLayout() {
  const seesJobs = useMay()('jobs:list');
  const [overlay, setOverlay, close] = useOverlay(seesJobs);
  useReleaseNotice();
  useUndoKey();
  usePanelShortcuts(() => setOverlay('shortcuts'));
  useCommandKey('k', () => setOverlay(overlay === 'palette' ? undefined : 'palette'));
  useCommandKey('j', () => {
    if (overlay === 'jobs') close();
    else if (seesJobs) setOverlay('jobs');
  });

  return (
    <div className="flex min-h-dvh">
      <Rail />
      <div className="flex min-w-0 flex-1 flex-col touch:pb-16">
        <TopBar
          onShortcuts={() => setOverlay('shortcuts')}
          onSearch={() => setOverlay('palette')}
          onJobs={() => setOverlay('jobs')}
        />
        <OfflineStrip />
        <main id="content" tabIndex={-1} className="w-full max-w-[1480px] flex-1 px-gutter pb-16">
          <Outlet />
        </main>
      </div>
      <BottomBar />
      <Suspense>
        {overlay === 'palette' ? (
          <CommandPalette onClose={close} onShortcuts={() => setOverlay('shortcuts')} />
        ) : null}
        {overlay === 'jobs' ? <JobsTray onClose={close} /> : null}
        {overlay === 'shortcuts' ? <ShortcutsDialog onClose={close} /> : null}
      </Suspense>
    </div>
  );
}

/** The jobs have an address, too, so that news can lead to them. */
function useOverlay(seesJobs: boolean) {
  const [chosen, choose] = useState<Overlay>();
  const navigate = useNavigate();
  const { hash, pathname, search } = useLocation();
  const isAtJobs = seesJobs && hash === '#jobs';
  function close() {
    choose(undefined);
    if (isAtJobs) void navigate({ pathname, search }, { replace: true, preventScrollReset: true });
  }
  return [chosen ?? (isAtJobs ? 'jobs' : undefined), choose, close] as const;
}

function usePanelShortcuts(showHelp: () => void): void {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const destinations = useDestinations();
  const shortcuts = useMemo(
    () => ({
      ...Object.fromEntries(
        destinations.map(({ key, to }) => [`g ${key}`, () => void navigate(to)]),
      ),
      '[': toggleRail,
      r: () => void queries.invalidateQueries(),
      '?': showHelp,
    }),
    [destinations, navigate, queries, showHelp],
  );
  useShortcuts(shortcuts);
}

export { PanelLayout as Component };
