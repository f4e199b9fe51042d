import type { Plan } from '@cmp/shared/changes';
import { LegacySubject } from '@cmp/shared/legacy';
import { RestoreSubject } from '@cmp/shared/snapshots';
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Button, ButtonLink } from '#components/button.tsx';
import { JobProgress } from '#components/job-progress.tsx';
import { Notice } from '#components/notice.tsx';
import { Section } from '#components/section.tsx';
import { failureInWords } from '#lib/failure-words.ts';
import { jobById, stopJob } from '#lib/jobs.ts';
import { planById } from '#lib/plans.ts';
import { LegacyCheck } from './legacy-check.tsx';
import { LegacyDone } from './legacy-done.tsx';
import { RestoreCheck } from './restore-check.tsx';
import { RestoreDone } from './restore-done.tsx';

/** A restore as far as it has come: whoever comes back finds it where it is. */
export function RestorePlan({ planId }: { planId: number }) {
  const { data: plan } = useSuspenseQuery(planById(planId));
  switch (plan.state) {
    case 'parsing':
    case 'committing':
      return <Running plan={plan} />;
    case 'failed':
      return <NotRead plan={plan} />;
    case 'ready':
      return (
        <>
          <LastAttempt plan={plan} />
          <Check plan={plan} />
        </>
      );
    case 'committed':
      return plan.action === 'legacy:import' ? (
        <LegacyDone plan={plan} />
      ) : (
        <RestoreDone plan={plan} subject={RestoreSubject.parse(plan.subject)} />
      );
  }
}

function Check({ plan }: { plan: Plan }) {
  return plan.action === 'legacy:import' ? (
    <LegacyCheck plan={plan} subject={LegacySubject.parse(plan.subject)} />
  ) : (
    <RestoreCheck plan={plan} subject={RestoreSubject.parse(plan.subject)} />
  );
}

function Running({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const stop = useMutation(stopJob);
  const { jobId, state } = plan;
  const { data: job } = useQuery({ ...jobById(jobId ?? ''), enabled: jobId !== null });
  const file = String(plan.subject.fileName ?? '');
  const isReading = state === 'parsing';
  return (
    <div className="max-w-[720px]">
      <Section
        title={t(isReading ? 'snapshots.readingTitle' : 'snapshots.writingTitle', { file })}
        text={t(isReading ? 'snapshots.readingText' : 'snapshots.writingText')}
      >
        <JobProgress job={job ?? { phase: 'waiting', done: 0, total: null }} />
        {jobId === null ? null : (
          <div>
            <Button tone="danger" disabled={stop.isPending} onClick={() => stop.mutate(jobId)}>
              {t(stop.isPending ? 'snapshots.stopping' : 'snapshots.stop')}
            </Button>
          </div>
        )}
      </Section>
    </div>
  );
}

function NotRead({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  return (
    <div className="grid max-w-[720px] gap-5">
      <Notice tone="danger" title={t('snapshots.notRead')}>
        {failureInWords(plan.failure ?? { code: 'interrupted' })}
      </Notice>
      <div>
        <ButtonLink tone="primary" to="/snapshots/restore">
          {t('snapshots.chooseAnother')}
        </ButtonLink>
      </div>
    </div>
  );
}

/** A plan is ready again where its restore came to nothing; why, its job says. */
function LastAttempt({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const { data: job } = useQuery({ ...jobById(plan.jobId ?? ''), enabled: plan.jobId !== null });
  if (!job?.failure || job.kind !== 'restore:write') return null;
  return (
    <div className="mb-6 max-w-[720px]">
      <Notice tone="danger" title={t('snapshots.notDone')}>
        {failureInWords(job.failure)}
      </Notice>
    </div>
  );
}
