import type { Job } from '@cmp/shared/jobs';
import { SnapshotKind } from '@cmp/shared/snapshots';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import * as z from 'zod';
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
  const about = useSubject(job);
  const isOwn = job.accountId === account.id;

  return (
    <li className="grid gap-2 border-line border-b py-2.5 last:border-b-0">
      <div className="flex min-h-11 items-center justify-between gap-4">
        <div className="grid min-w-0">
          <p>
            <span className="font-[550]">{name}</span>
            <span className={job.state === 'failed' ? 'text-danger' : 'text-ink-2'}>
              {' · '}
              {t(`jobs.state.${job.state}`)}
            </span>
            <span className="text-ink-3">
              {' · '}
              <Ago at={job.createdAt} />
            </span>
          </p>
          <p className="flex min-w-0 gap-x-2 text-ink-2">
            {about ? (
              <span translate="no" title={about} className="truncate">
                {about}
              </span>
            ) : null}
            {isOwn ? null : (
              <span className="shrink-0">{t('jobs.by', { name: job.accountName })}</span>
            )}
          </p>
        </div>
        <span className="flex shrink-0 gap-2">
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
      {isRunning(job) ? <JobProgress job={job} /> : null}
      {job.failure ? <p className="text-danger">{failureInWords(job.failure)}</p> : null}
    </li>
  );
}

const Subject = z.object({
  fileName: z.string().optional(),
  serverName: z.string().optional(),
  kind: SnapshotKind.optional(),
});

/** Two jobs of a kind are told apart by their file, their server, or what a snapshot is of. */
function useSubject({ subject }: Job): string | undefined {
  const { t } = useTranslation();
  const { fileName: file, serverName: server, kind } = Subject.safeParse(subject).data ?? {};
  if (file && server) return t('jobs.into', { file, server });
  if (kind) return t(`snapshots.kindOf.${kind}`);
  return file;
}
