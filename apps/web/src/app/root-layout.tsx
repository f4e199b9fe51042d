import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, ScrollRestoration, useNavigation } from 'react-router';
import { useSiteFace } from '#lib/use-site-face.ts';
import { useKeptFocus } from './use-kept-focus.ts';
import { useRouteFocus } from './use-route-focus.ts';

// After the page, because it is seldom needed; at once, because then there may be no fetching it.
const SignInDialog = lazy(() => import('./sign-in-dialog.tsx'));

export function RootLayout() {
  const { t } = useTranslation();
  const { state } = useNavigation();
  useRouteFocus();
  useKeptFocus();
  useSiteFace();
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
      <Suspense>
        <SignInDialog />
      </Suspense>
      <ScrollRestoration />
    </>
  );
}
