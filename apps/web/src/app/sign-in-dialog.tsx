import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '#components/button.tsx';
import { Dialog } from '#components/dialog.tsx';
import { SignInForm } from '#features/auth/sign-in-form.tsx';
import { queryClient } from '#lib/query-client.ts';
import { keepSession, sessionQuery } from '#lib/session.ts';
import { signInRequest } from '#lib/session-renewal.ts';
import { useStore } from '#lib/store.ts';

/** Stands over the page when its session has ended: the page stays, and what was asked is asked again. */
export function SignInDialog() {
  const { t } = useTranslation();
  const request = useStore(signInRequest);
  const from = useRef<Element>(null);
  useEffect(() => {
    if (request) from.current = request.from;
  }, [request]);
  const username = queryClient.getQueryData(sessionQuery.queryKey)?.account.username;
  return (
    <Dialog
      open={request !== undefined}
      title={t('auth.againTitle')}
      text={t('auth.againText')}
      onClose={() => request?.refuse()}
      finalFocus={() => (from.current instanceof HTMLElement ? from.current : null)}
    >
      <div className="mt-5">
        <SignInForm
          {...(username !== undefined && { username })}
          onSignedIn={(session) => {
            keepSession(session);
            request?.fulfil();
          }}
        >
          <Button
            tone="quiet"
            title={t('auth.againOtherHint')}
            onClick={() => location.assign('/login')}
          >
            {t('auth.againOther')}
          </Button>
        </SignInForm>
      </div>
    </Dialog>
  );
}

export { SignInDialog as default };
