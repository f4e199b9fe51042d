import { ErrorBody } from '@cmp/shared/errors';
import { ServiceList } from '@cmp/shared/services';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { listServices } from './services.repository.ts';

export const serviceRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/services', {
    config: { allow: 'services:list' },
    schema: { summary: 'What is sold', response: { 200: ServiceList, '4xx': ErrorBody } },
    handler: () => listServices(app.db),
  });
};
