import type { Job } from '@cmp/shared/jobs';
import { useTranslation } from 'react-i18next';
import { isKey } from '#lib/is-key.ts';
import { shareOf } from '#lib/jobs.ts';
import { en } from '#locales/en.ts';
import { ProgressBar } from './progress-bar.tsx';

/** How far a job is, as a bar and in words; said aloud no more often than a listener can bear. */
export function JobProgress({ job }: { job: Pick<Job, 'phase' | 'done' | 'total'> }) {
  const { t } = useTranslation();
  const { done, total } = job;
  const format = (rows: number) => rows.toLocaleString('en');
  const count =
    total === null
      ? t('jobs.progressDone', { count: done })
      : t('jobs.progress', { done: format(done), total: format(total) });
  return (
    <div className="grid gap-1">
      <ProgressBar label={t('jobs.bar')} share={shareOf(job)} />
      <p className="tnum flex justify-between gap-4 text-ink-2">
        <span>{isKey(en.jobs.phase, job.phase) ? t(`jobs.phase.${job.phase}`) : job.phase}</span>
        {done > 0 || total !== null ? <span>{count}</span> : null}
      </p>
    </div>
  );
}
