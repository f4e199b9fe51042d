import type { Plan, PlanFailure } from '@cmp/shared/changes';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Navigate } from 'react-router';
import { ButtonLink } from '#components/button.tsx';
import { i18next } from '#lib/i18n.ts';
import { jobById } from '#lib/jobs.ts';
import { ImportSubject, planById } from '#lib/plans.ts';
import { FailureNotice } from './failure-notice.tsx';
import { type FileFailure, fileFailureOf } from './file-failure.ts';
import { ImportCheck } from './import-check.tsx';
import { ImportDone } from './import-done.tsx';
import { ImportRunning } from './import-running.tsx';
import { ImportSteps } from './import-steps.tsx';

/** The last two steps, as far as the plan has come: whoever comes back finds it where it is. */
export function ImportPlan({ serverId, planId }: { serverId: number; planId: number }) {
  const { data: plan } = useSuspenseQuery(planById(planId));
  const subject = ImportSubject.parse(plan.subject);
  if (subject.serverId !== serverId) {
    return <Navigate replace to={`/servers/${subject.serverId}/import/${planId}`} />;
  }
  return (
    <>
      <ImportSteps current={stepOf[plan.state]} />
      <PlanByState plan={plan} subject={subject} />
    </>
  );
}

const stepOf = {
  parsing: 'check',
  failed: 'file',
  ready: 'check',
  committing: 'import',
  committed: 'done',
} as const satisfies Record<Plan['state'], string>;

function PlanByState({ plan, subject }: { plan: Plan; subject: ImportSubject }) {
  switch (plan.state) {
    case 'parsing':
      return <ImportRunning plan={plan} subject={subject} phase="reading" />;
    case 'failed':
      return <NotRead plan={plan} subject={subject} />;
    case 'ready':
      return (
        <>
          <LastAttempt plan={plan} />
          <ImportCheck plan={plan} subject={subject} />
        </>
      );
    case 'committing':
      return <ImportRunning plan={plan} subject={subject} phase="importing" />;
    case 'committed':
      return <ImportDone plan={plan} subject={subject} />;
  }
}

function NotRead({ plan, subject }: { plan: Plan; subject: ImportSubject }) {
  const { t } = useTranslation();
  return (
    <div className="grid max-w-[720px] gap-5">
      <FailureNotice
        title={t('sheets.failedTitle')}
        failure={inWords(plan.failure ?? { code: 'interrupted', message: '' })}
      />
      <div>
        <ButtonLink tone="primary" to={`/servers/${subject.serverId}/import?mode=${subject.mode}`}>
          {t('sheets.chooseAnother')}
        </ButtonLink>
      </div>
    </div>
  );
}

/** A plan is ready again where its import came to nothing; why, its job says. */
function LastAttempt({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const { data: job } = useQuery({ ...jobById(plan.jobId ?? ''), enabled: plan.jobId !== null });
  if (!job?.failure || job.kind !== 'import:commit') return null;
  return (
    <div className="mb-6 max-w-[720px]">
      <FailureNotice title={t('sheets.notDone')} failure={inWords(job.failure)} />
    </div>
  );
}

/** Stopping is no fault of the file. */
function inWords(failure: PlanFailure): FileFailure {
  if (failure.code === 'stopped') return { text: i18next.t('sheets.stopped'), names: [] };
  return fileFailureOf(failure);
}
