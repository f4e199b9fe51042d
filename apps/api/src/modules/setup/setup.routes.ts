import { Session, Setup, SetupState } from '@cmp/shared/auth';
import { ErrorBody } from '@cmp/shared/errors';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { isSetupRequired } from '#modules/accounts/accounts.service.ts';
import { answerSession, originOf } from '#plugins/cookies.ts';
import { refuseWhereSetUp, setUp } from './setup.service.ts';

export const setupRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/setup', {
    config: { allow: 'anyone' },
    schema: { summary: 'Whether the portal waits to be set up', response: { 200: SetupState } },
    handler: async () => ({ required: await isSetupRequired(app.db) }),
  });

  app.post('/setup', {
    config: { allow: 'anyone' },
    schema: {
      summary: 'Make the first admin, with the token that the start printed',
      body: Setup,
      response: { 201: Session, '4xx': ErrorBody },
    },
    // Before the body is judged: a closed door tells nothing of what it would take.
    preValidation: () => refuseWhereSetUp(app.db),
    handler: async (request, reply) => {
      const giveBack = await app.countAttempt(request);
      const signedIn = await setUp(app.db, app.keys, request.body, originOf(request), new Date());
      await giveBack();
      reply.code(201);
      return answerSession(reply, signedIn);
    },
  });
};
