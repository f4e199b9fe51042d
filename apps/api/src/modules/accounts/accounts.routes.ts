import {
  Account,
  AccountChange,
  AccountList,
  NewAccount,
  OneTimePassword,
} from '@cmp/shared/accounts';
import { ErrorBody } from '@cmp/shared/errors';
import { AtVersion, ById, Version } from '@cmp/shared/primitives';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { listAccounts } from './accounts.repository.ts';
import {
  changeAccount,
  createAccount,
  getAccount,
  removeAccount,
  resetPassword,
} from './accounts.service.ts';

const PasswordReset = z.strictObject({ version: Version });

export const accountRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db, sessions } = app;

  app.get('/accounts', {
    config: { allow: 'accounts:list' },
    schema: { summary: 'Who can sign in', response: { 200: AccountList, '4xx': ErrorBody } },
    handler: () => listAccounts(db),
  });

  app.post('/accounts', {
    config: { allow: 'accounts:create', secretAnswer: true },
    schema: {
      summary: 'Make an account; its one-time password is told once',
      body: NewAccount,
      response: { 201: OneTimePassword, '4xx': ErrorBody },
    },
    handler: async ({ actor, body }, reply) =>
      reply.code(201).send(await createAccount(db, actor, body)),
  });

  app.get('/accounts/:id', {
    config: { allow: 'accounts:read' },
    schema: { summary: 'One account', params: ById, response: { 200: Account, '4xx': ErrorBody } },
    handler: ({ params }) => getAccount(db, params.id),
  });

  app.patch('/accounts/:id', {
    config: { allow: 'accounts:update' },
    schema: {
      summary: 'Alter an account',
      params: ById,
      body: AccountChange,
      response: { 200: Account, '4xx': ErrorBody },
    },
    handler: async ({ actor, params, body }) => {
      const account = await changeAccount(db, actor, params.id, body);
      sessions.forgetAll();
      return account;
    },
  });

  app.delete('/accounts/:id', {
    config: { allow: 'accounts:delete' },
    schema: {
      summary: 'Delete an account; what it did stays in the log',
      params: ById,
      querystring: AtVersion,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params, query }, reply) => {
      await removeAccount(db, actor, params.id, query.version);
      sessions.forgetAll();
      return reply.code(204).send(null);
    },
  });

  app.post('/accounts/:id/reset-password', {
    config: { allow: 'accounts:reset-password', secretAnswer: true },
    schema: {
      summary: 'Give an account a new one-time password; its sessions end',
      params: ById,
      body: PasswordReset,
      response: { 200: OneTimePassword, '4xx': ErrorBody },
    },
    handler: async ({ actor, params, body }) => {
      const answer = await resetPassword(db, actor, params.id, body.version);
      sessions.forgetAll();
      return answer;
    },
  });
};
