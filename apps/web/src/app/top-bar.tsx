import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '#components/avatar.tsx';
import { TideMark } from '#components/tide-mark.tsx';
import { useSession } from '#lib/session.ts';
import { useSiteName } from '#lib/use-site-name.ts';
import { Breadcrumb } from './breadcrumb.tsx';
import { Freshness } from './freshness.tsx';

// A fifth of the first load by itself, and opened seldom: it comes after the page.
const AccountMenu = lazy(() => import('./account-menu.tsx'));

export function TopBar({ onShortcuts }: { onShortcuts: () => void }) {
  const { t } = useTranslation();
  const siteName = useSiteName();
  const { role, displayName } = useSession().account;
  return (
    <header className="sticky top-0 z-20 flex h-[52px] items-center gap-4 border-line border-b bg-canvas px-gutter">
      <span className="hidden items-center gap-2 font-semibold touch:flex">
        <TideMark size={20} />
        <span translate="no" className="max-w-40 truncate">
          {siteName}
        </span>
      </span>
      <Breadcrumb />
      <div className="ml-auto flex items-center gap-4">
        {role === 'viewer' ? (
          <span
            title={t('shell.readOnlyHint')}
            className="rounded-tag bg-off-wash px-2 py-0.5 text-label text-off-ink"
          >
            {t('shell.readOnly')}
          </span>
        ) : null}
        <Freshness />
        <Suspense fallback={<Avatar name={displayName} />}>
          <AccountMenu onShortcuts={onShortcuts} />
        </Suspense>
      </div>
    </header>
  );
}
