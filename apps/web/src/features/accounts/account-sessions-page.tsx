import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { type LoaderFunctionArgs, useParams } from 'react-router';
import { toast } from 'sonner';
import { Panel } from '#components/panel.tsx';
import { Section } from '#components/section.tsx';
import { SessionTable } from '#components/session-table.tsx';
import { SignInTable } from '#components/sign-in-table.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { queryClient } from '#lib/query-client.ts';
import { AccountChats } from './account-chats.tsx';
import { accountIdIn } from './account-id.ts';
import {
  accountById,
  allSessions,
  chatsOfAccount,
  endSession,
  signInsOfAccount,
} from './accounts.queries.ts';

export function loader({ params }: LoaderFunctionArgs): null {
  void queryClient.prefetchQuery(allSessions);
  void queryClient.prefetchQuery(chatsOfAccount(accountIdIn(params)));
  void queryClient.prefetchQuery(signInsOfAccount(accountIdIn(params)));
  return null;
}

export function AccountSessionsPage() {
  const { t } = useTranslation();
  const accountId = accountIdIn(useParams());
  const { data: account } = useSuspenseQuery(accountById(accountId));
  const name = account.displayName;
  return (
    <div className="grid gap-10">
      <Section title={t('accounts.sessionsTitle')} text={t('accounts.sessionsText', { name })}>
        <Panel skeleton={<SkeletonRows rows={2} columns={['w-36', 'w-24', 'w-20', 'w-24']} />}>
          <Sessions accountId={accountId} />
        </Panel>
      </Section>
      <Section title={t('notifications.chats')} text={t('accounts.chatsText', { name })}>
        <Panel skeleton={<SkeletonRows rows={1} columns={['w-36', 'w-24']} />}>
          <AccountChats accountId={accountId} />
        </Panel>
      </Section>
      <Section title={t('accounts.historyTitle')} text={t('accounts.historyText')}>
        <Panel skeleton={<SkeletonRows columns={['w-24', 'w-36', 'w-24', 'w-16']} />}>
          <SignIns accountId={accountId} />
        </Panel>
      </Section>
    </div>
  );
}

function Sessions({ accountId }: { accountId: number }) {
  const { t } = useTranslation();
  const { data: sessions } = useSuspenseQuery(allSessions);
  const { mutate } = useMutation(endSession);
  return (
    <SessionTable
      sessions={sessions.items.filter((session) => session.accountId === accountId)}
      onEnd={({ id }, device) =>
        mutate(id, { onSuccess: () => toast(t('profile.ended', { device })) })
      }
    />
  );
}

function SignIns({ accountId }: { accountId: number }) {
  const { data: signIns } = useSuspenseQuery(signInsOfAccount(accountId));
  return <SignInTable signIns={signIns.items} />;
}

export { AccountSessionsPage as Component };
