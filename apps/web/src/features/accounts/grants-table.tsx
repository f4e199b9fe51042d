import type { Account } from '@cmp/shared/accounts';
import type { Server } from '@cmp/shared/servers';
import { useTranslation } from 'react-i18next';
import { Segmented } from '#components/segmented.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { AllowedActions } from './allowed-actions.tsx';
import { type GrantsDraft, type Level, levelIn, withAction, withLevel } from './grants-draft.ts';

interface GrantsTableProps {
  account: Account;
  servers: readonly Server[];
  draft: GrantsDraft;
  onChange: (draft: GrantsDraft) => void;
}

/** One account against every server: no access, view or manage, and what exactly that allows. */
export function GrantsTable({ account, servers, draft, onChange }: GrantsTableProps) {
  const { t } = useTranslation();
  const levels = useLevelOptions(account);
  const serverIds = servers.map(({ id }) => id);
  const together = new Set(serverIds.map((serverId) => levelIn(draft, serverId)));

  return (
    <Table
      label={t('accounts.accessTitle')}
      heads={[
        { text: t('accounts.server') },
        { text: t('accounts.level') },
        { text: t('accounts.allowed') },
      ]}
    >
      {servers.length > 1 ? (
        <Row>
          <Cell phone="title">
            <span className="text-ink-2">{t('accounts.accessAll')}</span>
          </Cell>
          <Cell phone="below">
            <Segmented<Level | 'mixed'>
              size="row"
              label={t('accounts.levelFor', {
                name: account.displayName,
                server: t('accounts.accessAll'),
              })}
              name="all"
              value={together.size === 1 ? ([...together][0] ?? 'mixed') : 'mixed'}
              options={levels}
              onChange={(level) => {
                if (level !== 'mixed') onChange(withLevel(draft, serverIds, level));
              }}
            />
          </Cell>
          <Cell phone="aside">{null}</Cell>
        </Row>
      ) : null}
      {servers.map((server) => (
        <Row key={server.id}>
          <Cell phone="title">
            <span translate="no" className="font-semibold">
              {server.name}
            </span>
          </Cell>
          <Cell phone="below">
            <Segmented
              size="row"
              label={t('accounts.levelFor', { name: account.displayName, server: server.name })}
              name={`server-${server.id}`}
              value={levelIn(draft, server.id)}
              options={levels}
              onChange={(level) => onChange(withLevel(draft, [server.id], level))}
            />
          </Cell>
          <Cell phone="aside">
            <AllowedActions
              server={server}
              grant={draft.get(server.id)}
              onChange={(action, allowed) =>
                onChange(withAction(draft, server.id, action, allowed))
              }
            />
          </Cell>
        </Row>
      ))}
    </Table>
  );
}

/** A viewer's grant is always View, so Manage is not offered to one. */
function useLevelOptions(
  account: Account,
): readonly { value: Level; text: string; name?: string }[] {
  const { t } = useTranslation();
  const none = { text: t('accounts.levelNone'), name: t('accounts.levelNoneName') };
  const view = { value: 'view', text: t('accounts.levelView') } as const;
  const manage = { value: 'manage', text: t('accounts.levelManage') } as const;
  const offered = account.role === 'viewer' ? [view] : [view, manage];
  return [{ value: 'none', ...none }, ...offered];
}
