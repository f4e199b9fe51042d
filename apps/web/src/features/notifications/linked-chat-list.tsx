import type { LinkedChat } from '@cmp/shared/bot';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Ago } from '#components/ago.tsx';
import { EmptyNote } from '#components/empty-note.tsx';
import { Section } from '#components/section.tsx';
import { StatusWord } from '#components/status-word.tsx';
import { Switch } from '#components/switch.tsx';
import { Cell, Row, Table } from '#components/table.tsx';
import { UnlinkCell } from '#components/unlink-cell.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { useMay } from '#lib/session.ts';
import { linkedChats, turnAlerts, unlinkChat } from './chats.queries.ts';

// Draws QR codes, which only this dialog does.
const LinkDialog = lazy(() => import('./link-dialog.tsx'));

/** Which chats act for one's account, and the way to link another. */
export function LinkedChatList() {
  const { t } = useTranslation();
  const mayMend = useMay()('settings:read');
  const { data } = useSuspenseQuery(linkedChats);
  const [isLinking, setLinking] = useState(false);
  const { items, botUsername } = data;
  const link = (
    <WriteButton onClick={() => setLinking(true)}>{t('notifications.link')}</WriteButton>
  );

  return (
    <div id="chats" className="scroll-mt-20">
      <Section
        title={t('notifications.chats')}
        text={t('notifications.chatsText')}
        aside={items.length > 0 && botUsername !== null ? link : null}
      >
        {items.length > 0 ? <Chats chats={items} /> : null}
        {items.length === 0 && botUsername !== null ? (
          <EmptyNote text={t('notifications.chatsEmpty')}>{link}</EmptyNote>
        ) : null}
        {botUsername === null ? (
          <p className="text-ink-2">
            {t('notifications.chatsNoBot')}{' '}
            {mayMend ? (
              <Link
                to="/settings/telegram"
                className="font-[550] text-accent-ink underline underline-offset-2 hover:no-underline"
              >
                {t('notifications.chatsNoBotMend')}
              </Link>
            ) : (
              t('notifications.chatsNoBotAsk')
            )}
          </p>
        ) : null}
      </Section>
      <Suspense>{isLinking ? <LinkDialog onClose={() => setLinking(false)} /> : null}</Suspense>
    </div>
  );
}

function Chats({ chats }: { chats: readonly LinkedChat[] }) {
  const { t } = useTranslation();
  // Of others' sign-ins only admins are told.
  const seesSignIns = useMay()('accounts:list');
  return (
    <Table
      label={t('notifications.chats')}
      heads={[
        { text: t('notifications.chatName') },
        { text: t('notifications.chatState') },
        ...(seesSignIns ? [{ text: t('notifications.chatAlerts') }] : []),
        { text: t('notifications.chatSince') },
        { text: '', hiddenText: t('notifications.unlink') },
      ]}
    >
      {chats.map((chat) => (
        <ChatRow key={chat.id} chat={chat} seesSignIns={seesSignIns} />
      ))}
    </Table>
  );
}

function ChatRow({ chat, seesSignIns }: { chat: LinkedChat; seesSignIns: boolean }) {
  const { t } = useTranslation();
  const { id, name, isBlocked, signInAlerts } = chat;
  const alerts = useMutation(turnAlerts);
  const shown = alerts.isPending ? alerts.variables.signInAlerts : signInAlerts;
  return (
    <Row>
      <Cell phone="title">
        <span translate="no" className="font-semibold wrap-anywhere">
          {name}
        </span>
      </Cell>
      <Cell phone="meta">
        <span title={isBlocked ? t('notifications.chatBlockedHint') : undefined}>
          <StatusWord status={isBlocked ? 'expired' : 'active'}>
            {t(isBlocked ? 'notifications.chatBlocked' : 'notifications.chatWell')}
          </StatusWord>
        </span>
      </Cell>
      {seesSignIns ? (
        <Cell phone="below">
          <span className="flex items-center gap-2">
            <Switch
              on={shown}
              label={t('notifications.chatAlertsOf', { name })}
              onClick={() => alerts.mutate({ id, signInAlerts: !signInAlerts })}
            />
            <span className="hidden text-ink-2 touch:inline">{t('notifications.chatAlerts')}</span>
          </span>
        </Cell>
      ) : null}
      <Cell phone="metaAside">
        <span className="text-ink-2">
          <Ago at={chat.createdAt} />
        </span>
      </Cell>
      <UnlinkCell chat={chat} text={t('notifications.unlinkText')} mutation={unlinkChat} />
    </Row>
  );
}
