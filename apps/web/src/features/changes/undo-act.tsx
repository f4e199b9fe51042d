import type { Change, Plan } from '@cmp/shared/changes';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { Button } from '#components/button.tsx';
import { Dialog, DialogActions } from '#components/dialog.tsx';
import { Notice } from '#components/notice.tsx';
import { explain } from '#lib/explain.ts';
import { commitPlan, planUndo } from '#lib/plans.ts';
import { useCan, useMay } from '#lib/session.ts';
import type { Act } from './audit-days.ts';
import { UndoBuckets } from './undo-buckets.tsx';

/** The way back from an act, where there is one: worked out first and shown, then made. */
export function UndoAct({ act, change }: { act: Act; change: Change }) {
  const { t } = useTranslation();
  const mayUndo = useMayUndo(act);
  const plan = useMutation(planUndo);
  const [isOpen, setOpen] = useState(false);

  if (change.undoneByChangeId !== null) {
    return <span className="text-ink-2">{t('audit.undone', { id: change.undoneByChangeId })}</span>;
  }
  if (!mayUndo) return null;

  function open() {
    setOpen(true);
    plan.mutate(change.id);
  }

  return (
    <>
      {change.undoesChangeId === null ? null : (
        <span className="text-ink-2">{t('audit.undoes', { id: change.undoesChangeId })}</span>
      )}
      <Button onClick={open}>{t('audit.undo')}</Button>
      <Dialog
        open={isOpen}
        title={t('audit.undoTitle', { id: change.id })}
        onClose={() => setOpen(false)}
      >
        {plan.isPending ? (
          <p role="status" className="mt-3 text-ink-2">
            {t('audit.undoPlanning')}
          </p>
        ) : null}
        {plan.error ? (
          <div className="mt-4">
            <Notice tone="danger" title={t('audit.undoFailed')}>
              {explain(plan.error)}
            </Notice>
          </div>
        ) : null}
        {plan.data ? <UndoPlan plan={plan.data} onClose={() => setOpen(false)} /> : null}
      </Dialog>
    </>
  );
}

function UndoPlan({ plan, onClose }: { plan: Plan; onClose: () => void }) {
  const { t } = useTranslation();
  const commit = useMutation(commitPlan);
  const rows = reversedIn(plan);

  function undo() {
    commit.mutate(
      { planId: plan.id, options: {} },
      {
        onSuccess: () => {
          toast(t('audit.undoDone', { count: rows }));
          onClose();
        },
      },
    );
  }

  return (
    <>
      <UndoBuckets plan={plan} reversed={rows} />
      {commit.error ? (
        <div className="mt-4">
          <Notice tone="danger">{explain(commit.error)}</Notice>
        </div>
      ) : null}
      <DialogActions>
        <Button onClick={onClose}>{t(rows > 0 ? 'states.cancel' : 'states.close')}</Button>
        {rows > 0 ? (
          <Button tone="primary" disabled={commit.isPending} onClick={undo}>
            {commit.isPending ? t('audit.undoing') : t('audit.undoCommit', { count: rows })}
          </Button>
        ) : null}
      </DialogActions>
    </>
  );
}

const reversedIn = ({ counts }: Plan) => counts.added + counts.changed + counts.removed;

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
