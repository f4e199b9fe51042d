import type { Plan } from '@cmp/shared/changes';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckField } from '#components/check-field.tsx';
import { PasswordField } from '#components/password-field.tsx';
import { CommitForm } from './commit-form.tsx';

/** The step that brings it in; accounts are a step of their own, behind the password. */
export function LegacyCommit({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const [withAccounts, setWithAccounts] = useState(false);
  const [keepPasswords, setKeepPasswords] = useState(false);
  const [password, setPassword] = useState('');
  const { counts } = plan;
  const rows = counts.added + counts.changed;

  if (rows === 0) return <p className="max-w-[64ch] text-ink-2">{t('snapshots.nothing')}</p>;
  const accounts = withAccounts ? { withAccounts, keepPasswords, password } : {};
  const words = counts.errors > 0 ? 'snapshots.legacyCommitValid' : 'snapshots.legacyCommit';
  return (
    <CommitForm
      plan={plan}
      options={{ skipErrors: counts.errors > 0, ...accounts }}
      submitText={t(words, { count: rows })}
      disabled={withAccounts && password === ''}
    >
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
    </CommitForm>
  );
}
