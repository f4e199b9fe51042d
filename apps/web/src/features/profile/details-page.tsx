import { ProfileChange } from '@cmp/shared/auth';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import * as z from 'zod';
import { Avatar } from '#components/avatar.tsx';
import { ImagePicker } from '#components/image-picker.tsx';
import { Notice } from '#components/notice.tsx';
import { SaveBar } from '#components/save-bar.tsx';
import { Section } from '#components/section.tsx';
import { StaleNotice } from '#components/stale-notice.tsx';
import { TextField } from '#components/text-field.tsx';
import { ownPicture } from '#lib/account-picture.ts';
import { isStale } from '#lib/api-error.ts';
import { showRefusal } from '#lib/form-refusal.ts';
import { explainImage } from '#lib/image-failure.ts';
import { queryClient } from '#lib/query-client.ts';
import { roleName } from '#lib/role-words.ts';
import { sessionQuery, useSession } from '#lib/session.ts';
import { useSaveKey } from '#lib/use-save-key.ts';
import { changeProfile, removeOwnPicture, setOwnPicture } from './profile.queries.ts';

/** The contract's own fields; an empty address is none. */
const Fields = z.object({
  displayName: ProfileChange.shape.displayName.unwrap(),
  email: z.literal('').or(z.email().max(254)),
});

export function DetailsPage() {
  return (
    <div className="grid gap-8">
      <DetailsForm />
      <OwnPicture />
    </div>
  );
}

/** Kept at once, apart from the form's draft. */
function OwnPicture() {
  const { t } = useTranslation();
  const { account } = useSession();
  const set = useMutation(setOwnPicture);
  const remove = useMutation(removeOwnPicture);
  const picture = ownPicture(account);
  return (
    <div className="max-w-[640px] border-line border-t">
      <ImagePicker
        label={t('profile.picture')}
        hint={t('profile.pictureHint')}
        preview={<Avatar name={account.displayName} picture={picture} size="large" />}
        isSet={picture !== undefined}
        pending={set.isPending || remove.isPending}
        error={set.error ? explainImage(set.error) : undefined}
        onChoose={(file) => set.mutate(file, { onSuccess: () => toast(t('images.saved')) })}
        onRemove={() => remove.mutate(undefined, { onSuccess: () => toast(t('images.removed')) })}
      />
    </div>
  );
}

function DetailsForm() {
  const { t } = useTranslation();
  const { account } = useSession();
  const { mutate, isPending, error, reset } = useMutation(changeProfile);
  const saved = { displayName: account.displayName, email: account.email ?? '' };
  const form = useForm({
    resolver: zodResolver(Fields),
    defaultValues: saved,
    values: saved,
    resetOptions: { keepDirtyValues: true },
  });
  const { errors, dirtyFields } = form.formState;
  const changed = Object.keys(dirtyFields).length;
  const stale = isStale(error);

  const submit = form.handleSubmit(({ displayName, email }) =>
    mutate(
      {
        version: account.version,
        ...(dirtyFields.displayName && { displayName }),
        ...(dirtyFields.email && { email: email || null }),
      },
      {
        onSuccess: () => {
          form.reset({ displayName, email }, { keepDirtyValues: false });
          toast(t('profile.saved'));
        },
        onError: (refusal) => {
          if (isStale(refusal)) {
            void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
            return;
          }
          showRefusal(form.setError, refusal, [{ name: 'displayName' }, { name: 'email' }]);
        },
      },
    ),
  );
  useSaveKey(() => void submit());

  const mine = form.getValues();
  const differences = [
    { field: t('profile.displayName'), theirs: saved.displayName, mine: mine.displayName },
    { field: t('profile.email'), theirs: saved.email, mine: mine.email },
  ].filter(({ theirs, mine }) => theirs !== mine);

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid max-w-[640px] gap-6">
      <Section title={t('profile.details')} text={t('profile.detailsText')}>
        {stale ? (
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
        <TextField
          {...form.register('displayName')}
          label={t('profile.displayName')}
          error={errors.displayName?.message}
          autoComplete="name"
        />
        <TextField
          {...form.register('email')}
          type="email"
          label={t('profile.email')}
          hint={t('profile.emailHint')}
          error={errors.email?.message}
          autoComplete="email"
        />
        <dl className="grid grid-cols-[8rem_1fr] gap-y-2 border-line border-t pt-4">
          <dt className="text-ink-2">{t('profile.username')}</dt>
          <dd translate="no" className="font-mono text-[0.8125rem]">
            {account.username}
          </dd>
          <dt className="text-ink-2">{t('profile.role')}</dt>
          <dd>{t(roleName[account.role])}</dd>
        </dl>
      </Section>
      <SaveBar
        changes={changed}
        pending={isPending}
        onDiscard={() => form.reset(saved, { keepDirtyValues: false })}
      />
    </form>
  );
}

export { DetailsPage as Component };
