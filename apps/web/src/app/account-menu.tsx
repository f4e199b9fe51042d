import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Avatar } from '#components/avatar.tsx';
import { Key } from '#components/key.tsx';
import { ownPicture } from '#lib/account-picture.ts';
import { changeAppearance, Theme, useAppearance } from '#lib/appearance.ts';
import { roleName } from '#lib/role-words.ts';
import { signOut, useSession } from '#lib/session.ts';
import { healthQuery } from '#lib/site.ts';

/** Everything that is about oneself, and the way out. */
export default function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { t } = useTranslation();
  const { account } = useSession();
  const { theme } = useAppearance();
  const { data: health } = useQuery(healthQuery);

  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={t('shell.accountMenu', { name: account.displayName })}
        className="rounded-full transition-shadow hover:shadow-[0_0_0_3px_var(--sunken)] touch:p-2 touch:-mr-2"
      >
        <Avatar name={account.displayName} picture={ownPicture(account)} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={8} className="z-30">
          <Menu.Popup className="w-60 rounded-bar border border-line bg-raised p-1.5 text-body shadow-float transition-opacity duration-[180ms] data-ending-style:opacity-0 data-starting-style:opacity-0">
            <div className="px-2.5 pt-1.5 pb-2">
              <p translate="no" className="truncate font-semibold">
                {account.displayName}
              </p>
              <p className="truncate text-ink-3 text-label font-normal">
                <span translate="no">{account.username}</span>
                {' · '}
                {t(roleName[account.role])}
              </p>
            </div>
            <Separator />
            <Menu.Item className={itemShape} render={<Link to="/profile/details" />}>
              {t('shell.profile')}
            </Menu.Item>
            <Menu.Item className={itemShape} onClick={onShortcuts}>
              {t('shell.shortcuts')}
              <Key>?</Key>
            </Menu.Item>
            <Separator />
            <Menu.Group>
              <Menu.GroupLabel className="px-2.5 py-1 text-ink-3 text-label">
                {t('shell.theme')}
              </Menu.GroupLabel>
              <Menu.RadioGroup
                value={theme}
                onValueChange={(value) => changeAppearance({ theme: Theme.parse(value) })}
              >
                {Theme.options.map((option) => (
                  <Menu.RadioItem
                    key={option}
                    value={option}
                    closeOnClick={false}
                    className={itemShape}
                  >
                    {t(`shell.${themeWord[option]}`)}
                    <Menu.RadioItemIndicator>
                      <Check aria-hidden size={14} />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.RadioGroup>
            </Menu.Group>
            <Separator />
            <Menu.Item className={itemShape} onClick={() => void signOut()}>
              {t('shell.signOut')}
            </Menu.Item>
            {health ? (
              <p className="tnum px-2.5 pt-1.5 pb-1 text-ink-3 text-label font-normal">
                {t('shell.version', { version: health.versions.appVersion })}
              </p>
            ) : null}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

const Separator = () => <Menu.Separator className="-mx-1.5 my-1.5 h-px bg-line" />;

const themeWord = {
  system: 'themeSystem',
  light: 'themeLight',
  dark: 'themeDark',
} as const satisfies Record<Theme, string>;

const itemShape =
  'flex min-h-8 cursor-pointer items-center justify-between gap-3 rounded-tag px-2.5 outline-none data-highlighted:bg-sunken touch:min-h-11';
