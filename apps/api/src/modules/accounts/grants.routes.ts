import { GrantList, GrantsChange } from '@cmp/shared/accounts';
import { ErrorBody } from '@cmp/shared/errors';
import { ById } from '@cmp/shared/primitives';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { changeGrants, readGrants } from './grants.service.ts';

export const grantRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/accounts/:id/grants', {
    config: { allow: 'grants:read' },
    schema: {
      summary: 'On which servers an account may do what',
      params: ById,
      response: { 200: GrantList, '4xx': ErrorBody },
    },
    handler: ({ params }) => readGrants(app.db, params.id),
  });

  app.put('/accounts/:id/grants', {
    config: { allow: 'grants:update' },
    schema: {
      summary: 'Replace an account’s grants',
      params: ById,
      body: GrantsChange,
      response: { 200: GrantList, '4xx': ErrorBody },
    },
    handler: async ({ actor, params, body }) => {
      const grants = await changeGrants(app.db, actor, params.id, body);
      app.sessions.forgetAll();
      return grants;
    },
  });
};
