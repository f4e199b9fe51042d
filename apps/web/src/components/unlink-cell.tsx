import type { LinkedChat } from '@cmp/shared/bot';
import { type UseMutationOptions, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { Cell } from './table.tsx';
import { WriteButton } from './write-button.tsx';

interface UnlinkCellProps {
  chat: LinkedChat;
  /** What it means for the account whose chat it is. */
  text: string;
  /** Takes the chat's id. */
  mutation: UseMutationOptions<void, Error, number>;
}

/** The end of a chat's row: unlinks it, once asked. */
export function UnlinkCell({ chat: { id, name }, text, mutation }: UnlinkCellProps) {
  const { t } = useTranslation();
  const [isAsking, ask] = useState(false);
  const unlink = useMutation(mutation);
  return (
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
        text={text}
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
  );
}
