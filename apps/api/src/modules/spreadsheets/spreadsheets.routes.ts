import { Plan } from '@cmp/shared/changes';
import { ErrorBody } from '@cmp/shared/errors';
import { ById } from '@cmp/shared/primitives';
import { CsvQuery, ExportQuery, ImportQuery } from '@cmp/shared/spreadsheets';
import { OfServer } from '@cmp/shared/users';
import { workbookLimits } from '@cmp/shared/workbook';
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { attachment } from '#lib/attachment.ts';
import { AppError } from '#lib/errors.ts';
import uploads from '#plugins/uploads.ts';
import { makeErrorRows } from './error-rows.service.ts';
import { type ImportPlace, startImport } from './imports.service.ts';
import { exportUsers, makeTemplate, type NamedFile } from './spreadsheets.service.ts';

export const spreadsheetRoutes: FastifyPluginAsyncZod<ImportPlace> = async (app, place) => {
  const { db } = app;
  const { folder } = place;

  app.get('/servers/:serverId/users/template.xlsx', {
    config: { allow: 'users:list' },
    schema: { summary: 'A workbook to fill in', params: OfServer },
    handler: async ({ actor, params }, reply) =>
      send(reply, await makeTemplate(db, actor, folder, params.serverId)),
  });

  app.get('/servers/:serverId/users/export.xlsx', {
    config: { allow: 'users:export' },
    schema: {
      summary: 'A server’s users as a workbook, under the list’s filter and sort',
      params: OfServer,
      querystring: ExportQuery,
    },
    handler: async ({ actor, params, query }, reply) =>
      send(
        reply,
        await exportUsers(db, actor, folder, params.serverId, query, await app.boundsNow()),
      ),
  });

  app.get('/servers/:serverId/users/export.csv', {
    config: { allow: 'users:export' },
    schema: { summary: 'The same as CSV', params: OfServer, querystring: CsvQuery },
    handler: async ({ actor, params, query: { separator, ...query } }, reply) => {
      const bounds = await app.boundsNow();
      const file = await exportUsers(db, actor, folder, params.serverId, query, bounds, separator);
      return send(reply, file);
    },
  });

  app.get('/plans/:id/errors.xlsx', {
    config: { allow: 'plans:read' },
    schema: { summary: 'The rows of an import that are in error, to mend', params: ById },
    handler: async ({ actor, params }, reply) =>
      send(reply, await makeErrorRows(db, actor, folder, params.id)),
  });

  await app.register(importRoutes, place);
};

/** In a scope of its own: nothing else takes a body that is not JSON. */
const importRoutes: FastifyPluginAsyncZod<ImportPlace> = async (app, place) => {
  await app.register(uploads, {
    folder: place.folder,
    limit: {
      bytes: workbookLimits.bytes,
      sentence: 'The file is larger than 20 MB. Split the list.',
    },
  });

  app.post('/servers/:serverId/users/import', {
    config: { allow: 'users:import' },
    schema: {
      summary: 'Work out what a file of users would add and change; commit the plan to do it',
      params: OfServer,
      querystring: ImportQuery,
      response: { 201: Plan, 202: Plan, '4xx': ErrorBody },
    },
    handler: async ({ actor, params, query, upload }, reply) => {
      if (!upload) throw new AppError('invalid_request', 'Send one file, in the field “file”.');
      const plan = await startImport(app.db, place, actor, params.serverId, query.mode, upload);
      return reply.code(plan.state === 'parsing' ? 202 : 201).send(plan);
    },
  });
};

const typeOf = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
} as const;

function send(reply: FastifyReply, { name, stream, bytes }: NamedFile): FastifyReply {
  return reply
    .type(name.endsWith('.csv') ? typeOf.csv : typeOf.xlsx)
    .header('content-length', bytes)
    .header('content-disposition', attachment(name))
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(stream);
}
