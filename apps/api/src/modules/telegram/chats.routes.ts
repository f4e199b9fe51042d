import { AccountChats, LinkCode, LinkedChat, LinkedChats, SignInAlerts } from '@cmp/shared/bot';
import { ErrorBody } from '@cmp/shared/errors';
import { ById } from '@cmp/shared/primitives';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import {
  changeSignInAlerts,
  makeLinkCode,
  readChats,
  readChatsOf,
  unlinkAnyChat,
  unlinkChat,
} from './chats.service.ts';

export const chatRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db, keys } = app;

  app.get('/telegram/chats', {
    config: { allow: 'telegram:link' },
    schema: {
      summary: 'The chats that act for one’s account',
      response: { 200: LinkedChats, '4xx': ErrorBody },
    },
    handler: ({ actor }) => readChats(db, actor),
  });

  app.post('/telegram/link-code', {
    config: { allow: 'telegram:link', secretAnswer: true },
    schema: {
      summary: 'A code that links one chat, within ten minutes',
      response: { 200: LinkCode, '4xx': ErrorBody },
    },
    handler: ({ actor }) => makeLinkCode(db, keys.tokens, actor),
  });

  app.patch('/telegram/chats/:id', {
    config: { allow: 'telegram:link' },
    schema: {
      summary: 'Whether a chat is told of sign-ins',
      params: ById,
      body: SignInAlerts,
      response: { 200: LinkedChat, '4xx': ErrorBody },
    },
    handler: ({ actor, params, body }) =>
      changeSignInAlerts(db, actor, params.id, body.signInAlerts),
  });

  app.delete('/telegram/chats/:id', {
    config: { allow: 'telegram:link' },
    schema: {
      summary: 'End what a chat may do',
      params: ById,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params }, reply) =>
      reply.code(204).send(await unlinkChat(db, actor, params.id)),
  });

  app.get('/accounts/:id/chats', {
    config: { allow: 'accounts:read' },
    schema: {
      summary: 'The chats that act for an account',
      params: ById,
      response: { 200: AccountChats, '4xx': ErrorBody },
    },
    handler: ({ params }) => readChatsOf(db, params.id),
  });

  app.delete('/chats/:id', {
    config: { allow: 'telegram:unlink' },
    schema: {
      summary: 'End what anybody’s chat may do',
      params: ById,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params }, reply) =>
      reply.code(204).send(await unlinkAnyChat(db, actor, params.id)),
  });
};
