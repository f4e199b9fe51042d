import { Plan } from '@cmp/shared/changes';
import { ErrorBody } from '@cmp/shared/errors';
import { RestoreRequest } from '@cmp/shared/snapshots';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { JobQueue } from '#modules/jobs/queue.ts';
import uploads from '#plugins/uploads.ts';
import { folderOf, type RestorePlace, startRestore } from './restore.service.ts';

const mostBytes = 2_147_483_648;

export const restoreRoutes: FastifyPluginAsyncZod<RestorePlace & { queue: JobQueue }> = async (
  app,
  place,
) => {
  await app.register(uploads, {
    folder: folderOf(place.uploadsDir),
    limit: { bytes: mostBytes, sentence: 'The file is larger than 2 GB.' },
    bodyOf: (fields) => Object.fromEntries(Object.entries(fields).map(asJson)),
  });

  app.post('/snapshots/restore', {
    config: { allow: 'snapshots:restore', longBody: true },
    schema: {
      summary: 'Work out what a snapshot would put back; commit the plan to do it',
      body: RestoreRequest,
      response: { 202: Plan, '4xx': ErrorBody, 507: ErrorBody },
    },
    handler: async ({ actor, body, upload }, reply) =>
      reply.code(202).send(await startRestore(app.db, place, actor, body, upload)),
  });
};

/** A form's fields are texts; those of the contract that are not are said as JSON says them. */
function asJson([name, text]: [string, string]): [string, unknown] {
  const isText = ['mode', 'passphrase', 'identity', 'recoveryKey'].includes(name);
  return [name, isText ? text : (parsed[text] ?? text)];
}

const parsed: Record<string, boolean> = { true: true, false: false };
