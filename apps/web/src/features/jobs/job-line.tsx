import type { Job } from '@cmp/shared/jobs';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Ago } from '#components/ago.tsx';
import { Button } from '#components/button.tsx';
import { JobProgress } from '#components/job-progress.tsx';
import { failureInWords } from '#lib/failure-words.ts';
import { isRunning, stopJob } from '#lib/jobs.ts';
import { useSession } from '#lib/session.ts';

interface JobLineProps {
  job: Job;
  onView: (planId: number) => void;
}

/** One job: what it is, how far, whose, and what can be done about it. A plan is its maker's alone. */
export function JobLine({ job, onView }: JobLineProps) {
  const { t } = useTranslation();
  const { account } = useSession();
  const stop = useMutation(stopJob);
  const { planId } = job;
  const name = t(`jobs.kind.${job.kind}`);
  const isOwn = job.accountId === account.id;

  return (
    <li className="grid gap-1.5 border-line border-b py-3 last:border-b-0">
      <div className="flex items-baseline justify-between gap-4">
        <p className="min-w-0">
          <span className="font-[550]">{name}</span>
          <span className={job.state === 'failed' ? 'text-danger' : 'text-ink-2'}>
            {' · '}
            {t(`jobs.state.${job.state}`)}
          </span>
        </p>
        <span className="shrink-0 text-ink-3">
          <Ago at={job.createdAt} />
        </span>
      </div>
      {isRunning(job) ? <JobProgress job={job} /> : null}
      {job.failure ? <p className="text-danger">{failureInWords(job.failure)}</p> : null}
      <div className="flex items-center gap-2">
        {isOwn ? null : (
          <span className="truncate text-ink-2">{t('jobs.by', { name: job.accountName })}</span>
        )}
        <span className="ml-auto flex gap-2">
          {isRunning(job) ? (
            <Button
              size="row"
              aria-label={t('jobs.stopLabel', { job: name })}
              disabled={stop.isPending}
              onClick={() => stop.mutate(job.id)}
            >
              {t(stop.isPending ? 'jobs.stopping' : 'jobs.stop')}
            </Button>
          ) : null}
          {isOwn && planId !== null ? (
            <Button
              size="row"
              aria-label={t('jobs.viewLabel', { job: name })}
              onClick={() => onView(planId)}
            >
              {t('jobs.view')}
            </Button>
          ) : null}
        </span>
      </div>
    </li>
  );
}
