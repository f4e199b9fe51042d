import {
  type PasswordChange,
  type ProfileChange,
  Session,
  SessionList,
  SignInList,
} from '@cmp/shared/auth';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';
import { keepSession, sessionQuery } from '#lib/session.ts';

export const ownSessions = queryOptions({
  queryKey: ['profile', 'sessions'],
  queryFn: ({ signal }) => api.get('/auth/sessions', SessionList, { signal }),
});

export const ownSignIns = queryOptions({
  queryKey: ['profile', 'sign-ins'],
  queryFn: ({ signal }) => api.get('/auth/sign-ins', SignInList, { signal }),
});

export const changeProfile = mutationOptions({
  mutationFn: (change: ProfileChange) => api.patch('/auth/profile', change, Session),
  onSuccess: keepSession,
  meta: { told: 'by the form', invalidates: [['accounts']] },
});

export const setOwnPicture = mutationOptions({
  mutationFn: (file: File) => api.putFile('/auth/avatar', file, Session),
  onSuccess: keepSession,
  meta: { told: 'by the form', invalidates: [['accounts']] },
});

export const removeOwnPicture = mutationOptions({
  mutationFn: () => api.delete('/auth/avatar'),
  meta: { invalidates: [sessionQuery.queryKey, ['accounts']] },
});

export const changeOwnPassword = mutationOptions({
  mutationFn: (change: PasswordChange) => api.post('/auth/password', change, Session),
  onSuccess: keepSession,
  meta: { told: 'by the form', invalidates: [ownSessions.queryKey] },
});

export const endOwnSession = mutationOptions({
  mutationFn: (sessionId: number) => api.delete(`/auth/sessions/${sessionId}`),
  meta: { invalidates: [ownSessions.queryKey] },
});

/** Each by itself, because the API ends one at a time. */
export const endOwnSessions = mutationOptions({
  mutationFn: (sessionIds: readonly number[]) =>
    Promise.all(sessionIds.map((id) => api.delete(`/auth/sessions/${id}`))),
  meta: { invalidates: [ownSessions.queryKey] },
});
