import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Outlet, useNavigate } from 'react-router';
import { OfflineStrip } from '#components/offline-strip.tsx';
import { toggleRail } from '#lib/appearance.ts';
import { useShortcuts } from '#lib/shortcuts.ts';
import { useUndoKey } from '#lib/undo.ts';
import { BottomBar } from './bottom-bar.tsx';
import { useDestinations } from './navigation.ts';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';
import { useReleaseNotice } from './use-release-notice.ts';

const ShortcutsDialog = lazy(() => import('./shortcuts-dialog.tsx'));

export function PanelLayout() {
  const [showsShortcuts, showShortcuts] = useState(false);
  useReleaseNotice();
  useUndoKey();
  usePanelShortcuts(() => showShortcuts(true));

  return (
    <div className="flex min-h-dvh">
      <Rail />
      <div className="flex min-w-0 flex-1 flex-col touch:pb-16">
        <TopBar onShortcuts={() => showShortcuts(true)} />
        <OfflineStrip />
        <main id="content" tabIndex={-1} className="w-full max-w-[1480px] flex-1 px-gutter pb-16">
          <Outlet />
        </main>
      </div>
      <BottomBar />
      {showsShortcuts ? (
        <Suspense>
          <ShortcutsDialog onClose={() => showShortcuts(false)} />
        </Suspense>
      ) : null}
    </div>
  );
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
