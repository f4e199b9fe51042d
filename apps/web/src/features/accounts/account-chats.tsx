import type { LinkedChat } from '@cmp/shared/bot';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Ago } from '#components/ago.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { UnlinkCell } from '#components/unlink-cell.tsx';
import { chatsOfAccount, unlinkAnyChat } from './accounts.queries.ts';

/** The chats that act for an account, and the way to end that. */
export function AccountChats({ accountId }: { accountId: number }) {
  const { t } = useTranslation();
  const { data } = useSuspenseQuery(chatsOfAccount(accountId));
  if (data.total === 0) return <EmptyNote text={t('notifications.chatsEmpty')} />;
  return (
    <Table
      label={t('notifications.chats')}
      heads={[
        { text: t('notifications.chatName') },
        { text: t('notifications.chatSince') },
        { text: '', hiddenText: t('notifications.unlink') },
      ]}
    >
      {data.items.map((chat) => (
        <ChatRow key={chat.id} chat={chat} />
      ))}
    </Table>
  );
}

function ChatRow({ chat }: { chat: LinkedChat }) {
  const { t } = useTranslation();
  return (
    <Row>
      <Cell phone="title">
        <span translate="no" className="font-semibold wrap-anywhere">
          {chat.name}
        </span>
      </Cell>
      <Cell phone="meta">
        <span className="text-ink-2">
          <Ago at={chat.createdAt} />
        </span>
      </Cell>
      <UnlinkCell chat={chat} text={t('accounts.unlinkText')} mutation={unlinkAnyChat} />
    </Row>
  );
}
