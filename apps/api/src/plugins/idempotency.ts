import { createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { AppError } from '#lib/errors.ts';
import type { Idempotency } from './access.ts';

/**
 * What the caller named the command by, and the fingerprint of what it asked: account, method, route, query and
 * parsed fields. Undefined where no `Idempotency-Key` was sent.
 */
export function idempotencyOf(request: FastifyRequest): Idempotency | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined || request.method !== 'POST') return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(key))
    throw new AppError(
      'invalid_request',
      'An Idempotency-Key is 1 to 128 visible ASCII characters.',
    );

  const { method, routeOptions, params, query, body, actor, server, upload } = request;
  const what = [params, query, body, upload?.sha256];
  const asked = JSON.stringify([actor.accountId, method, routeOptions.url, ...what]);
  return {
    key,
    // Keyed, because a field can be a password, and a plain digest could be guessed at without Argon2's price.
    fingerprint: createHmac('sha256', server.keys.tokens).update('asked').update(asked).digest(),
    isSecret: routeOptions.config.secretAnswer ?? false,
  };
}
