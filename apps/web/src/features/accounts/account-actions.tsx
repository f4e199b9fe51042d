import type { Account, OneTimePassword } from '@cmp/shared/accounts';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { toast } from 'sonner';
import { ConfirmDialog } from '#components/confirm-dialog.tsx';
import { WriteButton } from '#components/write-button.tsx';
import { useSession } from '#lib/session.ts';
import { dateInWords } from '#lib/time.ts';
import { useSiteZone } from '#lib/use-site-zone.ts';
import { deleteAccount, resetPassword, switchAccount } from './accounts.queries.ts';

interface AccountActionsProps {
  account: Account;
  onIssued: (issued: OneTimePassword) => void;
}

/** What is done to an account at once: reset, disable, delete. Where one may not, it says why. */
export function AccountActions({ account, onIssued }: AccountActionsProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const session = useSession();
  const zone = useSiteZone();
  const [asking, ask] = useState<'reset' | 'delete'>();
  const resetting = useMutation(resetPassword);
  const switching = useMutation(switchAccount);
  const deleting = useMutation(deleteAccount);
  const own = account.id === session.account.id;
  const name = account.displayName;
  const closeDialog = () => ask(undefined);

  function switchTo(disabled: boolean) {
    const told = () =>
      toast(t(disabled ? 'accounts.disabledDone' : 'accounts.enabledDone', { name }));
    switching.mutate({ account, disabled }, { onSuccess: told });
  }

  function removeAccount() {
    deleting.mutate(account, {
      onSuccess: () => {
        toast(t('accounts.deleted', { name }));
        void navigate('/accounts');
      },
      onSettled: closeDialog,
    });
  }

  return (
    <div className="max-w-[640px] divide-y divide-line border-line border-y">
      <Act
        title={t('accounts.resetTitle')}
        text={t('accounts.resetText')}
        refusal={own ? t('accounts.resetOwn') : undefined}
        action={t('accounts.resetAction')}
        onAct={() => ask('reset')}
      />
      {account.disabledAt ? (
        <Act
          title={t('accounts.enableTitle')}
          text={t('accounts.enableText', { date: dateInWords(account.disabledAt, zone) })}
          action={t('accounts.enableAction')}
          pending={switching.isPending}
          onAct={() => switchTo(false)}
        />
      ) : (
        <Act
          title={t('accounts.disableTitle')}
          text={t('accounts.disableText')}
          refusal={own ? t('accounts.ownWhy') : undefined}
          action={t('accounts.disableAction')}
          pending={switching.isPending}
          onAct={() => switchTo(true)}
        />
      )}
      <Act
        danger
        title={t('accounts.deleteTitle')}
        text={t('accounts.deleteText')}
        refusal={own ? t('accounts.ownWhy') : undefined}
        action={t('accounts.deleteAction')}
        onAct={() => ask('delete')}
      />
      <ConfirmDialog
        open={asking === 'reset'}
        title={t('accounts.resetConfirm', { name })}
        text={t('accounts.resetConfirmText')}
        action={t('accounts.resetAction')}
        pending={resetting.isPending}
        onConfirm={() => resetting.mutate(account, { onSuccess: onIssued, onSettled: closeDialog })}
        onClose={closeDialog}
      />
      <ConfirmDialog
        open={asking === 'delete'}
        title={t('accounts.deleteConfirm', { name })}
        text={t('accounts.deleteConfirmText')}
        action={t('accounts.deleteAction')}
        pending={deleting.isPending}
        onConfirm={removeAccount}
        onClose={closeDialog}
      />
    </div>
  );
}

interface ActProps {
  title: string;
  text: string;
  action: string;
  refusal?: string | undefined;
  pending?: boolean;
  danger?: true;
  onAct: () => void;
}

function Act({
  title,
  text,
  action,
  refusal,
  pending = false,
  danger,
  onAct,
}: ActProps): ReactNode {
  const textId = useId();
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3 py-4">
      <div className="grid max-w-[46ch] gap-0.5">
        <h2 className="font-[550]">{title}</h2>
        <p id={textId} className="text-ink-2">
          {refusal ?? text}
        </p>
      </div>
      <WriteButton
        tone={danger ? 'danger' : 'plain'}
        aria-describedby={textId}
        disabled={pending || refusal !== undefined}
        onClick={onAct}
      >
        {action}
      </WriteButton>
    </div>
  );
}
