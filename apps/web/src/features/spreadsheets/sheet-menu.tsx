import { Menu } from '@base-ui/react/menu';
import type { Separator } from '@cmp/shared/spreadsheets';
import { useMutation } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
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
  const sheet = useSheet(serverId, query);
  const [isOpen, setOpen] = useState(false);
  const { mayImport } = sheet;
  const shortcuts = useMemo(
    () => ({
      X: () => setOpen(true),
      ...(mayImport && { i: () => void navigate(`/servers/${serverId}/import`) }),
    }),
    [mayImport, navigate, serverId],
  );
  useShortcuts(shortcuts);

  return (
    <>
      {mayImport ? (
        <ButtonLink to={`/servers/${serverId}/import`}>{t('sheets.import')}</ButtonLink>
      ) : null}
      <Menu.Root open={isOpen} onOpenChange={setOpen}>
        <Menu.Trigger disabled={sheet.isPreparing} render={<Button />}>
          {sheet.isPreparing ? t('sheets.preparing') : t('sheets.export')}
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={6} className="z-30">
            <Menu.Popup className={menuShape}>
              <ExportItems sheet={sheet} />
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </>
  );
}

/** Where a list is still to be filled: the ways to fill it by a file. */
export function FirstSheet({ serverId }: { serverId: number }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { mayImport, isPreparing, getTemplate } = useSheet(serverId, '');
  const shortcuts = useMemo(
    () => (mayImport ? { i: () => void navigate(`/servers/${serverId}/import`) } : {}),
    [mayImport, navigate, serverId],
  );
  useShortcuts(shortcuts);
  if (!mayImport) return null;
  return (
    <>
      <ButtonLink to={`/servers/${serverId}/import`}>{t('sheets.importFile')}</ButtonLink>
      <Button disabled={isPreparing} onClick={getTemplate}>
        {t('sheets.getTemplate')}
      </Button>
    </>
  );
}

/** The same within another menu, the import first. */
export function SheetMenuItems({ serverId, query }: SheetMenuProps) {
  const { t } = useTranslation();
  const sheet = useSheet(serverId, query);
  return (
    <>
      {sheet.mayImport ? (
        <Menu.LinkItem
          closeOnClick
          className={menuItemShape}
          render={<Link to={`/servers/${serverId}/import`} />}
        >
          {t('sheets.import')}
        </Menu.LinkItem>
      ) : null}
      <Menu.Separator className={menuLineShape} />
      <ExportItems sheet={sheet} />
    </>
  );
}

type Sheet = ReturnType<typeof useSheet>;

function ExportItems({ sheet }: { sheet: Sheet }) {
  const { t } = useTranslation();
  return (
    <>
      {sheet.mayExport ? (
        <>
          <Menu.Group>
            <Menu.GroupLabel className={menuLabelShape}>{t('sheets.exportShown')}</Menu.GroupLabel>
            {formats.map(({ kind, text }) => (
              <Menu.Item key={kind} className={menuItemShape} onClick={() => sheet.exportAs(kind)}>
                {t(text)}
              </Menu.Item>
            ))}
          </Menu.Group>
          <Menu.CheckboxItem
            checked={sheet.withEnabled}
            closeOnClick={false}
            onCheckedChange={sheet.setWithEnabled}
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
      <Menu.Item className={menuItemShape} onClick={sheet.getTemplate}>
        {t('sheets.template')}
      </Menu.Item>
    </>
  );
}

function useSheet(serverId: number, query: string) {
  const can = useCan();
  const [withEnabled, setWithEnabled] = useState(false);
  const save = useMutation(saveSheet);

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

  return {
    mayExport: can('users:export', serverId),
    mayImport: can('users:import', serverId),
    withEnabled,
    setWithEnabled,
    isPreparing: save.isPending,
    exportAs,
    getTemplate: () => save.mutate(templateOf(serverId)),
  };
}

const formats = [
  { kind: 'xlsx', text: 'sheets.xlsx' },
  { kind: 'comma', text: 'sheets.csvComma' },
  { kind: 'semicolon', text: 'sheets.csvSemicolon' },
  { kind: 'tab', text: 'sheets.csvTab' },
] as const;
