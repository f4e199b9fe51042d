import { Setup } from '@cmp/shared/auth';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { toast } from 'sonner';
import { CheckField } from '#components/check-field.tsx';
import { NewPasswordField } from '#components/new-password-field.tsx';
import { Notice } from '#components/notice.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { TextField } from '#components/text-field.tsx';
import { Title } from '#components/title.tsx';
import { ApiError } from '#lib/api-error.ts';
import { showRefusal } from '#lib/form-refusal.ts';
import { queryClient } from '#lib/query-client.ts';
import { beginSession } from '#lib/session.ts';
import { setUp, setupState } from './auth.queries.ts';

export function SetupPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { mutate, isPending, error } = useMutation(setUp);
  const form = useForm({
    resolver: zodResolver(Setup),
    defaultValues: {
      token: tokenOfLink(),
      displayName: '',
      username: '',
      password: '',
      sampleData: false,
    },
  });
  const { errors } = form.formState;
  const [typed, ...names] = form.watch(['password', 'username', 'displayName']);
  const closed = error instanceof ApiError && error.code === 'setup_closed';

  const submit = form.handleSubmit((setup) => {
    if (isPending) return;
    mutate(setup, {
      onSuccess: (session) => {
        beginSession(session);
        queryClient.setQueryData(setupState.queryKey, { required: false });
        toast(t('auth.setupDone'));
        void navigate('/', { replace: true });
      },
      onError: (refusal) =>
        showRefusal(form.setError, refusal, [
          { name: 'token', codes: ['setup_token_wrong'] },
          { name: 'displayName' },
          { name: 'username', codes: ['name_taken'] },
          { name: 'password', codes: ['password_too_weak'] },
          { name: 'sampleData' },
        ]),
    });
  });

  return (
    <>
      <Title page={t('auth.setupTitle')} />
      <header className="mb-6 grid gap-1">
        <h1 tabIndex={-1} className="text-title">
          {t('auth.setupTitle')}
        </h1>
        <p className="text-ink-2">{t('auth.setupText')}</p>
      </header>
      <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
        {errors.root?.refusal ? (
          <Notice tone="danger">
            {errors.root.refusal.message}{' '}
            {closed ? (
              <Link to="/login" className="underline">
                {t('auth.setupClosedLink')}
              </Link>
            ) : null}
          </Notice>
        ) : null}
        <TextField
          {...form.register('token')}
          label={t('auth.setupToken')}
          hint={t('auth.setupTokenHint')}
          error={errors.token?.message}
          autoComplete="off"
          spellCheck={false}
          mono
        />
        <TextField
          {...form.register('displayName')}
          label={t('auth.setupDisplayName')}
          hint={t('auth.setupDisplayNameHint')}
          error={errors.displayName?.message}
          autoComplete="name"
        />
        <TextField
          {...form.register('username')}
          label={t('auth.username')}
          hint={t('auth.setupUsernameHint')}
          error={errors.username?.message}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
        />
        <NewPasswordField
          {...form.register('password')}
          label={t('auth.password')}
          typed={typed}
          names={names}
          error={errors.password?.message}
        />
        <CheckField
          {...form.register('sampleData')}
          label={t('auth.setupSample')}
          hint={t('auth.setupSampleHint')}
        />
        <SubmitButton pending={isPending} className="mt-2 w-full">
          {t('auth.setupSubmit')}
        </SubmitButton>
      </form>
    </>
  );
}

/** The printed link carries the token in its query or, unseen by logs, in its hash. */
function tokenOfLink(): string {
  const inHash = new URLSearchParams(location.hash.slice(1)).get('token');
  return inHash ?? new URLSearchParams(location.search).get('token') ?? '';
}

export { SetupPage as Component };
