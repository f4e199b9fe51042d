import { Login, type Session } from '@cmp/shared/auth';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Notice } from '#components/notice.tsx';
import { PasswordField } from '#components/password-field.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { TextField } from '#components/text-field.tsx';
import { ApiError } from '#lib/api-error.ts';
import { explain, waitInWords } from '#lib/explain.ts';
import { useCountdown } from '#lib/use-countdown.ts';
import { signIn } from './auth.queries.ts';

interface SignInFormProps {
  /** Whose session ended: the name is then given, not asked. */
  username?: string;
  onSignedIn: (session: Session) => void;
  children?: ReactNode;
}

/** Username and password. A refusal keeps the name and returns to the password. */
export function SignInForm({ username, onSignedIn, children }: SignInFormProps) {
  const { t } = useTranslation();
  const { mutate, isPending } = useMutation(signIn);
  const [refusal, setRefusal] = useState<string>();
  const [lockedFor, lockFor] = useCountdown();
  const form = useForm({
    resolver: zodResolver(Login),
    defaultValues: { username: username ?? '', password: '' },
  });
  const { errors } = form.formState;

  function refused(error: Error) {
    const wait = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) : 0;
    lockFor(wait);
    setRefusal(wait > 0 ? undefined : explain(error));
    form.resetField('password');
    form.setFocus('password');
  }

  const submit = form.handleSubmit((login) => {
    if (isPending) return;
    setRefusal(undefined);
    mutate(login, { onSuccess: onSignedIn, onError: refused });
  });

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      {refusal ? <Notice tone="danger">{refusal}</Notice> : null}
      {lockedFor > 0 ? (
        <Notice tone="soon">
          {t('errors.rate_limited_for', { wait: waitInWords(lockedFor) })}
        </Notice>
      ) : null}
      <TextField
        {...form.register('username')}
        label={t('auth.username')}
        error={errors.username?.message}
        autoComplete="username webauthn"
        autoCapitalize="none"
        spellCheck={false}
        readOnly={username !== undefined}
        autoFocus={username === undefined}
      />
      <PasswordField
        {...form.register('password')}
        label={t('auth.password')}
        error={errors.password?.message}
        autoComplete="current-password"
        autoFocus={username !== undefined}
      />
      <div className="mt-1 grid gap-2">
        <SubmitButton
          pending={isPending}
          pendingLabel={t('auth.signingIn')}
          disabled={lockedFor > 0}
          className="w-full"
        >
          {lockedFor > 0 ? t('auth.tryIn', { wait: waitInWords(lockedFor) }) : t('auth.signIn')}
        </SubmitButton>
        {children}
      </div>
    </form>
  );
}
