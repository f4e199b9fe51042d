import { BulkWish, Plan } from '@cmp/shared/changes';
import { ErrorBody } from '@cmp/shared/errors';
import { AtVersion, ById } from '@cmp/shared/primitives';
import {
  AnchorQuery,
  Anchors,
  Extension,
  NewUser,
  OfServer,
  type StatusCounts,
  User,
  UserChange,
  UserList,
  UserQuery,
} from '@cmp/shared/users';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { sharedRuns } from '#lib/shared-runs.ts';
import { getServer } from '#modules/servers/servers.service.ts';
import type { Actor } from '#plugins/access.ts';
import { planBulk } from './bulk.service.ts';
import { listAllUsers, listAnchors } from './user-list.repository.ts';
import {
  changeUser,
  createUser,
  extendUser,
  getUser,
  listUsersOf,
  removeUser,
} from './users.service.ts';

export const userRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db } = app;
  const counts = sharedRuns<StatusCounts>();

  app.get('/users', {
    config: { allow: 'users:list' },
    schema: {
      summary: 'Users across servers, with counts by status',
      querystring: UserQuery,
      response: { 200: UserList, '4xx': ErrorBody },
    },
    handler: async ({ actor: { scope }, query }) =>
      listAllUsers(db, counts, { scope, bounds: await app.boundsNow() }, query),
  });

  app.get('/users/anchors', {
    config: { allow: 'users:list' },
    schema: {
      summary: 'The cursors behind every n-th user',
      querystring: AnchorQuery,
      response: { 200: Anchors, '4xx': ErrorBody },
    },
    handler: async ({ actor: { scope }, query }) =>
      listAnchors(db, { scope, bounds: await app.boundsNow() }, query),
  });

  app.get('/servers/:serverId/users', {
    config: { allow: 'users:list' },
    schema: {
      summary: 'A server’s users, with counts by status',
      params: OfServer,
      querystring: UserQuery,
      response: { 200: UserList, '4xx': ErrorBody },
    },
    handler: async ({ actor, params, query }) =>
      listUsersOf(db, actor.scope, params.serverId, await app.boundsNow(), query),
  });

  app.get('/servers/:serverId/users/anchors', {
    config: { allow: 'users:list' },
    schema: {
      summary: 'The cursors behind every n-th user of a server',
      params: OfServer,
      querystring: AnchorQuery,
      response: { 200: Anchors, '4xx': ErrorBody },
    },
    handler: async ({ actor, params, query }) =>
      listAnchors(db, await ofServer(actor, params.serverId), query),
  });

  app.post('/servers/:serverId/users', {
    config: { allow: 'users:create' },
    schema: {
      summary: 'Add a user to a server',
      params: OfServer,
      body: NewUser,
      response: { 201: User, '4xx': ErrorBody },
    },
    handler: async ({ actor, params, body }, reply) =>
      reply
        .code(201)
        .send(await createUser(db, actor, params.serverId, body, await app.boundsNow())),
  });

  app.get('/users/:id', {
    config: { allow: 'users:read' },
    schema: { summary: 'One user', params: ById, response: { 200: User, '4xx': ErrorBody } },
    handler: async ({ actor, params }) =>
      getUser(db, actor.scope, params.id, await app.boundsNow()),
  });

  app.patch('/users/:id', {
    config: { allow: 'users:update' },
    schema: {
      summary: 'Alter the named fields of a user',
      params: ById,
      body: UserChange,
      response: { 200: User, '4xx': ErrorBody },
    },
    handler: async ({ actor, params, body }) =>
      changeUser(db, actor, params.id, body, await app.boundsNow()),
  });

  app.delete('/users/:id', {
    config: { allow: 'users:delete' },
    schema: {
      summary: 'Move a user to the bin',
      params: ById,
      querystring: AtVersion,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params, query }, reply) =>
      reply
        .code(204)
        .send(await removeUser(db, actor, params.id, query.version, await app.boundsNow())),
  });

  app.post('/users/:id/extend', {
    config: { allow: 'users:extend' },
    schema: {
      summary: 'Extend a user by months, from the later of today and the end of the term',
      params: ById,
      body: Extension,
      response: { 200: User, '4xx': ErrorBody },
    },
    handler: async ({ actor, params, body }) =>
      extendUser(db, actor, params.id, body, await app.boundsNow()),
  });

  app.post('/plans', {
    config: { allow: 'plans:commit' },
    schema: {
      summary: 'Work out what an act on chosen users would do; commit the plan to do it',
      body: BulkWish,
      response: { 201: Plan, '4xx': ErrorBody },
    },
    handler: async ({ actor, body }, reply) =>
      reply.code(201).send(await planBulk(db, actor, body, await app.boundsNow())),
  });

  /** A server that is not the caller's is refused before anything of it is read. */
  async function ofServer({ scope }: Actor, serverId: number) {
    const [bounds] = await Promise.all([app.boundsNow(), getServer(db, scope, serverId)]);
    return { scope, serverId, bounds };
  }
};
