import { ErrorBody } from '@cmp/shared/errors';
import { Overview, OverviewQuery } from '@cmp/shared/overview';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { readOverview } from './overview.service.ts';

export const overviewRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/overview', {
    config: { allow: 'overview:read' },
    schema: {
      summary: 'What needs attention today, over the servers the caller sees',
      querystring: OverviewQuery,
      response: { 200: Overview, '4xx': ErrorBody },
    },
    handler: async ({ actor, query }) =>
      readOverview(app.db, actor.scope, query, await app.boundsNow()),
  });
};
