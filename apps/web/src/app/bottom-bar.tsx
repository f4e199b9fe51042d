import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { useDestinations } from './navigation.ts';

/** The rail's place on a phone. */
export function BottomBar() {
  const { t } = useTranslation();
  const destinations = useDestinations();
  const places = [
    ...destinations.map(({ to, text }) => ({ to, text: t(text) })),
    { to: '/profile', text: t('shell.profile') },
  ];
  return (
    <nav
      aria-label={t('shell.navigation')}
      className="fixed inset-x-0 bottom-0 z-20 hidden border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] touch:block"
    >
      <ul className="flex">
        {places.map(({ to, text }) => (
          <li key={to} className="flex-1">
            <NavLink
              to={to}
              end={to === '/'}
              className="relative grid h-16 place-items-center font-[550] text-[0.8125rem] text-ink-2 focus-visible:-outline-offset-4 aria-[current]:text-accent-ink aria-[current]:after:absolute aria-[current]:after:top-0 aria-[current]:after:h-0.5 aria-[current]:after:w-8 aria-[current]:after:rounded-full aria-[current]:after:bg-accent"
            >
              {text}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
