import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { EmptyNote } from '#components/empty-note.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { serverList } from '#lib/server-list.ts';
import { useSession } from '#lib/session.ts';

/** The servers this person can see, and what they may do on each. */
export function OverviewServers() {
  const { t } = useTranslation();
  const { account, grants } = useSession();
  const { data: servers } = useSuspenseQuery(serverList);
  const admin = account.role === 'admin';
  if (servers.items.length === 0) {
    return <EmptyNote text={t(admin ? 'overview.serversEmptyAdmin' : 'overview.serversEmpty')} />;
  }

  function accessTo(serverId: number): string {
    if (admin) return t('overview.accessAll');
    const level = grants.find((grant) => grant.serverId === serverId)?.level;
    return t(level === 'manage' ? 'overview.accessManage' : 'overview.accessView');
  }

  return (
    <Table
      label={t('overview.servers')}
      heads={[
        { text: t('overview.serverName') },
        { text: t('overview.serverAddress') },
        { text: t('overview.serverOwner') },
        ...(admin ? [] : [{ text: t('overview.serverAccess') }]),
      ]}
    >
      {servers.items.map((server) => (
        <Row key={server.id}>
          <Cell phone="title">
            <span translate="no" className="font-semibold">
              {server.name}
            </span>
          </Cell>
          <Cell phone="meta">
            <span
              translate="no"
              className="flex flex-wrap gap-x-4 font-mono text-[0.8125rem] text-ink-2"
            >
              <span>{server.ipAddress ?? '—'}</span>
              {server.domainName ? <span>{server.domainName}</span> : null}
            </span>
          </Cell>
          <Cell phone="aside">
            <span translate="no">{server.owner ?? '—'}</span>
          </Cell>
          {admin ? null : <Cell phone="metaAside">{accessTo(server.id)}</Cell>}
        </Row>
      ))}
    </Table>
  );
}
