import { Account } from '@cmp/shared/accounts';
import { Session } from '@cmp/shared/auth';
import { ErrorBody } from '@cmp/shared/errors';
import { Site } from '@cmp/shared/health';
import { AvatarQuery, ByTheme, FaviconQuery, imageLimits, LogoQuery } from '@cmp/shared/images';
import { ById } from '@cmp/shared/primitives';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { getAccount } from '#modules/accounts/accounts.service.ts';
import { readSession } from '#modules/auth/sessions.service.ts';
import { type Actor, accountIdOf } from '#plugins/access.ts';
import uploads from '#plugins/uploads.ts';
import type { StoredImage } from './images.repository.ts';
import {
  avatarOf,
  getImage,
  logoOf,
  ofSite,
  removeAvatar,
  removeFavicon,
  removeLogo,
  saveAvatar,
  saveFavicon,
  saveLogo,
} from './images.service.ts';
import { readSite } from './site.service.ts';

/** The site's face, and the pictures of those who work here. */
export const imageRoutes: FastifyPluginAsyncZod<{ folder: string }> = async (app, { folder }) => {
  const { db, sessions } = app;

  app.get('/site', {
    config: { allow: 'anyone' },
    schema: { summary: 'The site’s name and face, for the sign-in page', response: { 200: Site } },
    handler: () => readSite(db),
  });

  app.get('/site/logo', {
    config: { allow: 'anyone' },
    schema: { summary: 'The site’s logo, for a light or a dark page', querystring: LogoQuery },
    handler: async ({ query, headers }, reply) =>
      send(reply, await getImage(db, logoOf(query.theme)), query, headers, 'public'),
  });

  app.get('/site/favicon', {
    config: { allow: 'anyone' },
    schema: { summary: 'The site’s sign in a browser’s tab', querystring: FaviconQuery },
    handler: async ({ query, headers }, reply) => {
      const place = ofSite(query.size === '64' ? 'favicon' : 'touch-icon');
      return send(reply, await getImage(db, place), query, headers, 'public');
    },
  });

  app.get('/auth/avatar', {
    config: { allow: 'profile:read' },
    schema: { summary: 'One’s own picture', querystring: AvatarQuery },
    handler: async ({ actor, query, headers }, reply) =>
      send(reply, await getImage(db, ownAvatar(actor)), query, headers, 'private'),
  });

  app.get('/accounts/:id/avatar', {
    config: { allow: 'accounts:read' },
    schema: { summary: 'An account’s picture', params: ById, querystring: AvatarQuery },
    handler: async ({ params, query, headers }, reply) =>
      send(reply, await getImage(db, avatarOf(params.id)), query, headers, 'private'),
  });

  app.delete('/settings/general/logo', {
    config: { allow: 'settings:update' },
    schema: {
      summary: 'Remove the logo of a theme',
      querystring: ByTheme,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, query }, reply) =>
      reply.code(204).send(await removeLogo(db, actor, query.theme)),
  });

  app.delete('/settings/general/favicon', {
    config: { allow: 'settings:update' },
    schema: { summary: 'Remove the favicon', response: { 204: z.null(), '4xx': ErrorBody } },
    handler: async ({ actor }, reply) => reply.code(204).send(await removeFavicon(db, actor)),
  });

  app.delete('/auth/avatar', {
    config: { allow: 'profile:update' },
    schema: { summary: 'Remove one’s own picture', response: { 204: z.null(), '4xx': ErrorBody } },
    handler: async ({ actor }, reply) => {
      await removeAvatar(db, actor, 'profile:update', accountIdOf(actor));
      sessions.forgetAll();
      return reply.code(204).send(null);
    },
  });

  app.delete('/accounts/:id/avatar', {
    config: { allow: 'accounts:update' },
    schema: {
      summary: 'Remove an account’s picture',
      params: ById,
      response: { 204: z.null(), '4xx': ErrorBody },
    },
    handler: async ({ actor, params }, reply) => {
      await removeAvatar(db, actor, 'accounts:update', params.id);
      sessions.forgetAll();
      return reply.code(204).send(null);
    },
  });

  await app.register(imageUploadRoutes, { folder });
};

/** In a scope of its own: nothing else here takes a body that is not JSON. */
const imageUploadRoutes: FastifyPluginAsyncZod<{ folder: string }> = async (app, { folder }) => {
  const { db, sessions } = app;
  await app.register(uploads, {
    folder,
    limit: {
      bytes: imageLimits.bytes,
      sentence: 'The picture is larger than 5 MB. Save it smaller.',
    },
  });

  app.put('/settings/general/logo', {
    config: { allow: 'settings:update' },
    schema: {
      summary: 'Set the logo of a theme',
      querystring: ByTheme,
      response: { 200: Site, '4xx': ErrorBody },
    },
    handler: async ({ actor, query, upload }) => {
      await saveLogo(db, actor, query.theme, upload);
      return readSite(db);
    },
  });

  app.put('/settings/general/favicon', {
    config: { allow: 'settings:update' },
    schema: { summary: 'Set the favicon', response: { 200: Site, '4xx': ErrorBody } },
    handler: async ({ actor, upload }) => {
      await saveFavicon(db, actor, upload);
      return readSite(db);
    },
  });

  app.put('/auth/avatar', {
    config: { allow: 'profile:update' },
    schema: { summary: 'Set one’s own picture', response: { 200: Session, '4xx': ErrorBody } },
    handler: async ({ actor, upload }) => {
      await saveAvatar(db, actor, 'profile:update', accountIdOf(actor), upload);
      sessions.forgetAll();
      return readSession(sessions, actor);
    },
  });

  app.put('/accounts/:id/avatar', {
    config: { allow: 'accounts:update' },
    schema: {
      summary: 'Set an account’s picture',
      params: ById,
      response: { 200: Account, '4xx': ErrorBody },
    },
    handler: async ({ actor, params, upload }) => {
      await saveAvatar(db, actor, 'accounts:update', params.id, upload);
      sessions.forgetAll();
      return getAccount(db, params.id);
    },
  });
};

/** With a type of ours, as what can run nothing; for ever, where the address names its digest. */
function send(
  reply: FastifyReply,
  { mediaType, bytes, sha256 }: StoredImage,
  { v }: { v?: string | undefined },
  headers: FastifyRequest['headers'],
  whose: 'public' | 'private',
): FastifyReply {
  const tag = `"${sha256}"`;
  reply.headers({
    'cache-control': `${whose}, ${v === sha256 ? 'max-age=31536000, immutable' : 'no-cache'}`,
    'content-security-policy': "default-src 'none'; sandbox",
    'content-disposition': 'inline',
    etag: tag,
  });
  if (headers['if-none-match'] === tag) return reply.code(304).send();
  return reply.type(mediaType).send(bytes);
}

function ownAvatar(actor: Actor) {
  return avatarOf(accountIdOf(actor));
}
