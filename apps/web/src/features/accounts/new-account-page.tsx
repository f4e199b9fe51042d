import type { OneTimePassword } from '@cmp/shared/accounts';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ButtonLink } from '#components/button.tsx';
import { Notice } from '#components/notice.tsx';
import { PageHeader } from '#components/page-header.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { showRefusal } from '#lib/form-refusal.ts';
import { AccountFields, AccountFieldValues } from './account-fields.tsx';
import { createAccount } from './accounts.queries.ts';
import { OneTimePasswordDialog } from './one-time-password-dialog.tsx';

export function NewAccountPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation(createAccount);
  const [issued, setIssued] = useState<OneTimePassword>();
  const form = useForm<AccountFieldValues>({
    resolver: zodResolver(AccountFieldValues),
    defaultValues: { displayName: '', username: '', email: '', role: 'server_admin' },
  });
  const { errors } = form.formState;

  const submit = form.handleSubmit(({ email, ...account }) => {
    if (isPending) return;
    mutate(
      { ...account, email: email || null },
      {
        onSuccess: setIssued,
        onError: (refusal) =>
          showRefusal(form.setError, refusal, [
            { name: 'displayName' },
            { name: 'username', codes: ['name_taken'] },
            { name: 'email' },
            { name: 'role' },
          ]),
      },
    );
  });

  return (
    <>
      <PageHeader title={t('accounts.createTitle')} lead={t('accounts.createText')} />
      <form
        onSubmit={(event) => void submit(event)}
        noValidate
        className="grid max-w-[640px] gap-5"
      >
        {errors.root?.refusal ? <Notice tone="danger">{errors.root.refusal.message}</Notice> : null}
        <AccountFields register={form.register} errors={errors} />
        <div className="flex flex-wrap gap-2">
          <SubmitButton pending={isPending}>{t('accounts.createSubmit')}</SubmitButton>
          <ButtonLink to="/accounts">{t('states.cancel')}</ButtonLink>
        </div>
      </form>
      <OneTimePasswordDialog
        issued={issued}
        onDone={() => void navigate(issued ? afterCreating(issued) : '/accounts')}
      />
    </>
  );
}

/** Whoever needs grants is given them next. */
function afterCreating({ account }: OneTimePassword): string {
  return account.role === 'admin' ? '/accounts' : `/accounts/${account.id}/access`;
}

export { NewAccountPage as Component };
