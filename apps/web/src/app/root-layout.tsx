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
        className="-translate-y-20 fixed top-2 left-2 z-60 rounded-control bg-accent px-3 py-2 font-[550] text-on-accent focus:translate-y-0"
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
