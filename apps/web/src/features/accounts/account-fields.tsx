import { NewAccount } from '@cmp/shared/accounts';
import { Role } from '@cmp/shared/permissions';
import type { FieldErrors, UseFormRegister } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import * as z from 'zod';
import { TextField } from '#components/text-field.tsx';

/** What is filled in of an account; an empty address is none. */
export const AccountFieldValues = z.object({
  displayName: NewAccount.shape.displayName,
  username: NewAccount.shape.username,
  email: z.literal('').or(z.email().max(254)),
  role: Role,
});
export type AccountFieldValues = z.infer<typeof AccountFieldValues>;

interface AccountFieldsProps {
  register: UseFormRegister<AccountFieldValues>;
  errors: FieldErrors<AccountFieldValues>;
  /** Why the role cannot be chosen here. */
  roleLocked?: string | undefined;
}

/** The fields that creating and editing share. */
export function AccountFields({ register, errors, roleLocked }: AccountFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        {...register('displayName')}
        label={t('accounts.displayName')}
        hint={t('accounts.displayNameHint')}
        error={errors.displayName?.message}
        autoComplete="off"
      />
      <TextField
        {...register('username')}
        label={t('accounts.username')}
        hint={t('accounts.usernameHint')}
        error={errors.username?.message}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <TextField
        {...register('email')}
        type="email"
        label={t('accounts.email')}
        hint={t('accounts.emailHint')}
        error={errors.email?.message}
        autoComplete="off"
      />
      <fieldset aria-describedby={errors.role || roleLocked ? 'role-note' : undefined}>
        <legend className="mb-1 font-[550]">{t('accounts.role')}</legend>
        <div className="divide-y divide-line rounded-panel border border-line-strong bg-surface">
          {Role.options.map((role) => (
            <label
              key={role}
              className="flex items-start gap-3 px-3.5 py-2.5 first:rounded-t-panel last:rounded-b-panel has-checked:bg-accent-wash has-disabled:cursor-not-allowed touch:py-3"
            >
              <input
                {...register('role')}
                type="radio"
                value={role}
                disabled={roleLocked !== undefined}
                className="mt-0.5 size-4 shrink-0 accent-accent"
              />
              <span className="grid">
                <span className="font-[550]">{t(`accounts.${wordsOf[role].name}`)}</span>
                <span className="text-ink-2">{t(`accounts.${wordsOf[role].meaning}`)}</span>
              </span>
            </label>
          ))}
        </div>
        {errors.role || roleLocked ? (
          <p
            id="role-note"
            role={errors.role ? 'alert' : undefined}
            className={`mt-1 text-label font-normal ${errors.role ? 'text-danger' : 'text-ink-3'}`}
          >
            {errors.role?.message ?? roleLocked}
          </p>
        ) : null}
      </fieldset>
    </>
  );
}

const wordsOf = {
  admin: { name: 'roleAdmin', meaning: 'roleAdminText' },
  server_admin: { name: 'roleServerAdmin', meaning: 'roleServerAdminText' },
  viewer: { name: 'roleViewer', meaning: 'roleViewerText' },
} as const satisfies Record<Role, { name: string; meaning: string }>;
