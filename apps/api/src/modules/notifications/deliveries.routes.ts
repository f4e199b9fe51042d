import { ErrorBody } from '@cmp/shared/errors';
import { ByDelivery, DeliveryList, DeliveryQuery } from '@cmp/shared/notifications';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { SettingsOverrides } from '#config.ts';
import { readDeliveries, resendDelivery } from './deliveries.service.ts';

export const deliveryRoutes: FastifyPluginAsyncZod<{ overrides: SettingsOverrides }> = async (
  app,
  { overrides },
) => {
  const { db, keys } = app;
  const place = { key: keys.settings, overrides };

  app.get('/deliveries', {
    config: { allow: 'deliveries:list' },
    schema: {
      summary: 'What came of telling people and sites, newest first',
      querystring: DeliveryQuery,
      response: { 200: DeliveryList, '4xx': ErrorBody },
    },
    handler: ({ query }) => readDeliveries(db, place, query),
  });

  app.post('/deliveries/:id/resend', {
    config: { allow: 'deliveries:resend' },
    schema: {
      summary: 'Send once more what was sent, given up on or dropped',
      params: ByDelivery,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params }, reply) => {
      await resendDelivery(db, actor, params.id);
      return reply.code(204).send(null);
    },
  });
};
