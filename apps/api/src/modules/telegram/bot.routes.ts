import {
  ActRequest,
  BotAnswer,
  BotConfig,
  BotReport,
  BotStatus,
  Lease,
  LeaseRequest,
  Outbox,
  OutboxRequest,
} from '@cmp/shared/bot';
import { ErrorBody } from '@cmp/shared/errors';
import { ByDelivery } from '@cmp/shared/notifications';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { attachment } from '#lib/attachment.ts';
import { undoCommitter } from '#modules/changes/undo.service.ts';
import type { JobQueue } from '#modules/jobs/queue.ts';
import type { FolderPlace } from '#modules/snapshots/snapshot-place.ts';
import { isFromHere, requireBot } from '#plugins/peers.ts';
import { type BotPlace, keepReport, lease, readBotConfig, readBotStatus } from './bot.service.ts';
import { exchangeOutbox, readOutboxFile } from './outbox.service.ts';
import { workThrough } from './updates.service.ts';

interface Options {
  place: BotPlace & FolderPlace;
  queue: JobQueue;
}

/** What the Telegram bot asks, which has a token and neither an account nor the database. */
export const botRoutes: FastifyPluginAsyncZod<Options> = async (app, { place, queue }) => {
  const { db, keys } = app;
  const acting = {
    ...place,
    tokenKey: keys.tokens,
    boundsNow: app.boundsNow,
    commitUndo: undoCommitter(queue),
  };

  app.post('/internal/bot/lease', {
    config: { allow: 'bot' },
    schema: {
      summary: 'Be the one bot that talks to Telegram, or stay it',
      body: LeaseRequest,
      response: { 200: Lease, '4xx': ErrorBody },
    },
    handler: ({ body }) => lease(db, body.holder),
  });

  app.get('/internal/bot/config', {
    config: { allow: 'bot' },
    schema: { summary: 'What the bot works by', response: { 200: BotConfig, '4xx': ErrorBody } },
    handler: () => readBotConfig(db, place),
  });

  app.post('/internal/bot/status', {
    config: { allow: 'bot' },
    schema: {
      summary: 'How the bot fares',
      body: BotReport,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ body }, reply) => {
      await keepReport(db, body);
      return reply.code(204).send(null);
    },
  });

  app.post('/internal/bot/outbox', {
    config: { allow: 'bot' },
    schema: {
      summary: 'What became of the last messages, and which are next',
      body: OutboxRequest,
      response: { 200: Outbox, '4xx': ErrorBody },
    },
    handler: async ({ body }) => ({
      messages: await exchangeOutbox(db, acting, body, new Date()),
    }),
  });

  app.get('/internal/bot/outbox/:id/file', {
    config: { allow: 'bot' },
    schema: { summary: 'The encrypted file that goes with a message', params: ByDelivery },
    handler: async ({ params }, reply) => {
      const { fileName, bytes, stream } = await readOutboxFile(db, acting, params.id);
      return reply
        .type('application/octet-stream')
        .header('content-length', bytes)
        .header('content-disposition', attachment(fileName))
        .send(stream);
    },
  });

  app.post('/internal/bot/act', {
    config: { allow: 'bot' },
    schema: {
      summary: 'What somebody in a chat asks for, as the account that the chat is linked to',
      body: ActRequest,
      response: { 200: BotAnswer, '4xx': ErrorBody },
    },
    handler: (request) => {
      const countLinking = (person: string) => app.countLinking(request, person);
      return workThrough(db, { ...acting, countLinking }, request.body, request.id);
    },
  });

  app.get('/internal/bot/status', {
    config: { allow: 'anyone' },
    schema: {
      summary: 'Whether the bot is well: for whoever watches from this machine, or has its token',
      response: { 200: BotStatus, '4xx': ErrorBody },
    },
    handler: async (request) => {
      if (!isFromHere(request)) requireBot(request, keys.botToken);
      return readBotStatus(db, place, new Date());
    },
  });
};
