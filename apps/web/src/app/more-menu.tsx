import { Menu } from '@base-ui/react/menu';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { menuItemShape, menuShape } from '#components/menu-shape.ts';

interface MoreMenuProps {
  places: readonly { to: string; text: string }[];
  className: string;
}

/** The places that a phone's bar has no room for. */
export default function MoreMenu({ places, className }: MoreMenuProps) {
  const { t } = useTranslation();
  return (
    <Menu.Root>
      <Menu.Trigger className={`${className} w-full`}>{t('shell.more')}</Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="top" align="end" sideOffset={8} className="z-30">
          <Menu.Popup className={menuShape}>
            {places.map(({ to, text }) => (
              <Menu.Item key={to} className={menuItemShape} render={<Link to={to} />}>
                {text}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
