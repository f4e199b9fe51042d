import { ErrorBody } from '@cmp/shared/errors';
import { AtVersion, ById } from '@cmp/shared/primitives';
import {
  NewService,
  Service,
  ServiceChange,
  ServiceList,
  ServiceOrder,
} from '@cmp/shared/services';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { listServices } from './services.repository.ts';
import {
  changeService,
  createService,
  removeService,
  reorderServices,
} from './services.service.ts';

export const serviceRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db } = app;

  app.get('/services', {
    config: { allow: 'services:list' },
    schema: { summary: 'What is sold', response: { 200: ServiceList, '4xx': ErrorBody } },
    handler: () => listServices(db),
  });

  app.post('/services', {
    config: { allow: 'services:create' },
    schema: {
      summary: 'Add a service',
      body: NewService,
      response: { 201: Service, '4xx': ErrorBody },
    },
    handler: async ({ actor, body }, reply) =>
      reply.code(201).send(await createService(db, actor, body)),
  });

  app.put('/services/order', {
    config: { allow: 'services:update' },
    schema: {
      summary: 'Put the services in another order',
      body: ServiceOrder,
      response: { 200: ServiceList, '4xx': ErrorBody },
    },
    handler: ({ actor, body }) => reorderServices(db, actor, body),
  });

  app.patch('/services/:id', {
    config: { allow: 'services:update' },
    schema: {
      summary: 'Alter a service; users keep what they bought',
      params: ById,
      body: ServiceChange,
      response: { 200: Service, '4xx': ErrorBody },
    },
    handler: ({ actor, params, body }) => changeService(db, actor, params.id, body),
  });

  app.delete('/services/:id', {
    config: { allow: 'services:delete' },
    schema: {
      summary: 'Delete a service that no user has',
      params: ById,
      querystring: AtVersion,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params, query }, reply) =>
      reply.code(204).send(await removeService(db, actor, params.id, query.version)),
  });
};
