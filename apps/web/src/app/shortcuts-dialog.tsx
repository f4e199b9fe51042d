import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { Key } from '#components/key.tsx';
import { useAppearance } from '#lib/appearance.ts';
import { useDestinations } from './navigation.ts';

/** Every key that does something here. */
export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const destinations = useDestinations();
  const { shortcuts } = useAppearance();
  const rows = [
    ...destinations.map(({ key, text }) => ({
      keys: ['G', key.toUpperCase()],
      text: t('shell.shortcutGo', { page: t(text) }),
    })),
    { keys: ['/'], text: t('shell.shortcutFind') },
    { keys: ['N'], text: t('shell.shortcutNew') },
    { keys: ['J', 'K'], text: t('shell.shortcutRows') },
    { keys: ['Enter'], text: t('shell.shortcutOpen') },
    { keys: ['E'], text: t('shell.shortcutExtend') },
    { keys: ['D'], text: t('shell.shortcutTurn') },
    { keys: ['Del'], text: t('shell.shortcutDelete') },
    { keys: ['1', '5'], text: t('shell.shortcutStatus') },
    { keys: ['Ctrl', 'Z'], text: t('shell.shortcutUndo') },
    { keys: ['Alt', '↑', '↓'], text: t('shell.shortcutMove') },
    { keys: ['Ctrl', 'K'], text: t('shell.shortcutPalette') },
    { keys: ['Ctrl', 'J'], text: t('shell.shortcutJobs') },
    { keys: ['I'], text: t('shell.shortcutImport') },
    { keys: ['Shift', 'X'], text: t('shell.shortcutExport') },
    { keys: ['['], text: t('shell.shortcutRail') },
    { keys: ['R'], text: t('shell.shortcutRefresh') },
    { keys: ['Ctrl', 'S'], text: t('shell.shortcutSave') },
    { keys: ['Esc'], text: t('shell.shortcutClose') },
    { keys: ['?'], text: t('shell.shortcutHelp') },
  ];
  return (
    <Dialog open title={t('shell.shortcutsTitle')} onClose={onClose}>
      <dl className="mt-3">
        {rows.map(({ keys, text }) => (
          <div
            key={text}
            className="flex min-h-9 items-center justify-between gap-4 border-line border-b last:border-b-0"
          >
            <dt>{text}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <Key key={key}>{key}</Key>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      {shortcuts ? null : <p className="mt-3 text-ink-2">{t('shell.shortcutsOff')}</p>}
    </Dialog>
  );
}
