import type { Account } from '@cmp/shared/accounts';
import { nameKey } from '@cmp/shared/primitives';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { Ago } from '#components/ago.tsx';
import { Avatar } from '#components/avatar.tsx';
import { Button, ButtonLink } from '#components/button.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { inputShape } from '#components/field.tsx';
import { PageHeader } from '#components/page-header.tsx';
import { Panel } from '#components/panel.tsx';
import { SkeletonRows } from '#components/skeleton.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { pictureOf } from '#lib/account-picture.ts';
import { queryClient } from '#lib/query-client.ts';
import { roleName } from '#lib/role-words.ts';
import { useSession } from '#lib/session.ts';
import { AccountStatus } from './account-status.tsx';
import { accountList } from './accounts.queries.ts';

export function loader(): null {
  void queryClient.prefetchQuery(accountList);
  return null;
}

export function AccountsPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader
        title={t('accounts.title')}
        lead={t('accounts.lead')}
        actions={
          <ButtonLink tone="primary" to="/accounts/new">
            {t('accounts.create')}
          </ButtonLink>
        }
      />
      <Panel skeleton={<SkeletonRows columns={['w-40', 'w-24', 'w-10', 'w-20', 'w-20']} />}>
        <Accounts />
      </Panel>
    </>
  );
}

function Accounts() {
  const { t } = useTranslation();
  const { data: accounts } = useSuspenseQuery(accountList);
  const [search, setSearch] = useSearchParams();
  const query = search.get('q') ?? '';
  const found = accounts.items.filter((account) => matches(account, query));
  const find = (text: string) => setSearch(text ? { q: text } : {}, { replace: true });

  return (
    <div className="grid gap-4">
      {accounts.total > 8 || query ? (
        <input
          type="search"
          value={query}
          aria-label={t('accounts.find')}
          placeholder={t('accounts.findPlaceholder')}
          onChange={(event) => find(event.target.value)}
          className={`${inputShape} max-w-80`}
        />
      ) : null}
      {found.length > 0 ? (
        <AccountTable accounts={found} />
      ) : (
        <EmptyNote text={t('accounts.noneFound', { query })}>
          <Button onClick={() => find('')}>{t('accounts.clearFind')}</Button>
        </EmptyNote>
      )}
      {accounts.total === 1 ? <p className="text-ink-2">{t('accounts.onlyYou')}</p> : null}
    </div>
  );
}

function matches(account: Account, query: string): boolean {
  const wanted = nameKey(query);
  const names = [account.displayName, account.username, account.email ?? ''];
  return names.some((name) => nameKey(name).includes(wanted));
}

function AccountTable({ accounts }: { accounts: readonly Account[] }) {
  const { t } = useTranslation();
  const { account: self } = useSession();
  return (
    <Table
      label={t('accounts.title')}
      heads={[
        { text: t('accounts.name') },
        { text: t('accounts.status') },
        { text: t('accounts.role') },
        { text: t('accounts.servers'), align: 'right' },
        { text: t('accounts.email') },
        { text: t('accounts.lastSignIn'), align: 'right' },
      ]}
    >
      {accounts.map((account) => (
        <Row key={account.id}>
          <Cell phone="title">
            <span className="flex min-w-0 items-center gap-2.5">
              <Avatar name={account.displayName} picture={pictureOf(account)} />
              <Link
                translate="no"
                to={`/accounts/${account.id}`}
                className="truncate font-semibold hover:text-accent-ink hover:underline"
              >
                {account.displayName}
              </Link>
              <span
                translate="no"
                className="truncate font-mono text-[0.8125rem] text-ink-3 touch:hidden"
              >
                {account.username}
              </span>
              {account.id === self.id ? (
                <span className="rounded-tag bg-accent-wash px-1.5 text-accent-ink text-label">
                  {t('accounts.you')}
                </span>
              ) : null}
            </span>
          </Cell>
          <Cell phone="aside">
            <AccountStatus account={account} />
          </Cell>
          <Cell phone="meta">
            <span className="whitespace-nowrap">{t(roleName[account.role])}</span>
            <span
              translate="no"
              className="hidden truncate pl-2 font-mono text-[0.8125rem] touch:inline"
            >
              {account.username}
            </span>
          </Cell>
          <Cell phone="hidden" align="right">
            <span className="tnum">
              {account.role === 'admin' ? t('accounts.allServers') : account.grantCount}
            </span>
          </Cell>
          <Cell phone="hidden">
            <span translate="no" className="text-ink-2">
              {account.email ?? '—'}
            </span>
          </Cell>
          <Cell phone="metaAside" align="right">
            {account.lastSignInAt ? <Ago at={account.lastSignInAt} /> : t('time.never')}
          </Cell>
        </Row>
      ))}
    </Table>
  );
}

export { AccountsPage as Component };
