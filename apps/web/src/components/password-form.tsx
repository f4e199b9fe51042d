import { NewPassword, Password, type PasswordChange } from '@cmp/shared/auth';
import { zodResolver } from '@hookform/resolvers/zod';
import type { ReactNode } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import * as z from 'zod';
import { showRefusal } from '#lib/form-refusal.ts';
import { i18next } from '#lib/i18n.ts';
import { useSession } from '#lib/session.ts';
import { NewPasswordField } from './new-password-field.tsx';
import { Notice } from './notice.tsx';
import { PasswordField } from './password-field.tsx';

const PasswordFields = z
  .object({ currentPassword: Password, newPassword: NewPassword, repeated: z.string() })
  .refine((fields) => fields.newPassword === fields.repeated, {
    path: ['repeated'],
    error: () => i18next.t('validation.passwordsDiffer'),
  });

interface PasswordFormProps {
  currentLabel: string;
  /** Sends the change; what it throws is shown on the field it is about. */
  onSubmit: (change: PasswordChange) => Promise<unknown>;
  actions: ReactNode;
}

/** The present password and, twice, the one to come. */
export function PasswordForm({ currentLabel, onSubmit, actions }: PasswordFormProps) {
  const { t } = useTranslation();
  const { username, displayName } = useSession().account;
  const form = useForm({
    resolver: zodResolver(PasswordFields),
    defaultValues: { currentPassword: '', newPassword: '', repeated: '' },
  });
  const { errors } = form.formState;

  const submit = form.handleSubmit(async ({ currentPassword, newPassword }) => {
    try {
      await onSubmit({ currentPassword, newPassword });
      form.reset();
    } catch (refusal) {
      showRefusal(form.setError, refusal, [
        { name: 'currentPassword', codes: ['password_wrong'] },
        { name: 'newPassword', codes: ['password_too_weak', 'password_unchanged'] },
      ]);
    }
  });

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid max-w-[640px] gap-4">
      {errors.root?.refusal ? <Notice tone="danger">{errors.root.refusal.message}</Notice> : null}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      <PasswordField
        {...form.register('currentPassword')}
        label={currentLabel}
        error={errors.currentPassword?.message}
        autoComplete="current-password"
      />
      <NewPasswordField
        {...form.register('newPassword')}
        label={t('auth.newPassword')}
        typed={form.watch('newPassword')}
        names={[username, displayName]}
        error={errors.newPassword?.message}
      />
      <PasswordField
        {...form.register('repeated')}
        label={t('auth.repeatPassword')}
        error={errors.repeated?.message}
        autoComplete="new-password"
      />
      {actions}
    </form>
  );
}
