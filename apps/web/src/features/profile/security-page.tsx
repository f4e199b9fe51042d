import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { Panel } from '#components/panel.tsx';
import { PasswordForm } from '#components/password-form.tsx';
import { Section } from '#components/section.tsx';
import { SessionTable } from '#components/session-table.tsx';
import { SignInTable } from '#components/sign-in-table.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { queryClient } from '#lib/query-client.ts';
import {
  changeOwnPassword,
  endOwnSession,
  endOwnSessions,
  ownSessions,
  ownSignIns,
} from './profile.queries.ts';

export function loader(): null {
  void queryClient.prefetchQuery(ownSessions);
  void queryClient.prefetchQuery(ownSignIns);
  return null;
}

export function SecurityPage() {
  const { t } = useTranslation();
  const { mutateAsync, isPending } = useMutation(changeOwnPassword);

  return (
    <div className="grid gap-10">
      <Section title={t('profile.passwordTitle')} text={t('profile.passwordText')}>
        <PasswordForm
          currentLabel={t('auth.currentPassword')}
          onSubmit={async (change) => {
            await mutateAsync(change);
            toast(t('auth.changed'));
          }}
          actions={
            <div>
              <SubmitButton pending={isPending}>{t('profile.passwordSubmit')}</SubmitButton>
            </div>
          }
        />
      </Section>
      <Panel skeleton={<SkeletonRows rows={2} columns={['w-36', 'w-24', 'w-20', 'w-24']} />}>
        <OwnSessions />
      </Panel>
      <Section title={t('profile.historyTitle')} text={t('profile.historyText')}>
        <Panel skeleton={<SkeletonRows columns={['w-24', 'w-36', 'w-24', 'w-16']} />}>
          <OwnSignIns />
        </Panel>
      </Section>
    </div>
  );
}

function OwnSessions() {
  const { t } = useTranslation();
  const { data: sessions } = useSuspenseQuery(ownSessions);
  const ending = useMutation(endOwnSession);
  const endingAll = useMutation(endOwnSessions);
  const otherIds = sessions.items.filter((session) => !session.current).map(({ id }) => id);

  function endOthers() {
    const told = () => toast(t('profile.endedOthers', { count: otherIds.length }));
    endingAll.mutate(otherIds, { onSuccess: told });
  }

  return (
    <Section
      title={t('profile.sessionsTitle')}
      text={t('profile.sessionsText')}
      aside={
        otherIds.length > 1 ? (
          <WriteButton disabled={endingAll.isPending} onClick={endOthers}>
            {t('profile.endOthers')}
          </WriteButton>
        ) : null
      }
    >
      <SessionTable
        sessions={sessions.items}
        onEnd={({ id }, device) =>
          ending.mutate(id, { onSuccess: () => toast(t('profile.ended', { device })) })
        }
      />
    </Section>
  );
}

function OwnSignIns() {
  const { data: signIns } = useSuspenseQuery(ownSignIns);
  return <SignInTable signIns={signIns.items} />;
}

export { SecurityPage as Component };
