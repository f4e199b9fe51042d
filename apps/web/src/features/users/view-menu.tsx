import { Menu } from '@base-ui/react/menu';
import { UserSort } from '@cmp/shared/users';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { menuItemShape, menuLabelShape, menuLineShape, menuShape } from '#components/menu-shape.ts';
import { narrowScreen, useMedia } from '#lib/use-media.ts';
import { type ColumnId, cardColumnsOf, columnsOf } from './user-columns.ts';
import type { UserView } from './user-view.ts';

interface ViewMenuProps {
  view: UserView;
  ofServer: boolean;
  onChange: (view: UserView) => void;
}

/** Which columns there are, and in which order the rows come. */
export function ViewMenu(props: ViewMenuProps) {
  const { t } = useTranslation();
  return (
    <Menu.Root>
      <Menu.Trigger render={<Button />}>{t('users.columns')}</Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} className="z-30">
          <Menu.Popup className={menuShape}>
            <ViewMenuItems {...props} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** The same within another menu. A narrow screen is asked only about what its cards can show. */
export function ViewMenuItems({ view, ofServer, onChange }: ViewMenuProps) {
  const { t } = useTranslation();
  const isNarrow = useMedia(narrowScreen);
  const all = columnsOf(ofServer);
  const columns = view.columns ?? all;
  const offered = isNarrow ? cardColumnsOf(ofServer) : all;
  const sorts = UserSort.options.filter((sort) => ofServer || !sort.endsWith('arrival'));

  function toggle(column: ColumnId) {
    const shown = all.filter((one) => columns.includes(one) !== (one === column));
    onChange({ ...view, columns: shown.length === all.length ? undefined : shown });
  }

  return (
    <>
      <Menu.Group>
        <Menu.GroupLabel className={menuLabelShape}>
          {t(isNarrow ? 'users.shownOnCards' : 'users.shownColumns')}
        </Menu.GroupLabel>
        {offered.map((column) => (
          <Menu.CheckboxItem
            key={column}
            checked={columns.includes(column)}
            closeOnClick={false}
            onCheckedChange={() => toggle(column)}
            className={menuItemShape}
          >
            {t(`users.column.${column}`)}
            <Menu.CheckboxItemIndicator>
              <Check aria-hidden size={14} />
            </Menu.CheckboxItemIndicator>
          </Menu.CheckboxItem>
        ))}
      </Menu.Group>
      <Menu.Separator className={menuLineShape} />
      <Menu.Group>
        <Menu.GroupLabel className={menuLabelShape}>{t('users.order')}</Menu.GroupLabel>
        <Menu.RadioGroup
          value={view.sort}
          onValueChange={(sort) => onChange({ ...view, sort: UserSort.parse(sort) })}
        >
          {sorts.map((sort) => (
            <Menu.RadioItem key={sort} value={sort} className={menuItemShape}>
              {t(`users.sort.${sort}`)}
              <Menu.RadioItemIndicator>
                <Check aria-hidden size={14} />
              </Menu.RadioItemIndicator>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Group>
    </>
  );
}
