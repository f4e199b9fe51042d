import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { narrowScreen, useMedia } from '#lib/use-media.ts';
import { useDestinations } from './navigation.ts';

// A menu is much to load, and only a phone has this one.
const MoreMenu = lazy(() => import('./more-menu.tsx'));

/** The rail's place on a phone: where one goes most, and the rest behind a word. */
export function BottomBar() {
  const { t } = useTranslation();
  const destinations = useDestinations();
  const isNarrow = useMedia(narrowScreen);
  const first = destinations.filter(({ to }) => inBar.includes(to));
  const rest = [
    ...destinations
      .filter(({ to }) => !inBar.includes(to))
      .map(({ to, text }) => ({ to, text: t(text) })),
    { to: '/profile', text: t('shell.profile') },
  ];
  return (
    <nav
      aria-label={t('shell.navigation')}
      className="fixed inset-x-0 bottom-0 z-20 hidden border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] touch:block"
    >
      <ul className="flex">
        {first.map(({ to, text }) => (
          <li key={to} className="flex-1">
            <NavLink to={to} end={to === '/'} className={placeShape}>
              {t(to === '/users' ? 'shell.search' : text)}
            </NavLink>
          </li>
        ))}
        <li className="flex-1">
          {isNarrow ? (
            <Suspense fallback={<span className={placeShape}>{t('shell.more')}</span>}>
              <MoreMenu places={rest} className={placeShape} />
            </Suspense>
          ) : null}
        </li>
      </ul>
    </nav>
  );
}

const inBar: readonly string[] = ['/', '/servers', '/users'];

const placeShape =
  'relative grid h-16 place-items-center font-[550] text-[0.8125rem] text-ink-2 focus-visible:-outline-offset-4 aria-[current]:text-accent-ink aria-[current]:after:absolute aria-[current]:after:top-0 aria-[current]:after:h-0.5 aria-[current]:after:w-8 aria-[current]:after:rounded-full aria-[current]:after:bg-accent';
