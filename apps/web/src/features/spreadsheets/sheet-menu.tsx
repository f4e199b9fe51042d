import { Menu } from '@base-ui/react/menu';
import type { Separator } from '@cmp/shared/spreadsheets';
import { useMutation } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Button, ButtonLink } from '#components/button.tsx';
import { menuItemShape, menuLabelShape, menuLineShape, menuShape } from '#components/menu-shape.ts';
import { useCan } from '#lib/session.ts';
import { useShortcuts } from '#lib/shortcuts.ts';
import { saveSheet, templateOf } from './spreadsheets.queries.ts';

interface SheetMenuProps {
  serverId: number;
  /** The list's filter and order, in the API's words. */
  query: string;
}

/** A list as a file, out and in. */
export function SheetMenu({ serverId, query }: SheetMenuProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const can = useCan();
  const [withEnabled, setWithEnabled] = useState(false);
  const save = useMutation(saveSheet);
  const [isOpen, setOpen] = useState(false);
  const mayExport = can('users:export', serverId);
  const mayImport = can('users:import', serverId);
  const shortcuts = useMemo(
    () => ({
      X: () => setOpen(true),
      ...(mayImport && { i: () => void navigate(`/servers/${serverId}/import`) }),
    }),
    [mayImport, navigate, serverId],
  );
  useShortcuts(shortcuts);

  function exportAs(kind: 'xlsx' | Separator) {
    const search = new URLSearchParams(query);
    if (withEnabled) search.set('withEnabled', 'true');
    if (kind !== 'xlsx') search.set('separator', kind);
    const file = kind === 'xlsx' ? 'xlsx' : 'csv';
    save.mutate({
      path: `/servers/${serverId}/users/export.${file}?${search}`,
      name: `users.${file}`,
    });
  }

  return (
    <>
      {mayImport ? (
        <ButtonLink to={`/servers/${serverId}/import`}>{t('sheets.import')}</ButtonLink>
      ) : null}
      <Menu.Root open={isOpen} onOpenChange={setOpen}>
        <Menu.Trigger disabled={save.isPending} render={<Button />}>
          {save.isPending ? t('sheets.preparing') : t('sheets.export')}
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={6} className="z-30">
            <Menu.Popup className={menuShape}>
              {mayExport ? (
                <>
                  <Menu.Group>
                    <Menu.GroupLabel className={menuLabelShape}>
                      {t('sheets.exportShown')}
                    </Menu.GroupLabel>
                    {formats.map(({ kind, text }) => (
                      <Menu.Item
                        key={kind}
                        className={menuItemShape}
                        onClick={() => exportAs(kind)}
                      >
                        {t(text)}
                      </Menu.Item>
                    ))}
                  </Menu.Group>
                  <Menu.CheckboxItem
                    checked={withEnabled}
                    closeOnClick={false}
                    onCheckedChange={setWithEnabled}
                    className={menuItemShape}
                  >
                    {t('sheets.withEnabled')}
                    <Menu.CheckboxItemIndicator>
                      <Check aria-hidden size={14} />
                    </Menu.CheckboxItemIndicator>
                  </Menu.CheckboxItem>
                  <Menu.Separator className={menuLineShape} />
                </>
              ) : null}
              <Menu.Item
                className={menuItemShape}
                onClick={() => save.mutate(templateOf(serverId))}
              >
                {t('sheets.template')}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  );
}

const formats = [
  { kind: 'xlsx', text: 'sheets.xlsx' },
  { kind: 'comma', text: 'sheets.csvComma' },
  { kind: 'semicolon', text: 'sheets.csvSemicolon' },
  { kind: 'tab', text: 'sheets.csvTab' },
] as const;
