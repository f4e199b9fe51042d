import { Menu } from '@base-ui/react/menu';
import { addDays } from '@cmp/shared/calendar';
import type { Service } from '@cmp/shared/services';
import { Check, Plus } from 'lucide-react';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { menuItemShape, menuLabelShape, menuLineShape, menuShape } from '#components/menu-shape.ts';
import { useSiteClock } from '#lib/term.ts';
import type { UserView } from './user-view.ts';

interface FilterMenuProps {
  view: UserView;
  services: readonly Service[];
  onChange: (view: UserView) => void;
  triggerRef: RefObject<HTMLButtonElement | null>;
}

/** Filters that are not in force yet: by service, and by when the term ends. */
export function FilterMenu({ view, services, onChange, triggerRef }: FilterMenuProps) {
  const { t } = useTranslation();
  const { today } = useSiteClock();
  const spans = [
    { text: t('users.expiresToday'), from: today, to: today },
    { text: t('users.expiresWithin', { count: 7 }), from: today, to: addDays(today, 6) },
    { text: t('users.expiresWithin', { count: 30 }), from: today, to: addDays(today, 29) },
    {
      text: t('users.expiredWithin', { count: 30 }),
      from: addDays(today, -30),
      to: addDays(today, -1),
    },
  ];

  function toggleService(name: string) {
    const services = view.services.includes(name)
      ? view.services.filter((one) => one !== name)
      : [...view.services, name];
    onChange({ ...view, services });
  }

  return (
    <Menu.Root>
      <Menu.Trigger
        ref={triggerRef}
        className="inline-flex h-control shrink-0 items-center gap-1.5 rounded-control border border-line-strong border-dashed px-3 font-[550] text-ink-2 hover:bg-sunken hover:text-ink"
      >
        <Plus aria-hidden size={13} strokeWidth={2.25} />
        {t('users.filter')}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="start" sideOffset={6} className="z-30">
          <Menu.Popup className={menuShape}>
            <Menu.Group>
              <Menu.GroupLabel className={menuLabelShape}>
                {t('users.column.service')}
              </Menu.GroupLabel>
              {services.map(({ id, name }) => (
                <Menu.CheckboxItem
                  key={id}
                  checked={view.services.includes(name)}
                  closeOnClick={false}
                  onCheckedChange={() => toggleService(name)}
                  className={menuItemShape}
                >
                  <span translate="no">{name}</span>
                  <Menu.CheckboxItemIndicator>
                    <Check aria-hidden size={14} />
                  </Menu.CheckboxItemIndicator>
                </Menu.CheckboxItem>
              ))}
            </Menu.Group>
            <Menu.Separator className={menuLineShape} />
            <Menu.Group>
              <Menu.GroupLabel className={menuLabelShape}>
                {t('users.column.expires')}
              </Menu.GroupLabel>
              {spans.map(({ text, from, to }) => (
                <Menu.Item
                  key={text}
                  className={menuItemShape}
                  onClick={() => onChange({ ...view, expires: { from, to } })}
                >
                  {text}
                </Menu.Item>
              ))}
            </Menu.Group>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
