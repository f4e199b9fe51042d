import type { FastifyRequest } from 'fastify';
import { AppError, notHere } from '#lib/errors.ts';
import { noteSecurityEvent } from '#lib/security-events.ts';
import { isSameSecret } from '#lib/tokens.ts';

/** Whoever probes or serves stands beside this process; what came through a proxy came from outside. */
export function refuseForwarded({ headers }: FastifyRequest): void {
  if (isForwarded(headers)) throw notHere();
}

/** Whether it comes from this machine, and no proxy stands between. */
export function isFromHere({ headers, socket }: FastifyRequest): boolean {
  return !isForwarded(headers) && /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
}

/** Whether it carries this token, compared in a time that tells nothing. */
export function hasBearer({ headers }: FastifyRequest, token: string | undefined): boolean {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  return token !== undefined && bearer !== undefined && isSameSecret(bearer, token);
}

/** The bot is no browser and no account: it has its token, and comes by no proxy. */
export function requireBot(request: FastifyRequest, token: string): void {
  refuseForwarded(request);
  if (hasBearer(request, token)) return;
  noteSecurityEvent(request.log, 'bot_token_wrong', { ip: request.ip }, 'refused');
  throw new AppError('unauthenticated', 'This is for the bot, which has its token.');
}

function isForwarded(headers: FastifyRequest['headers']): boolean {
  return ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => name in headers);
}
