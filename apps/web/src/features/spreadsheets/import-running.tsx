import type { Plan } from '@cmp/shared/changes';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Button, ButtonLink } from '#components/button.tsx';
import { JobProgress } from '#components/job-progress.tsx';
import { Section } from '#components/section.tsx';
import { jobById, stopJob } from '#lib/jobs.ts';
import type { ImportSubject } from '#lib/plans.ts';

interface ImportRunningProps {
  plan: Plan;
  subject: ImportSubject;
  phase: 'reading' | 'importing';
}

/** What goes on by itself: how far it is, and how to leave it or end it. */
export function ImportRunning({ plan, subject, phase }: ImportRunningProps) {
  const { t } = useTranslation();
  const stop = useMutation(stopJob);
  const { jobId } = plan;
  const { data: job } = useQuery({ ...jobById(jobId ?? ''), enabled: jobId !== null });
  const words = phase === 'reading' ? 'sheets.readingTitle' : 'sheets.runningTitle';
  return (
    <div className="max-w-[720px]">
      <Section title={t(words, { file: subject.fileName })} text={t('sheets.readingText')}>
        <JobProgress job={job ?? { phase: 'waiting', done: 0, total: null }} />
        <div className="flex flex-wrap gap-2">
          <ButtonLink to={`/servers/${subject.serverId}`}>{t('sheets.leave')}</ButtonLink>
          {jobId === null ? null : (
            <Button tone="danger" disabled={stop.isPending} onClick={() => stop.mutate(jobId)}>
              {t(stop.isPending ? 'sheets.stopping' : 'sheets.stop')}
            </Button>
          )}
        </div>
      </Section>
    </div>
  );
}
