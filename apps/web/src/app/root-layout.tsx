import { useTranslation } from 'react-i18next';
import { Outlet, ScrollRestoration, useNavigation } from 'react-router';
import { SignInDialog } from './sign-in-dialog.tsx';
import { useRouteFocus } from './use-route-focus.ts';

export function RootLayout() {
  const { t } = useTranslation();
  const { state } = useNavigation();
  useRouteFocus();
  return (
    <>
      <a
        href="#content"
        className="sr-only z-60 rounded-control bg-accent font-[550] text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:px-3 focus:py-2"
      >
        {t('shell.skip')}
      </a>
      {state === 'idle' ? null : <div aria-hidden className="progress-line" />}
      <Outlet />
      <SignInDialog />
      <ScrollRestoration />
    </>
  );
}
