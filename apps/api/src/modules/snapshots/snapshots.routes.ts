import { ErrorBody } from '@cmp/shared/errors';
import { ById } from '@cmp/shared/primitives';
import {
  RecoveryKey,
  RecoveryKeyRequest,
  SnapshotBegun,
  SnapshotList,
  SnapshotRequest,
} from '@cmp/shared/snapshots';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { attachment } from '#lib/attachment.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import { exportRecoveryKey } from './recovery-key.service.ts';
import type { SnapshotPlace } from './snapshot-place.ts';
import {
  askForSnapshot,
  askForVerdict,
  readSnapshotFile,
  readSnapshots,
  removeSnapshot,
} from './snapshots.service.ts';

interface Options {
  place: SnapshotPlace;
  queue: JobQueue;
}

export const snapshotRoutes: FastifyPluginAsyncZod<Options> = async (app, { place, queue }) => {
  const { db, keys } = app;

  app.get('/snapshots', {
    config: { allow: 'snapshots:list' },
    schema: {
      summary: 'The snapshots that are whole, newest first',
      response: { 200: SnapshotList, '4xx': ErrorBody },
    },
    handler: () => readSnapshots(db),
  });

  app.post('/snapshots', {
    config: { allow: 'snapshots:create' },
    schema: {
      summary: 'Begin a snapshot; it is in the list when its job is done',
      body: SnapshotRequest,
      response: { 202: SnapshotBegun, '4xx': ErrorBody },
    },
    handler: async ({ actor, body }, reply) =>
      reply.code(202).send(await askForSnapshot(db, queue, place, actor, body.kind)),
  });

  app.get('/snapshots/:id/file', {
    config: { allow: 'snapshots:read' },
    schema: { summary: 'A snapshot’s file', params: ById },
    handler: async ({ params }, reply) => {
      const { fileName, bytes, stream } = await readSnapshotFile(db, place, params.id);
      return reply
        .type('application/octet-stream')
        .header('content-length', bytes)
        .header('content-disposition', attachment(fileName))
        .header('content-security-policy', "default-src 'none'; sandbox")
        .send(stream);
    },
  });

  app.delete('/snapshots/:id', {
    config: { allow: 'snapshots:delete' },
    schema: {
      summary: 'Remove a snapshot here; copies in other places stay',
      params: ById,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params }, reply) => {
      await removeSnapshot(db, place, actor, params.id);
      return reply.code(204).send(null);
    },
  });

  app.post('/snapshots/:id/verify', {
    config: { allow: 'snapshots:verify' },
    schema: {
      summary: 'Begin the check of a snapshot’s signature and checksums',
      params: ById,
      response: { 202: SnapshotBegun, '4xx': ErrorBody },
    },
    handler: async ({ actor, params }, reply) =>
      reply.code(202).send(await askForVerdict(db, queue, actor, params.id)),
  });

  app.post('/snapshots/recovery-key', {
    config: { allow: 'keys:export', secretAnswer: true },
    schema: {
      summary: 'The key that opens this installation’s snapshots anywhere',
      body: RecoveryKeyRequest,
      response: { 200: RecoveryKey, '4xx': ErrorBody },
    },
    handler: async (request) => {
      await app.confirmationOf(request)(request.body.password);
      return exportRecoveryKey(db, keys, request.actor);
    },
  });
};
