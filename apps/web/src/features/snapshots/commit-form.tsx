import type { Plan, PlanCommit } from '@cmp/shared/changes';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { Notice } from '#components/notice.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { explain } from '#lib/explain.ts';
import { commitPlan, planById } from '#lib/plans.ts';
import { queryClient } from '#lib/query-client.ts';

interface CommitFormProps {
  plan: Plan;
  options: PlanCommit;
  submitText: string;
  /** Where something is still to be typed. */
  disabled: boolean;
  children: ReactNode;
}

/** The form that makes a plan real; what the plan has become by it is what the page shows next. */
export function CommitForm({ plan, options, submitText, disabled, children }: CommitFormProps) {
  const { t } = useTranslation();
  const commit = useMutation(commitPlan);
  return (
    <form
      className="grid max-w-[640px] gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        commit.mutate(
          { planId: plan.id, options },
          {
            onSuccess: ({ plan: made }) =>
              queryClient.setQueryData(planById(made.id).queryKey, made),
          },
        );
      }}
    >
      {children}
      {commit.error ? (
        <Notice tone="danger" title={t('snapshots.notDone')}>
          {explain(commit.error)}
        </Notice>
      ) : null}
      {/* On a phone what goes on stands first, across the whole width. */}
      <div className="flex flex-wrap gap-2 touch:flex-wrap-reverse touch:*:grow">
        <ButtonLink to="/snapshots/restore">{t('snapshots.back')}</ButtonLink>
        <SubmitButton
          pending={commit.isPending}
          pendingLabel={t('snapshots.committing')}
          disabled={disabled}
        >
          {submitText}
        </SubmitButton>
      </div>
    </form>
  );
}
