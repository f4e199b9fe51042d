import { ErrorBody } from '@cmp/shared/errors';
import { AtVersion, ById } from '@cmp/shared/primitives';
import {
  NewServer,
  Server,
  ServerChange,
  ServerList,
  type ServerListing,
  ServerOrder,
} from '@cmp/shared/servers';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { sharedRuns } from '#lib/shared-runs.ts';
import type { Actor } from '#plugins/access.ts';
import { listServers } from './servers.repository.ts';
import {
  changeServer,
  createServer,
  getServer,
  removeServer,
  reorderServers,
} from './servers.service.ts';

export const serverRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db } = app;
  const lists = sharedRuns<ServerListing[]>();

  app.get('/servers', {
    config: { allow: 'servers:list' },
    schema: {
      summary: 'The servers in their order, each with how its users stand',
      response: { 200: ServerList, '4xx': ErrorBody },
    },
    handler: ({ actor }) => list(actor),
  });

  app.post('/servers', {
    config: { allow: 'servers:create' },
    schema: {
      summary: 'Add a server behind the last one',
      body: NewServer,
      response: { 201: Server, '4xx': ErrorBody },
    },
    handler: async ({ actor, body }, reply) =>
      reply.code(201).send(await createServer(db, actor, body)),
  });

  app.put('/servers/order', {
    config: { allow: 'servers:reorder' },
    schema: {
      summary: 'Put the servers in a new order',
      body: ServerOrder,
      response: { 200: ServerList, '4xx': ErrorBody },
    },
    handler: async ({ actor, body }) => {
      await reorderServers(db, actor, body);
      return list(actor);
    },
  });

  app.get('/servers/:id', {
    config: { allow: 'servers:read' },
    schema: { summary: 'One server', params: ById, response: { 200: Server, '4xx': ErrorBody } },
    handler: ({ actor, params }) => getServer(db, actor.scope, params.id),
  });

  app.patch('/servers/:id', {
    config: { allow: 'servers:update' },
    schema: {
      summary: 'Alter the named fields of a server',
      params: ById,
      body: ServerChange,
      response: { 200: Server, '4xx': ErrorBody },
    },
    handler: ({ actor, params, body }) => changeServer(db, actor, params.id, body),
  });

  app.delete('/servers/:id', {
    config: { allow: 'servers:delete' },
    schema: {
      summary: 'Move a server and its users to the bin',
      params: ById,
      querystring: AtVersion,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params, query }, reply) =>
      reply.code(204).send(await removeServer(db, actor, params.id, query.version)),
  });

  async function list({ scope }: Actor): Promise<ServerList> {
    const bounds = await app.boundsNow();
    const asked = JSON.stringify([scope.serverIds, bounds]);
    const items = await lists(asked, () => listServers(db, scope, bounds));
    return { items, total: items.length };
  }
};
