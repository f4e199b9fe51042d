import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { toast } from 'sonner';
import { Dialog } from '#components/dialog.tsx';
import { FailureNote } from '#components/failure-note.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { explain } from '#lib/explain.ts';
import { jobList } from '#lib/jobs.ts';
import { addressOfPlan } from '#lib/plans.ts';
import { JobLine } from './job-line.tsx';

/** Every long task of late, with how far it is. */
export default function JobsTray({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: jobs, error, refetch } = useQuery({ ...jobList, staleTime: 0 });
  const view = useMutation({
    mutationFn: addressOfPlan,
    meta: { told: 'by the form' },
    onSuccess: (address) => {
      onClose();
      void navigate(address);
    },
    onError: (refusal) => toast.error(explain(refusal)),
  });

  return (
    <Dialog open title={t('jobs.title')} onClose={onClose}>
      <div className="mt-3">
        {error && !jobs ? <FailureNote error={error} onRetry={() => void refetch()} /> : null}
        {!error && !jobs ? <SkeletonRows rows={2} columns={['w-32', 'w-16']} /> : null}
        {jobs?.items.length === 0 ? <p className="text-ink-2">{t('jobs.empty')}</p> : null}
        <ul>
          {jobs?.items.map((job) => (
            <JobLine key={job.id} job={job} onView={(planId) => view.mutate(planId)} />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
