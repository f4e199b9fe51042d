import { ErrorBody } from '@cmp/shared/errors';
import { Health } from '@cmp/shared/health';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { sql } from 'kysely';
import * as z from 'zod';
import type { Config } from '#config.ts';
import { pendingMigrations } from '#database/migrator.ts';
import { AppError, notHere } from '#lib/errors.ts';
import { hasBearer, isFromHere, refuseForwarded } from '#plugins/peers.ts';
import type { Watched } from './collectors.ts';
import { metricsReader } from './observability.service.ts';

const Ok = z.object({ ok: z.boolean() });

interface Options {
  metricsToken: string | undefined;
  versions: Config['versions'];
  watched: Watched;
  /** How long figures may be repeated that are read, where that is not each one's own. */
  metricsKeptMs: number | undefined;
}

export const observabilityRoutes: FastifyPluginAsyncZod<Options> = async (app, options) => {
  const { metricsToken, versions, watched, metricsKeptMs } = options;
  let isMigrated = false;
  const readMetrics = metricsReader(watched, metricsKeptMs);

  app.get('/internal/live', {
    config: { allow: 'anyone' },
    schema: { summary: 'This process answers', response: { 200: Ok, '4xx': ErrorBody } },
    handler: async (request) => {
      refuseForwarded(request);
      return { ok: true };
    },
  });

  app.get('/internal/ready', {
    config: { allow: 'anyone' },
    schema: { summary: 'This instance can take requests', response: { 200: Ok, '5xx': ErrorBody } },
    handler: async (request) => {
      refuseForwarded(request);
      if (app.isDraining) throw new AppError('unavailable', 'This instance is stopping.');
      await sql`select 1`.execute(app.db);
      // Its own migrations alone: what a newer release brings is not for this one to wait for.
      isMigrated ||= (await pendingMigrations(app.db)).length === 0;
      if (!isMigrated) throw new AppError('unavailable', 'The database is being migrated.');
      return { ok: true };
    },
  });

  app.get('/api/health', {
    config: { allow: 'anyone' },
    schema: { summary: 'What answers here', response: { 200: Health } },
    handler: async () => ({
      ok: !app.isDraining,
      uptimeSeconds: Math.floor(process.uptime()),
      versions,
      features: {},
    }),
  });

  app.get('/metrics', {
    config: { allow: 'anyone' },
    schema: { summary: 'For Prometheus', response: { 200: z.string(), '4xx': ErrorBody } },
    handler: async (request, reply) => {
      if (!mayReadMetrics(request, metricsToken)) throw notHere();
      reply.type('text/plain; version=0.0.4; charset=utf-8').serializer(String);
      return reply.send(await readMetrics());
    },
  });
};

/** A peer on this machine that no proxy stands before, or whoever has the token. */
function mayReadMetrics(request: FastifyRequest, token: string | undefined): boolean {
  return hasBearer(request, token) || isFromHere(request);
}
