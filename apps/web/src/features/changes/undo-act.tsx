import type { Change } from '@cmp/shared/changes';
import { useTranslation } from 'react-i18next';
import { UndoButton } from '#components/undo-button.tsx';
import { useCan, useMay } from '#lib/session.ts';
import type { Act } from './audit-days.ts';

/** Whether an act was undone, or is an undo, and where it can be undone the way to do it. */
export function UndoAct({ act, change }: { act: Act; change: Change }) {
  const { t } = useTranslation();
  const mayUndo = useMayUndo(act);
  if (change.undoneByChangeId !== null) {
    return <span className="text-ink-2">{t('audit.undone', { id: change.undoneByChangeId })}</span>;
  }
  return (
    <>
      {mayUndo ? <UndoButton changeId={change.id} text={t('audit.undo')} /> : null}
      {change.undoesChangeId === null ? null : (
        <span className="text-ink-2">{t('audit.undoes', { id: change.undoesChangeId })}</span>
      )}
    </>
  );
}

/** What of the log can be set back by the portal; the rest is set back by hand. */
const undoableTables: readonly string[] = ['users', 'servers', 'services'];

/** Whether the act is of a kind that can be undone, by this person on each of its servers. */
function useMayUndo({ entries }: Act): boolean {
  const may = useMay();
  const can = useCan();
  if (!may('changes:undo')) return false;
  const undoable = entries.filter(({ table }) => undoableTables.includes(table));
  if (undoable.length === 0) return false;
  return undoable.every(({ serverId }) => serverId === null || can('changes:undo', serverId));
}
