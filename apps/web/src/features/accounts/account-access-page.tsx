import type { Account } from '@cmp/shared/accounts';
import type { Grant } from '@cmp/shared/permissions';
import type { Server } from '@cmp/shared/servers';
import { useMutation, useSuspenseQueries, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type LoaderFunctionArgs, useParams } from 'react-router';
import { toast } from 'sonner';
import { EmptyNote } from '#components/empty-note.tsx';
import { Panel } from '#components/panel.tsx';
import { SaveBar } from '#components/save-bar.tsx';
import { Section } from '#components/section.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { queryClient } from '#lib/query-client.ts';
import { serverList } from '#lib/server-list.ts';
import { useSaveKey } from '#lib/use-save-key.ts';
import { accountIdIn } from './account-id.ts';
import { accountById, changeGrants, grantsOfAccount } from './accounts.queries.ts';
import { differencesBetween, draftOf, type GrantsDraft, grantsIn } from './grants-draft.ts';
import { GrantsTable } from './grants-table.tsx';
import { useDifferencesInWords } from './use-differences-in-words.ts';

export function loader({ params }: LoaderFunctionArgs): null {
  void queryClient.prefetchQuery(serverList);
  void queryClient.prefetchQuery(grantsOfAccount(accountIdIn(params)));
  return null;
}

export function AccountAccessPage() {
  const { t } = useTranslation();
  const { data: account } = useSuspenseQuery(accountById(accountIdIn(useParams())));
  const name = account.displayName;
  if (account.role === 'admin') {
    return (
      <Section title={t('accounts.accessTitle')}>
        <EmptyNote text={t('accounts.accessAdmin')} />
      </Section>
    );
  }
  return (
    <Section title={t('accounts.accessTitle')} text={t('accounts.accessText', { name })}>
      <Panel skeleton={<SkeletonRows columns={['w-36', 'w-44', 'w-28']} />}>
        <Access account={account} />
      </Panel>
    </Section>
  );
}

function Access({ account }: { account: Account }) {
  const { t } = useTranslation();
  const [{ data: servers }, { data: grants }] = useSuspenseQueries({
    queries: [serverList, grantsOfAccount(account.id)],
  });
  if (servers.items.length === 0) {
    return <EmptyNote text={t('accounts.accessNoServers', { name: account.displayName })} />;
  }
  return <AccessForm account={account} servers={servers.items} grants={grants.items} />;
}

interface AccessFormProps {
  account: Account;
  servers: readonly Server[];
  grants: readonly Grant[];
}

function AccessForm({ account, servers, grants }: AccessFormProps) {
  const { t } = useTranslation();
  const inWords = useDifferencesInWords(servers);
  const { mutate, isPending } = useMutation(changeGrants);
  const [draft, setDraft] = useState<GrantsDraft>();
  const saved = draftOf(grants);
  const shown = draft ?? saved;
  const differences = differencesBetween(saved, shown);

  function save() {
    if (isPending || differences.length === 0) return;
    const change = { version: account.version, grants: grantsIn(shown) };
    mutate(
      { id: account.id, change },
      {
        onSuccess: (kept) => {
          queryClient.setQueryData(grantsOfAccount(account.id).queryKey, kept);
          setDraft(undefined);
          toast(t('accounts.accessSaved', { name: account.displayName }));
        },
      },
    );
  }
  useSaveKey(save);

  return (
    <form
      className="grid gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <GrantsTable account={account} servers={servers} draft={shown} onChange={setDraft} />
      <SaveBar
        changes={differences.length}
        pending={isPending}
        summary={inWords(differences)}
        onDiscard={() => setDraft(undefined)}
      />
    </form>
  );
}

export { AccountAccessPage as Component };
