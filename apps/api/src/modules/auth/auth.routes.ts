import { Login, PasswordChange, ProfileChange, Session, SignInList } from '@cmp/shared/auth';
import { ErrorBody } from '@cmp/shared/errors';
import { ById, nameKey } from '@cmp/shared/primitives';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { AppError } from '#lib/errors.ts';
import { noteSecurityEvent } from '#lib/security-events.ts';
import type { TellSignIn } from '#lib/sign-in-log.ts';
import { getAccount } from '#modules/accounts/accounts.service.ts';
import { accountIdOf } from '#plugins/access.ts';
import { answerSession, clearSessionCookies, originOf, refreshTokenOf } from '#plugins/cookies.ts';
import { listSignIns } from './auth.repository.ts';
import {
  changePassword,
  changeProfile,
  refreshSession,
  signIn,
  signOut,
  unauthenticated,
} from './auth.service.ts';
import { readSession } from './sessions.service.ts';

interface Options {
  tellSignIn: TellSignIn;
}

export const authRoutes: FastifyPluginAsyncZod<Options> = async (app, { tellSignIn }) => {
  const { db, keys, sessions } = app;

  app.post('/auth/login', {
    config: { allow: 'anyone' },
    schema: { summary: 'Sign in', body: Login, response: { 200: Session, '4xx': ErrorBody } },
    handler: async (request, reply) => {
      const giveBack = await app.countAttempt(request, nameKey(request.body.username));
      const origin = originOf(request);
      const signedIn = await signIn(db, keys.tokens, request.body, origin, tellSignIn);
      await giveBack();
      return answerSession(reply, signedIn);
    },
  });

  app.post('/auth/refresh', {
    config: { allow: 'anyone' },
    schema: {
      summary: 'Exchange the refresh cookie for the next one',
      response: { 200: Session, '4xx': ErrorBody },
    },
    handler: async (request, reply) => {
      const presented = refreshTokenOf(request);
      if (!presented) throw unauthenticated();
      try {
        return answerSession(reply, await refreshSession(db, keys.tokens, presented));
      } catch (error) {
        if (error instanceof AppError && error.code === 'session_reused')
          noteSecurityEvent(
            request.log,
            'authn_token_reuse',
            { ...error.details },
            'session ended',
          );
        if (error instanceof AppError) clearSessionCookies(reply);
        throw error;
      }
    },
  });

  app.post('/auth/logout', {
    config: { allow: 'anyone' },
    schema: { summary: 'Sign out', response: { 204: z.null(), '4xx': ErrorBody } },
    handler: async (request, reply) => {
      const { claimedSessionId } = request;
      await signOut(db, keys.tokens, refreshTokenOf(request), claimedSessionId);
      if (claimedSessionId !== undefined) sessions.forget([claimedSessionId]);
      clearSessionCookies(reply);
      return reply.code(204).send(null);
    },
  });

  app.get('/auth/session', {
    config: { allow: 'profile:read', beforePasswordChange: true },
    schema: { summary: 'Who is signed in', response: { 200: Session, '4xx': ErrorBody } },
    handler: ({ actor }) => readSession(sessions, actor),
  });

  app.post('/auth/password', {
    config: { allow: 'profile:password', beforePasswordChange: true },
    schema: {
      summary: 'Change one’s own password; one’s other sessions end',
      body: PasswordChange,
      response: { 200: Session, '4xx': ErrorBody },
    },
    handler: async (request) => {
      const { actor, body } = request;
      const session = await app.countProof(request, () => changePassword(db, actor, body));
      sessions.forgetAll();
      return session;
    },
  });

  app.patch('/auth/profile', {
    config: { allow: 'profile:update' },
    schema: {
      summary: 'Change one’s own name and address',
      body: ProfileChange,
      response: { 200: Session, '4xx': ErrorBody },
    },
    handler: async ({ actor, body }) => {
      const session = await changeProfile(db, actor, body);
      sessions.forget([session.id]);
      return session;
    },
  });

  app.get('/auth/sign-ins', {
    config: { allow: 'profile:read' },
    schema: { summary: 'One’s own sign-ins', response: { 200: SignInList, '4xx': ErrorBody } },
    handler: ({ actor }) => listSignIns(db, accountIdOf(actor)),
  });

  app.get('/accounts/:id/sign-ins', {
    config: { allow: 'accounts:read' },
    schema: {
      summary: 'An account’s sign-ins, latest first',
      params: ById,
      response: { 200: SignInList, '4xx': ErrorBody },
    },
    handler: async ({ params }) => {
      await getAccount(db, params.id);
      return listSignIns(db, params.id);
    },
  });
};
