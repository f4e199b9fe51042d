import { BotConfig, BotReport, BotStatus, Lease, LeaseRequest } from '@cmp/shared/bot';
import { ErrorBody } from '@cmp/shared/errors';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { isFromHere, requireBot } from '#plugins/peers.ts';
import { type BotPlace, keepReport, lease, readBotConfig, readBotStatus } from './bot.service.ts';

interface Options {
  place: BotPlace;
}

/** What the Telegram bot asks, which has a token and neither an account nor the database. */
export const botRoutes: FastifyPluginAsyncZod<Options> = async (app, { place }) => {
  const { db, keys } = app;

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
