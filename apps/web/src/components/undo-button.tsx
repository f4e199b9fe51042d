import type { Plan } from '@cmp/shared/changes';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { explain } from '#lib/explain.ts';
import { jobById } from '#lib/jobs.ts';
import { commitUndo, planUndo } from '#lib/plans.ts';
import { Button } from './button.tsx';
import { Dialog, DialogActions } from './dialog.tsx';
import { JobProgress } from './job-progress.tsx';
import { Notice } from './notice.tsx';
import { UndoBuckets } from './undo-buckets.tsx';
import { WriteButton } from './write-button.tsx';

/** The way back from a change: worked out first and shown, then made. */
export function UndoButton({ changeId, text }: { changeId: number; text: string }) {
  const { t } = useTranslation();
  const plan = useMutation(planUndo);
  const [isOpen, setOpen] = useState(false);

  function open() {
    setOpen(true);
    plan.mutate(changeId);
  }

  return (
    <>
      <WriteButton onClick={open}>{text}</WriteButton>
      <Dialog
        open={isOpen}
        title={t('audit.undoTitle', { id: changeId })}
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
  const rows = reversedIn(plan);
  const [jobId, setJobId] = useState<string>();
  const commit = useMutation({
    ...commitUndo,
    // Of the mutation and not of its call, so that a job's end is told although the dialog was closed.
    onSuccess: () => {
      toast(t('audit.undoDone', { count: rows }));
      onClose();
    },
  });

  return (
    <>
      <UndoBuckets plan={plan} reversed={rows} />
      {commit.isPending && jobId !== undefined ? <UndoRunning jobId={jobId} /> : null}
      {commit.error ? (
        <div className="mt-4">
          <Notice tone="danger">{explain(commit.error)}</Notice>
        </div>
      ) : null}
      <DialogActions>
        <Button onClick={onClose}>
          {t(rows > 0 && !commit.isPending ? 'states.cancel' : 'states.close')}
        </Button>
        {rows > 0 ? (
          <WriteButton
            tone="primary"
            disabled={commit.isPending}
            onClick={() => commit.mutate({ planId: plan.id, onJob: setJobId })}
          >
            {commit.isPending ? t('audit.undoing') : t('audit.undoCommit', { count: rows })}
          </WriteButton>
        ) : null}
      </DialogActions>
    </>
  );
}

function UndoRunning({ jobId }: { jobId: string }) {
  const { t } = useTranslation();
  const { data: job } = useQuery(jobById(jobId));
  return (
    <div className="mt-4 grid gap-2">
      <JobProgress job={job ?? { phase: 'waiting', done: 0, total: null }} />
      <p className="text-ink-2">{t('audit.undoRunning')}</p>
    </div>
  );
}

const reversedIn = ({ counts }: Plan) => counts.added + counts.changed + counts.removed;
