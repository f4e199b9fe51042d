import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { toast } from 'sonner';
import { Button } from '#components/button.tsx';
import { PasswordForm } from '#components/password-form.tsx';
import { SubmitButton } from '#components/submit-button.tsx';
import { Title } from '#components/title.tsx';
import { signOut } from '#lib/session.ts';
import { changePassword } from './auth.queries.ts';

/** Reached after signing in with a one-time password; nothing else opens until it is done. */
export function ChangePasswordPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { mutateAsync, isPending } = useMutation(changePassword);

  return (
    <>
      <Title page={t('auth.changeTitle')} />
      <header className="mb-6 grid gap-1">
        <h1 tabIndex={-1} className="text-title">
          {t('auth.changeTitle')}
        </h1>
        <p className="text-ink-2">{t('auth.changeText')}</p>
      </header>
      <PasswordForm
        currentLabel={t('auth.temporaryPassword')}
        onSubmit={async (change) => {
          await mutateAsync(change);
          toast(t('auth.changed'));
          void navigate('/', { replace: true });
        }}
        actions={
          <div className="mt-1 grid gap-2">
            <SubmitButton pending={isPending} className="w-full">
              {t('auth.changeSubmit')}
            </SubmitButton>
            <Button tone="quiet" onClick={() => void signOut()}>
              {t('auth.signOutInstead')}
            </Button>
          </div>
        }
      />
    </>
  );
}

export { ChangePasswordPage as Component };
