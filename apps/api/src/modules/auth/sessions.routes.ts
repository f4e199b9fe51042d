import { SessionList } from '@cmp/shared/auth';
import { ErrorBody } from '@cmp/shared/errors';
import { ById } from '@cmp/shared/primitives';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { accountIdOf } from '#plugins/access.ts';
import { listSessions } from './sessions.repository.ts';
import { endSession } from './sessions.service.ts';

export const sessionRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db, sessions } = app;

  app.get('/auth/sessions', {
    config: { allow: 'profile:sessions' },
    schema: { summary: 'One’s own sessions', response: { 200: SessionList, '4xx': ErrorBody } },
    handler: ({ actor }) => listSessions(db, actor.sessionId, accountIdOf(actor)),
  });

  app.delete('/auth/sessions/:id', {
    config: { allow: 'profile:sessions' },
    schema: {
      summary: 'End one of one’s own sessions',
      params: ById,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params }, reply) => {
      await endSession(db, sessions, params.id, accountIdOf(actor));
      return reply.code(204).send(null);
    },
  });

  app.get('/sessions', {
    config: { allow: 'sessions:list' },
    schema: { summary: 'Everybody’s sessions', response: { 200: SessionList, '4xx': ErrorBody } },
    handler: ({ actor }) => listSessions(db, actor.sessionId),
  });

  app.delete('/sessions/:id', {
    config: { allow: 'sessions:end' },
    schema: {
      summary: 'End anybody’s session',
      params: ById,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params, log }, reply) => {
      await endSession(db, sessions, params.id);
      log.info({ event: 'session_revoked', sessionId: params.id, by: actor.accountId }, 'ended');
      return reply.code(204).send(null);
    },
  });
};
