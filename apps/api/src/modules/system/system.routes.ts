import { ErrorBody } from '@cmp/shared/errors';
import { System } from '@cmp/shared/system';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { readSystem, type SystemPlace } from './system.service.ts';

export const systemRoutes: FastifyPluginAsyncZod<SystemPlace> = async (app, place) => {
  app.get('/system', {
    config: { allow: 'system:read' },
    schema: {
      summary: 'How the portal and what it leans on fare',
      response: { 200: System, '4xx': ErrorBody },
    },
    handler: () => readSystem(app.db, app.pool, place),
  });
};
