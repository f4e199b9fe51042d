import { Menu } from '@base-ui/react/menu';
import { useTranslation } from 'react-i18next';
import { Link, NavLink } from 'react-router';
import { menuItemShape, menuShape } from '#components/menu-shape.ts';
import { useDestinations } from './navigation.ts';

/** The rail's place on a phone: where one goes most, and the rest behind a word. */
export function BottomBar() {
  const { t } = useTranslation();
  const destinations = useDestinations();
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
          <Menu.Root>
            <Menu.Trigger className={`${placeShape} w-full`}>{t('shell.more')}</Menu.Trigger>
            <Menu.Portal>
              <Menu.Positioner side="top" align="end" sideOffset={8} className="z-30">
                <Menu.Popup className={menuShape}>
                  {rest.map(({ to, text }) => (
                    <Menu.Item key={to} className={menuItemShape} render={<Link to={to} />}>
                      {text}
                    </Menu.Item>
                  ))}
                </Menu.Popup>
              </Menu.Positioner>
            </Menu.Portal>
          </Menu.Root>
        </li>
      </ul>
    </nav>
  );
}

const inBar: readonly string[] = ['/', '/servers', '/users'];

const placeShape =
  'relative grid h-16 place-items-center font-[550] text-[0.8125rem] text-ink-2 focus-visible:-outline-offset-4 aria-[current]:text-accent-ink aria-[current]:after:absolute aria-[current]:after:top-0 aria-[current]:after:h-0.5 aria-[current]:after:w-8 aria-[current]:after:rounded-full aria-[current]:after:bg-accent';
