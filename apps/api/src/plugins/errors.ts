import type { ErrorBody, Issue } from '@cmp/shared/errors';
import type { FastifyError } from 'fastify';
import fp from 'fastify-plugin';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { isUnavailable } from '#database/violations.ts';
import { AppError } from '#lib/errors.ts';
import { isStorageFull } from '#lib/storage-full.ts';

/** Turns whatever a route throws into an ErrorBody, and logs only the surprises. */
export default fp(async (app) => {
  app.setErrorHandler((error, request, reply) => {
    const refusal = asRefusal(error);
    if (refusal.code === 'internal') request.log.error(error);
    if (refusal.code === 'unavailable') request.log.warn({ err: error }, 'database unavailable');

    const { code, message, details, retryAfter } = refusal;
    if (retryAfter !== undefined) reply.header('retry-after', Math.ceil(retryAfter));
    const body: ErrorBody = { code, message, requestId: request.id, ...(details && { details }) };
    // Written out, not by the route's serializer: an error has the same shape everywhere.
    return reply
      .code(refusal.statusCode)
      .type('application/json; charset=utf-8')
      .serializer(JSON.stringify)
      .send(body);
  });
});

function asRefusal(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return asInvalid(error.validation);
  if (isUnavailable(error))
    return new AppError('unavailable', 'The database cannot be reached. Try again.', undefined, {
      retryAfter: 2,
    });
  if (isStorageFull(error)) return new AppError('storage_full', 'There is no room for the file.');
  if (isFastifyError(error) && (error.statusCode ?? 500) < 500) return asMalformed(error);
  return new AppError('internal', 'Something went wrong on our side.');
}

type Validation = { instancePath: string; keyword: string; message?: string | undefined }[];

function asInvalid(validation: Validation): AppError {
  const issues = validation.map(
    ({ instancePath: path, keyword: code, message = '' }): Issue => ({ path, code, message }),
  );
  const sentence = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message));
  // A refinement judges only what is well formed: its issue is a broken rule.
  const isRule = validation.every((issue) => issue.keyword === 'custom');
  return new AppError(isRule ? 'rule_broken' : 'invalid_request', sentence.join(' '), { issues });
}

/** Fastify's own refusals: a body that is no JSON, too large, of another type. */
function asMalformed({ code, message, statusCode }: FastifyError): AppError {
  if (statusCode === 413) return new AppError('payload_too_large', 'The request is too large.');
  if (statusCode === 415)
    return new AppError('unsupported_media_type', 'Send JSON, as application/json.');
  if (statusCode === 408) return new AppError('request_timeout', 'The request took too long.');
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error400(message))
    return new AppError('invalid_json', 'The body is not the JSON it claims to be.');
  return new AppError('invalid_request', message);
}

const error400 = (message: string) => /JSON|prototype property/.test(message);

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error;
}
