import { Readable } from 'node:stream';
import {
  AuditFilter,
  AuditList,
  AuditQuery,
  ByChange,
  Change,
  ChangeList,
  PageQuery,
  Plan,
} from '@cmp/shared/changes';
import { ErrorBody } from '@cmp/shared/errors';
import { ById } from '@cmp/shared/primitives';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { eachEntry, getChange, readAudit, readChanges, readUserHistory } from './audit.service.ts';
import { asCsv } from './audit-csv.ts';
import { planUndo } from './undo.service.ts';

export const changeRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db } = app;

  app.get('/changes', {
    config: { allow: 'changes:list' },
    schema: {
      summary: 'The acts that altered data, newest first',
      querystring: PageQuery,
      response: { 200: ChangeList, '4xx': ErrorBody },
    },
    handler: ({ actor, query }) => readChanges(db, actor, query),
  });

  app.get('/changes/:id', {
    config: { allow: 'changes:read' },
    schema: {
      summary: 'One change',
      params: ByChange,
      response: { 200: Change, '4xx': ErrorBody },
    },
    handler: ({ actor, params }) => getChange(db, actor, params.id),
  });

  app.post('/changes/:id/undo', {
    config: { allow: 'changes:undo' },
    schema: {
      summary: 'Work out what undoing a change would set back; commit the plan to do it',
      params: ByChange,
      response: { 201: Plan, '4xx': ErrorBody },
    },
    handler: async ({ actor, params }, reply) =>
      reply.code(201).send(await planUndo(db, actor, params.id)),
  });

  app.get('/audit', {
    config: { allow: 'changes:list' },
    schema: {
      summary: 'What was altered, row by row, newest change first',
      querystring: AuditQuery,
      response: { 200: AuditList, '4xx': ErrorBody },
    },
    handler: ({ actor, query }) => readAudit(db, actor, query),
  });

  app.get('/audit.csv', {
    config: { allow: 'changes:list' },
    schema: { summary: 'The same as CSV', querystring: AuditFilter },
    handler: ({ actor, query }, reply) =>
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="audit.csv"')
        .send(Readable.from(asCsv(eachEntry(db, actor, query)))),
  });

  app.get('/users/:id/history', {
    config: { allow: 'changes:list' },
    schema: {
      summary: 'What happened to a user',
      params: ById,
      querystring: PageQuery,
      response: { 200: AuditList, '4xx': ErrorBody },
    },
    handler: ({ actor, params, query }) => readUserHistory(db, actor, params.id, query),
  });
};
