import { ErrorBody } from '@cmp/shared/errors';
import { ById } from '@cmp/shared/primitives';
import { Server, ServerList } from '@cmp/shared/servers';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { listServers } from './servers.repository.ts';
import { getServer } from './servers.service.ts';

export const serverRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/servers', {
    config: { allow: 'servers:list' },
    schema: {
      summary: 'The servers in their order',
      response: { 200: ServerList, '4xx': ErrorBody },
    },
    handler: ({ actor }) => listServers(app.db, actor.scope),
  });

  app.get('/servers/:id', {
    config: { allow: 'servers:read' },
    schema: { summary: 'One server', params: ById, response: { 200: Server, '4xx': ErrorBody } },
    handler: ({ actor, params }) => getServer(app.db, actor.scope, params.id),
  });
};
