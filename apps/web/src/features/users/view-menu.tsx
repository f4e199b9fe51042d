import { Menu } from '@base-ui/react/menu';
import { UserSort } from '@cmp/shared/users';
import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { menuItemShape, menuLabelShape, menuLineShape, menuShape } from '#components/menu-shape.ts';
import type { ColumnId } from './user-columns.ts';
import type { UserView } from './user-view.ts';

interface ViewMenuProps {
  view: UserView;
  columns: readonly ColumnId[];
  allColumns: readonly ColumnId[];
  ofServer: boolean;
  onChange: (view: UserView) => void;
}

/** Which columns there are, and in which order the rows come. */
export function ViewMenu({ view, columns, allColumns, ofServer, onChange }: ViewMenuProps) {
  const { t } = useTranslation();
  const sorts = UserSort.options.filter((sort) => ofServer || !sort.endsWith('arrival'));

  function toggle(column: ColumnId) {
    const shown = allColumns.filter((one) => columns.includes(one) !== (one === column));
    const isUsual = shown.length === allColumns.length;
    onChange({ ...view, columns: isUsual ? undefined : shown });
  }

  return (
    <Menu.Root>
      <Menu.Trigger render={<Button />}>{t('users.columns')}</Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={6} className="z-30">
          <Menu.Popup className={menuShape}>
            <Menu.Group>
              <Menu.GroupLabel className={menuLabelShape}>
                {t('users.shownColumns')}
              </Menu.GroupLabel>
              {allColumns.map((column) => (
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
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
