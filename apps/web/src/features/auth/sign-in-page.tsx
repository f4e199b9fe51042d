import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { Title } from '#components/title.tsx';
import { beginSession } from '#lib/session.ts';
import { placeWithin } from './place-within.ts';
import { SignInForm } from './sign-in-form.tsx';

export function SignInPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [search] = useSearchParams();

  return (
    <>
      <Title page={t('auth.signIn')} />
      <h1 tabIndex={-1} className="sr-only">
        {t('auth.signIn')}
      </h1>
      <SignInForm
        onSignedIn={(session) => {
          beginSession(session);
          void navigate(placeWithin(search.get('to')), { replace: true });
        }}
      >
        <p className="text-ink-3 text-label font-normal text-balance text-center">
          {t('auth.forgot')}
        </p>
      </SignInForm>
    </>
  );
}

export { SignInPage as Component };
