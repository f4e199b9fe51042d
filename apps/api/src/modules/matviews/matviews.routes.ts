import { ErrorBody } from '@cmp/shared/errors';
import {
  Matview,
  MatviewList,
  MatviewSwitch,
  RefreshAnswer,
  RefreshQuery,
} from '@cmp/shared/matviews';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Config } from '#config.ts';
import { askRefresh, getMatview, switchMatview } from './matviews.service.ts';
import { matviewRefresher } from './refresher.ts';

const address = '/admin/matviews/user_status_matview';

interface Options extends Pick<Config, 'matviewUse'> {
  databaseUrl: string;
}

export const matviewRoutes: FastifyPluginAsyncZod<Options> = async (
  app,
  { matviewUse, databaseUrl },
) => {
  const { db } = app;
  const refresher = matviewRefresher(db, databaseUrl, (failure) => app.log.error(failure));

  app.get('/admin/matviews', {
    config: { allow: 'matviews:read' },
    schema: {
      summary: 'The counts kept beside the data, and how fresh they are',
      response: { 200: MatviewList, '4xx': ErrorBody },
    },
    handler: async () => ({ ok: true as const, matviews: [await getMatview(db, matviewUse)] }),
  });

  app.put(address, {
    config: { allow: 'matviews:update' },
    schema: {
      summary: 'Make the status view, or drop it',
      body: MatviewSwitch,
      response: { 200: Matview, '4xx': ErrorBody },
    },
    handler: ({ actor, body }) => switchMatview(db, databaseUrl, actor, body, matviewUse),
  });

  app.post(`${address}/refresh`, {
    config: { allow: 'matviews:refresh' },
    schema: {
      summary: 'Bring the status view up to date: soon, or before the answer',
      querystring: RefreshQuery,
      response: { 200: RefreshAnswer, '4xx': ErrorBody },
    },
    handler: ({ query }) => askRefresh(refresher, query),
  });
};
