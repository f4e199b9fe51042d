import type { LinkedChat } from '@cmp/shared/bot';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { Ago } from '#components/ago.tsx';
import { ConfirmDialog } from '#components/confirm-dialog.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { WriteButton } from '#components/write-button.tsx';
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

function ChatRow({ chat: { id, name, createdAt } }: { chat: LinkedChat }) {
  const { t } = useTranslation();
  const [isAsking, ask] = useState(false);
  const unlink = useMutation(unlinkAnyChat);
  return (
    <Row>
      <Cell phone="title">
        <span translate="no" className="font-semibold wrap-anywhere">
          {name}
        </span>
      </Cell>
      <Cell phone="meta">
        <span className="text-ink-2">
          <Ago at={createdAt} />
        </span>
      </Cell>
      <Cell phone="aside" align="right">
        <WriteButton
          size="row"
          aria-label={t('notifications.unlinkOf', { name })}
          onClick={() => ask(true)}
        >
          {t('notifications.unlink')}
        </WriteButton>
        <ConfirmDialog
          open={isAsking}
          title={t('notifications.unlinkTitle', { name })}
          text={t('accounts.unlinkText')}
          action={t('notifications.unlink')}
          pending={unlink.isPending}
          onClose={() => ask(false)}
          onConfirm={() =>
            unlink.mutate(id, {
              onSuccess: () => toast(t('notifications.unlinked', { name })),
              onSettled: () => ask(false),
            })
          }
        />
      </Cell>
    </Row>
  );
}
