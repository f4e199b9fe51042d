import {
  Account,
  type AccountChange,
  AccountList,
  GrantList,
  type GrantsChange,
  type NewAccount,
  OneTimePassword,
} from '@cmp/shared/accounts';
import { SessionList, SignInList } from '@cmp/shared/auth';
import { AccountChats } from '@cmp/shared/bot';
import { mutationOptions, queryOptions } from '@tanstack/react-query';
import { api } from '#lib/api.ts';

const accountsKey = ['accounts'] as const;

export const accountList = queryOptions({
  queryKey: [...accountsKey, 'list'],
  queryFn: ({ signal }) => api.get('/accounts', AccountList, { signal }),
});

export const accountById = (accountId: number) =>
  queryOptions({
    queryKey: [...accountsKey, accountId],
    queryFn: ({ signal }) => api.get(`/accounts/${accountId}`, Account, { signal }),
  });

export const grantsOfAccount = (accountId: number) =>
  queryOptions({
    queryKey: [...accountsKey, accountId, 'grants'],
    queryFn: ({ signal }) => api.get(`/accounts/${accountId}/grants`, GrantList, { signal }),
  });

export const signInsOfAccount = (accountId: number) =>
  queryOptions({
    queryKey: [...accountsKey, accountId, 'sign-ins'],
    queryFn: ({ signal }) => api.get(`/accounts/${accountId}/sign-ins`, SignInList, { signal }),
  });

export const chatsOfAccount = (accountId: number) =>
  queryOptions({
    queryKey: [...accountsKey, accountId, 'chats'],
    queryFn: ({ signal }) => api.get(`/accounts/${accountId}/chats`, AccountChats, { signal }),
  });

export const allSessions = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => api.get('/sessions', SessionList, { signal }),
});

export const createAccount = mutationOptions({
  mutationFn: (account: NewAccount) => api.post('/accounts', account, OneTimePassword),
  meta: { told: 'by the form', invalidates: [accountsKey] },
});

export const updateAccount = mutationOptions({
  mutationFn: ({ id, change }: { id: number; change: AccountChange }) =>
    api.patch(`/accounts/${id}`, change, Account),
  meta: { told: 'by the form', invalidates: [accountsKey, allSessions.queryKey] },
});

export const setPicture = mutationOptions({
  mutationFn: ({ id, file }: { id: number; file: File }) =>
    api.putFile(`/accounts/${id}/avatar`, file, Account),
  meta: { told: 'by the form', invalidates: [accountsKey, ['session']] },
});

export const removePicture = mutationOptions({
  mutationFn: (id: number) => api.delete(`/accounts/${id}/avatar`),
  meta: { invalidates: [accountsKey, ['session']] },
});

/** Disabling and enabling, by a button rather than a form. */
export const switchAccount = mutationOptions({
  mutationFn: ({ account, disabled }: { account: Account; disabled: boolean }) =>
    api.patch(`/accounts/${account.id}`, { version: account.version, disabled }, Account),
  meta: { invalidates: [accountsKey, allSessions.queryKey] },
});

export const deleteAccount = mutationOptions({
  mutationFn: ({ id, version }: Account) => api.delete(`/accounts/${id}?version=${version}`),
  meta: { invalidates: [accountList.queryKey, allSessions.queryKey] },
});

export const resetPassword = mutationOptions({
  mutationFn: ({ id, version }: Account) =>
    api.post(`/accounts/${id}/reset-password`, { version }, OneTimePassword),
  meta: { invalidates: [accountsKey, allSessions.queryKey] },
});

export const changeGrants = mutationOptions({
  mutationFn: ({ id, change }: { id: number; change: GrantsChange }) =>
    api.put(`/accounts/${id}/grants`, change, GrantList),
  meta: { invalidates: [accountsKey] },
});

export const unlinkAnyChat = mutationOptions({
  mutationFn: (chatId: number) => api.delete(`/chats/${chatId}`),
  meta: { invalidates: [accountsKey] },
});

export const endSession = mutationOptions({
  mutationFn: (sessionId: number) => api.delete(`/sessions/${sessionId}`),
  meta: { invalidates: [allSessions.queryKey] },
});
