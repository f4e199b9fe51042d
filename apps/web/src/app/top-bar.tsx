import { Bell as BellSign, Search } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '#components/avatar.tsx';
import { Keys } from '#components/key.tsx';
import { SiteMark } from '#components/site-mark.tsx';
import { JobsButton } from '#features/jobs/jobs-button.tsx';
import { ownPicture } from '#lib/account-picture.ts';
import { useMay, useSession } from '#lib/session.ts';
import { Breadcrumb } from './breadcrumb.tsx';
import { Freshness } from './freshness.tsx';

// A fifth of the first load by itself, and opened seldom: it comes after the page.
const AccountMenu = lazy(() => import('./account-menu.tsx'));
const Bell = lazy(() => import('#features/notifications/bell.tsx'));

interface TopBarProps {
  onShortcuts: () => void;
  onSearch: () => void;
  onJobs: () => void;
}

export function TopBar({ onShortcuts, onSearch, onJobs }: TopBarProps) {
  const { t } = useTranslation();
  const { account } = useSession();
  const { role, displayName } = account;
  const seesJobs = useMay()('jobs:list');
  return (
    <header className="sticky top-0 z-20 flex h-[52px] items-center gap-4 border-line border-b bg-canvas px-gutter">
      <span className="hidden items-center gap-2 font-semibold touch:flex">
        <SiteMark markSize={20} logoShape="max-h-8 max-w-40" nameShape="max-w-40 truncate" />
      </span>
      <Breadcrumb />
      <div className="ml-auto flex items-center gap-3">
        {role === 'viewer' ? (
          <span
            title={t('shell.readOnlyHint')}
            className="rounded-tag bg-off-wash px-2 py-0.5 text-label text-off-ink"
          >
            {t('shell.readOnly')}
          </span>
        ) : null}
        <SearchButton onSearch={onSearch} />
        {seesJobs ? <JobsButton onOpen={onJobs} /> : null}
        <Suspense fallback={<BellSign aria-hidden size={17} className="mx-[7.5px] text-ink-3" />}>
          <Bell />
        </Suspense>
        <Freshness />
        <Suspense fallback={<Avatar name={displayName} picture={ownPicture(account)} />}>
          <AccountMenu onShortcuts={onShortcuts} />
        </Suspense>
      </div>
    </header>
  );
}

/** Looks like the field it opens; on a phone only its sign is left. */
function SearchButton({ onSearch }: { onSearch: () => void }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      aria-keyshortcuts="Control+K Meta+K"
      onClick={onSearch}
      className="flex h-8 w-80 items-center gap-2 rounded-control border border-line-strong bg-surface px-2.5 text-ink-3 hover:bg-sunken hover:text-ink touch:size-11 touch:justify-center touch:border-transparent touch:bg-transparent touch:p-0"
    >
      <Search aria-hidden size={15} className="shrink-0" />
      <span className="truncate touch:sr-only">{t('palette.open')}</span>
      <span aria-hidden className="ml-auto touch:hidden">
        <Keys keys={[commandKey, 'K']} />
      </span>
    </button>
  );
}

const commandKey = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';
