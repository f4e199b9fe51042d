import type { Plan } from '@cmp/shared/changes';
import type { RestoreSubject } from '@cmp/shared/snapshots';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { ButtonLink } from '#components/button.tsx';
import { CheckField } from '#components/check-field.tsx';
import { Notice } from '#components/notice.tsx';
import { PasswordField } from '#components/password-field.tsx';
import { TextField } from '#components/text-field.tsx';
import { siteQuery } from '#lib/site.ts';
import { CommitForm } from './commit-form.tsx';

/** The step that does it. What cannot be undone asks for the site's name and the password. */
export function RestoreCommit({ plan, subject }: { plan: Plan; subject: RestoreSubject }) {
  const { t } = useTranslation();
  const { data: site } = useSuspenseQuery(siteQuery);
  const [siteName, setSiteName] = useState('');
  const [password, setPassword] = useState('');
  const [withAccounts, setWithAccounts] = useState(false);
  const isReplacing = subject.mode === 'replace';
  const rows = plan.counts.added + plan.counts.changed;
  const words = wordsOf[subject.kind];
  const hasSeparate = subject.tables.some(({ isSeparate }) => isSeparate);

  if (!isReplacing && rows === 0)
    return (
      <div className="grid gap-4">
        <p className="max-w-[64ch] text-ink-2">{t('snapshots.nothing')}</p>
        <div>
          <ButtonLink to="/snapshots">{t('snapshots.toSnapshots')}</ButtonLink>
        </div>
      </div>
    );

  return (
    <CommitForm
      plan={plan}
      options={isReplacing ? { siteName, password, withAccounts } : {}}
      submitText={isReplacing ? t(words.commit) : t('snapshots.commitMerge', { count: rows })}
      disabled={isReplacing && (siteName.trim() !== site.name || password === '')}
    >
      {isReplacing ? (
        <>
          <Notice tone="danger" title={t(words.title)}>
            <Trans i18nKey={words.text} components={{ site: <SiteName name={site.name} /> }} />
          </Notice>
          <TextField
            label={t('snapshots.siteName')}
            value={siteName}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => setSiteName(target.value)}
          />
          <PasswordField
            label={t('snapshots.password')}
            autoComplete="current-password"
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
          {hasSeparate ? (
            <CheckField
              label={t(words.accounts)}
              hint={t(words.accountsHint)}
              checked={withAccounts}
              onChange={({ target }) => setWithAccounts(target.checked)}
            />
          ) : null}
        </>
      ) : null}
    </CommitForm>
  );
}

/** By a property, since Trans puts its own children in. */
function SiteName({ name }: { name: string }) {
  return <b translate="no">{name}</b>;
}

const wordsOf = {
  database: {
    title: 'snapshots.replaceTitle',
    text: 'snapshots.replaceText',
    accounts: 'snapshots.withAccounts',
    accountsHint: 'snapshots.withAccountsHint',
    commit: 'snapshots.commitReplace',
  },
  config: {
    title: 'snapshots.replaceConfigTitle',
    text: 'snapshots.replaceConfigText',
    accounts: 'snapshots.addAccounts',
    accountsHint: 'snapshots.addAccountsHint',
    commit: 'snapshots.commitConfig',
  },
} as const;
