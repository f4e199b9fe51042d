import { createBrowserRouter, redirect } from 'react-router';
import { passwordChangeDemands } from '#lib/query-client.ts';
import { ForbiddenPage } from './forbidden-page.tsx';
import { asGuest, asSignedIn, only, toBeSetUp } from './guards.ts';
import { NotFoundPage } from './not-found-page.tsx';
import { PaperLayout } from './paper-layout.tsx';
import { RootLayout } from './root-layout.tsx';
import { RootFailure, RouteFailure } from './route-failure.tsx';
import { ServerFailure } from './server-failure.tsx';

export const router = createBrowserRouter([
  {
    Component: RootLayout,
    ErrorBoundary: RootFailure,
    HydrateFallback: () => null,
    children: [
      {
        Component: PaperLayout,
        children: [
          {
            path: 'login',
            middleware: [asGuest],
            lazy: () => import('#features/auth/sign-in-page.tsx'),
          },
          {
            path: 'setup',
            middleware: [toBeSetUp],
            lazy: () => import('#features/auth/setup-page.tsx'),
          },
          {
            path: 'change-password',
            middleware: [asSignedIn],
            lazy: () => import('#features/auth/change-password-page.tsx'),
          },
        ],
      },
      {
        lazy: () => import('./panel-layout.tsx'),
        middleware: [asSignedIn],
        children: [
          {
            ErrorBoundary: RouteFailure,
            children: [
              { index: true, lazy: () => import('./overview-page.tsx') },
              {
                path: 'servers',
                handle: { crumb: 'servers' },
                children: [
                  { index: true, lazy: () => import('#features/servers/servers-page.tsx') },
                  {
                    path: ':serverId',
                    handle: { crumb: 'server' },
                    ErrorBoundary: ServerFailure,
                    children: [
                      { index: true, lazy: () => import('./server-page.tsx') },
                      {
                        path: 'import/:planId?',
                        handle: { crumb: 'import' },
                        lazy: () => import('./import-page.tsx'),
                      },
                    ],
                  },
                ],
              },
              {
                path: 'users',
                handle: { crumb: 'users' },
                lazy: () => import('./users-page.tsx'),
              },
              {
                path: 'notifications',
                handle: { crumb: 'notifications' },
                lazy: () => import('#features/notifications/news-page.tsx'),
              },
              {
                path: 'profile',
                handle: { crumb: 'profile' },
                lazy: () => import('#features/profile/profile-layout.tsx'),
                children: [
                  { index: true, loader: () => redirect('/profile/details') },
                  {
                    path: 'details',
                    lazy: () => import('#features/profile/details-page.tsx'),
                  },
                  {
                    path: 'security',
                    lazy: () => import('#features/profile/security-page.tsx'),
                  },
                  {
                    path: 'appearance',
                    lazy: () => import('#features/profile/appearance-page.tsx'),
                  },
                  {
                    path: 'notifications',
                    lazy: () => import('#features/notifications/preferences-page.tsx'),
                  },
                ],
              },
              {
                path: 'accounts',
                middleware: [only('accounts:list')],
                handle: { crumb: 'accounts' },
                children: [
                  { index: true, lazy: () => import('#features/accounts/accounts-page.tsx') },
                  {
                    path: 'new',
                    handle: { crumb: 'newAccount' },
                    lazy: () => import('#features/accounts/new-account-page.tsx'),
                  },
                  {
                    path: ':accountId',
                    handle: { crumb: 'account' },
                    lazy: () => import('#features/accounts/account-layout.tsx'),
                    children: [
                      { index: true, lazy: () => import('#features/accounts/account-page.tsx') },
                      {
                        path: 'access',
                        lazy: () => import('#features/accounts/account-access-page.tsx'),
                      },
                      {
                        path: 'sessions',
                        lazy: () => import('#features/accounts/account-sessions-page.tsx'),
                      },
                    ],
                  },
                ],
              },
              {
                path: 'snapshots',
                middleware: [only('snapshots:list')],
                handle: { crumb: 'snapshots' },
                children: [
                  { index: true, lazy: () => import('#features/snapshots/snapshots-page.tsx') },
                  {
                    path: 'restore/:planId?',
                    handle: { crumb: 'restore' },
                    lazy: () => import('./restore-page.tsx'),
                  },
                ],
              },
              {
                path: 'audit',
                middleware: [only('changes:list')],
                handle: { crumb: 'audit' },
                lazy: () => import('#features/changes/audit-page.tsx'),
              },
              {
                path: 'settings',
                middleware: [only('settings:read')],
                handle: { crumb: 'settings' },
                lazy: () => import('#features/settings/settings-layout.tsx'),
                children: [
                  { index: true, loader: () => redirect('/settings/general') },
                  {
                    path: 'general',
                    lazy: () => import('#features/settings/general-page.tsx'),
                  },
                  {
                    path: 'services',
                    lazy: () => import('#features/settings/services-page.tsx'),
                  },
                  {
                    path: 'database',
                    lazy: () => import('#features/settings/database-page.tsx'),
                  },
                  {
                    path: 'telegram',
                    lazy: () => import('#features/settings/telegram-page.tsx'),
                  },
                  {
                    path: 'remote-server',
                    lazy: () => import('#features/settings/remote-server-page.tsx'),
                  },
                  {
                    path: 'certificate',
                    lazy: () => import('#features/settings/certificate-page.tsx'),
                  },
                  {
                    path: 'mail',
                    lazy: () => import('#features/settings/mail-page.tsx'),
                  },
                  {
                    path: 'storage',
                    lazy: () => import('#features/settings/storage-page.tsx'),
                  },
                  {
                    path: 'notifications',
                    lazy: () => import('#features/settings/notifications-page.tsx'),
                  },
                  {
                    path: 'system',
                    lazy: () => import('#features/system/system-page.tsx'),
                  },
                ],
              },
              { path: '403', Component: ForbiddenPage },
              { path: '*', Component: NotFoundPage },
            ],
          },
        ],
      },
    ],
  },
]);

passwordChangeDemands.subscribe(() => void router.navigate('/change-password'));
