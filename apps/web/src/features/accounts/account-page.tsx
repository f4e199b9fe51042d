import type { Account, OneTimePassword } from '@cmp/shared/accounts';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { toast } from 'sonner';
import { Avatar } from '#components/avatar.tsx';
import { ImagePicker } from '#components/image-picker.tsx';
import { Notice } from '#components/notice.tsx';
import { SaveBar } from '#components/save-bar.tsx';
import { StaleNotice } from '#components/stale-notice.tsx';
import { pictureOf } from '#lib/account-picture.ts';
import { isStale } from '#lib/api-error.ts';
import { showRefusal } from '#lib/form-refusal.ts';
import { explainImage } from '#lib/image-failure.ts';
import { roleName } from '#lib/role-words.ts';
import { useSession } from '#lib/session.ts';
import { useSaveKey } from '#lib/use-save-key.ts';
import { AccountActions } from './account-actions.tsx';
import { AccountFields, AccountFieldValues } from './account-fields.tsx';
import { accountIdIn } from './account-id.ts';
import { accountById, removePicture, setPicture, updateAccount } from './accounts.queries.ts';
import { OneTimePasswordDialog } from './one-time-password-dialog.tsx';

export function AccountPage() {
  const { data: account } = useSuspenseQuery(accountById(accountIdIn(useParams())));
  const [issued, setIssued] = useState<OneTimePassword>();
  return (
    <div className="grid gap-10">
      <AccountForm key={account.id} account={account} />
      <AccountPicture account={account} />
      <AccountActions account={account} onIssued={setIssued} />
      <OneTimePasswordDialog issued={issued} onDone={() => setIssued(undefined)} />
    </div>
  );
}

/** Kept at once, apart from the form's draft. */
function AccountPicture({ account }: { account: Account }) {
  const { t } = useTranslation();
  const set = useMutation(setPicture);
  const remove = useMutation(removePicture);
  const picture = pictureOf(account);
  return (
    <div className="max-w-[640px] border-line border-t">
      <ImagePicker
        label={t('accounts.picture')}
        hint={t('accounts.pictureHint')}
        preview={<Avatar name={account.displayName} picture={picture} size="large" />}
        isSet={picture !== undefined}
        pending={set.isPending || remove.isPending}
        error={set.error ? explainImage(set.error) : undefined}
        onChoose={(file) =>
          set.mutate({ id: account.id, file }, { onSuccess: () => toast(t('images.saved')) })
        }
        onRemove={() => remove.mutate(account.id, { onSuccess: () => toast(t('images.removed')) })}
      />
    </div>
  );
}

const fields = ['displayName', 'username', 'email', 'role'] as const;

function AccountForm({ account }: { account: Account }) {
  const { t } = useTranslation();
  const session = useSession();
  const { mutate, isPending, error, reset } = useMutation(updateAccount);
  const saved = fieldValuesOf(account);
  const form = useForm({
    resolver: zodResolver(AccountFieldValues),
    defaultValues: saved,
    values: saved,
    resetOptions: { keepDirtyValues: true },
  });
  const { errors, dirtyFields } = form.formState;
  const changed = fields.filter((field) => dirtyFields[field]);

  const submit = form.handleSubmit((values) => {
    const { email, ...rest } = values;
    const all = { ...rest, email: email || null };
    const named = Object.fromEntries(changed.map((field) => [field, all[field]]));
    mutate(
      { id: account.id, change: { version: account.version, ...named } },
      {
        onSuccess: (updated) => {
          form.reset(fieldValuesOf(updated), { keepDirtyValues: false });
          toast(t('accounts.saved', { name: updated.displayName }));
        },
        onError: (refusal) => {
          if (isStale(refusal)) return;
          showRefusal(form.setError, refusal, [
            { name: 'displayName' },
            { name: 'username', codes: ['name_taken'] },
            { name: 'email' },
            { name: 'role', codes: ['last_admin', 'own_account', 'viewer_grant'] },
          ]);
        },
      },
    );
  });
  useSaveKey(() => void submit());

  const mine = form.getValues();
  const inWords = (values: AccountFieldValues) => ({
    ...values,
    role: t(roleName[values.role]),
  });
  const differences = changed
    .filter((field) => saved[field] !== mine[field])
    .map((field) => ({
      field: t(`accounts.${field}`),
      theirs: inWords(saved)[field],
      mine: inWords(mine)[field],
    }));

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid max-w-[640px] gap-5">
      {isStale(error) ? (
        <StaleNotice
          differences={differences}
          onTheirs={() => {
            form.reset(saved, { keepDirtyValues: false });
            reset();
          }}
          onMine={() => void submit()}
        />
      ) : null}
      {errors.root?.refusal ? <Notice tone="danger">{errors.root.refusal.message}</Notice> : null}
      <AccountFields
        register={form.register}
        errors={errors}
        roleLocked={account.id === session.account.id ? t('accounts.roleChangeOwn') : undefined}
      />
      <SaveBar
        changes={changed.length}
        pending={isPending}
        onDiscard={() => form.reset(saved, { keepDirtyValues: false })}
      />
    </form>
  );
}

function fieldValuesOf({ displayName, username, email, role }: Account): AccountFieldValues {
  return { displayName, username, email: email ?? '', role };
}

export { AccountPage as Component };
