import type { Plan } from '@cmp/shared/changes';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { CheckField } from '#components/check-field.tsx';
import { Notice } from '#components/notice.tsx';
import { PasswordField } from '#components/password-field.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { explain } from '#lib/explain.ts';
import { commitPlan, planById } from '#lib/plans.ts';
import { queryClient } from '#lib/query-client.ts';

/** The step that brings it in; accounts are a step of their own, behind the password. */
export function LegacyCommit({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const commit = useMutation(commitPlan);
  const [withAccounts, setWithAccounts] = useState(false);
  const [keepPasswords, setKeepPasswords] = useState(false);
  const [password, setPassword] = useState('');
  const { counts } = plan;
  const rows = counts.added + counts.changed;

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    const accounts = withAccounts ? { withAccounts, keepPasswords, password } : {};
    commit.mutate(
      { planId: plan.id, options: { skipErrors: counts.errors > 0, ...accounts } },
      { onSuccess: ({ plan: made }) => queryClient.setQueryData(planById(made.id).queryKey, made) },
    );
  }

  if (rows === 0) return <p className="max-w-[64ch] text-ink-2">{t('snapshots.nothing')}</p>;
  const words = counts.errors > 0 ? 'snapshots.legacyCommitValid' : 'snapshots.legacyCommit';
  return (
    <form className="grid max-w-[640px] gap-5" onSubmit={onSubmit}>
      <CheckField
        label={t('snapshots.legacyAccounts')}
        hint={t('snapshots.legacyAccountsHint')}
        checked={withAccounts}
        onChange={({ target }) => setWithAccounts(target.checked)}
      />
      {withAccounts ? (
        <>
          <CheckField
            label={t('snapshots.legacyPasswords')}
            hint={t('snapshots.legacyPasswordsHint')}
            checked={keepPasswords}
            onChange={({ target }) => setKeepPasswords(target.checked)}
          />
          <PasswordField
            label={t('snapshots.password')}
            autoComplete="current-password"
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        </>
      ) : null}
      {commit.error ? (
        <Notice tone="danger" title={t('snapshots.notDone')}>
          {explain(commit.error)}
        </Notice>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <ButtonLink to="/snapshots/restore">{t('snapshots.back')}</ButtonLink>
        <SubmitButton
          pending={commit.isPending}
          pendingLabel={t('snapshots.committing')}
          disabled={withAccounts && password === ''}
        >
          {t(words, { count: rows })}
        </SubmitButton>
      </div>
    </form>
  );
}
