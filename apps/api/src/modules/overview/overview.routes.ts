import { ErrorBody } from '@cmp/shared/errors';
import { Overview, OverviewQuery } from '@cmp/shared/overview';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Config } from '#config.ts';
import { sharedRuns } from '#lib/shared-runs.ts';
import { readOverview } from './overview.service.ts';

export const overviewRoutes: FastifyPluginAsyncZod<Pick<Config, 'matviewUse'>> = async (
  app,
  { matviewUse },
) => {
  const overviews = sharedRuns<Overview>();

  app.get('/overview', {
    config: { allow: 'overview:read' },
    schema: {
      summary: 'What needs attention today, over the servers the caller sees',
      querystring: OverviewQuery,
      response: { 200: Overview, '4xx': ErrorBody },
    },
    handler: async ({ actor: { scope }, query }) => {
      const bounds = await app.boundsNow();
      const asked = JSON.stringify([scope.serverIds, query, bounds]);
      return overviews(asked, () => readOverview(app.db, scope, query, bounds, matviewUse));
    },
  });
};
