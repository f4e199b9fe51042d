import { CsvQuery, ExportQuery } from '@cmp/shared/spreadsheets';
import { OfServer } from '@cmp/shared/users';
import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { attachment } from './file-name.ts';
import { exportUsers, makeTemplate, type NamedFile } from './spreadsheets.service.ts';

export const spreadsheetRoutes: FastifyPluginAsyncZod<{ folder: string }> = async (
  app,
  { folder },
) => {
  const { db } = app;

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
