import { Committed, Plan, PlanCommit, PlanEntryList, PlanEntryQuery } from '@cmp/shared/changes';
import { ErrorBody } from '@cmp/shared/errors';
import { ById } from '@cmp/shared/primitives';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { type Committers, commitPlan, getPlan, readPlanEntries } from './plans.service.ts';

export const planRoutes: FastifyPluginAsyncZod<{ committers: Committers }> = async (
  app,
  { committers },
) => {
  const { db } = app;

  app.get('/plans/:id', {
    config: { allow: 'plans:read' },
    schema: {
      summary: 'A change of one’s own, worked out but not yet made',
      params: ById,
      response: { 200: Plan, '4xx': ErrorBody },
    },
    handler: ({ actor, params }) => getPlan(db, actor, params.id),
  });

  app.get('/plans/:id/entries', {
    config: { allow: 'plans:read' },
    schema: {
      summary: 'What would become of each row',
      params: ById,
      querystring: PlanEntryQuery,
      response: { 200: PlanEntryList, '4xx': ErrorBody },
    },
    handler: ({ actor, params, query }) => readPlanEntries(db, actor, params.id, query),
  });

  app.post('/plans/:id/commit', {
    config: { allow: 'plans:commit' },
    schema: {
      summary: 'Make a plan real, exactly as it was shown',
      params: ById,
      body: PlanCommit,
      response: { 200: Committed, '4xx': ErrorBody },
    },
    handler: (request) => {
      const { actor, params, body } = request;
      return commitPlan(db, actor, committers, params.id, body, app.confirmationOf(request));
    },
  });
};
