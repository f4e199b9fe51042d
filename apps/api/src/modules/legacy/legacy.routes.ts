import { ErrorBody } from '@cmp/shared/errors';
import { LegacyPasswords } from '@cmp/shared/legacy';
import { ById } from '@cmp/shared/primitives';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { readLegacyPasswords } from './legacy.service.ts';

export const legacyRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get('/plans/:id/one-time-passwords', {
    config: { allow: 'legacy:import', secretAnswer: true },
    schema: {
      summary: 'The one-time passwords of accounts that an older portal’s snapshot brought',
      params: ById,
      response: { 200: LegacyPasswords, '4xx': ErrorBody },
    },
    handler: ({ actor, params }) => readLegacyPasswords(app.db, actor, app.keys.tokens, params.id),
  });
};
