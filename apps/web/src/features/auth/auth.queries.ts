import type { Login, PasswordChange, Setup } from '@cmp/shared/auth';
import { Session, SetupState } from '@cmp/shared/auth';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { keepSession } from '#lib/session.ts';

export const setupState = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => api.get('/setup', SetupState, { signal, ifSignedOut: 'throw' }),
});

export const setUp = mutationOptions({
  mutationFn: (body: Setup) => api.post('/setup', body, Session, { ifSignedOut: 'throw' }),
  meta: { told: 'by the form' },
});

export const signIn = mutationOptions({
  mutationFn: (body: Login) => api.post('/auth/login', body, Session, { ifSignedOut: 'throw' }),
  meta: { told: 'by the form' },
});

export const changePassword = mutationOptions({
  mutationFn: (body: PasswordChange) => api.post('/auth/password', body, Session),
  onSuccess: keepSession,
  meta: { told: 'by the form', invalidates: [['profile', 'sessions']] },
});
