import { ErrorBody } from '@cmp/shared/errors';
import {
  NotificationList,
  NotificationPreferences,
  NotificationQuery,
  NotificationsRead,
  PreferencesChange,
  Unread,
} from '@cmp/shared/notifications';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { markRead, readFeed } from './feed.service.ts';
import { changePreferences, readPreferences } from './preferences.service.ts';

export const notificationRoutes: FastifyPluginAsyncZod = async (app) => {
  const { db } = app;

  app.get('/notifications', {
    config: { allow: 'notifications:read' },
    schema: {
      summary: 'What one was told of, newest first',
      querystring: NotificationQuery,
      response: { 200: NotificationList, '4xx': ErrorBody },
    },
    handler: ({ actor, query }) => readFeed(db, actor, query),
  });

  app.post('/notifications/read', {
    config: { allow: 'notifications:update' },
    schema: {
      summary: 'Mark as read, up to one',
      body: NotificationsRead,
      response: { 200: Unread, '4xx': ErrorBody },
    },
    handler: ({ actor, body }) => markRead(db, actor, body.upTo),
  });

  app.get('/notifications/preferences', {
    config: { allow: 'notifications:read' },
    schema: {
      summary: 'What one hears of, and by which way',
      response: { 200: NotificationPreferences, '4xx': ErrorBody },
    },
    handler: ({ actor }) => readPreferences(db, actor),
  });

  app.patch('/notifications/preferences', {
    config: { allow: 'notifications:update' },
    schema: {
      summary: 'Choose what one hears of',
      body: PreferencesChange,
      response: { 200: NotificationPreferences, '4xx': ErrorBody },
    },
    handler: ({ actor, body }) => changePreferences(db, actor, body),
  });
};
