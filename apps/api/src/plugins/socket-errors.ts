import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorBody } from '@cmp/shared/errors';
import type { ConnectionError } from 'fastify';
import { AppError } from '#lib/errors.ts';
import { newRequestId } from '#lib/request-ids.ts';
import { securityHeaders } from './security-headers.ts';

/** Refuses in the one shape what never became a request, so that no plugin saw it. */
export function refuseOnSocket(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(written(asRefusal(error), newRequestId()));
  socket.destroy(error);
}

function asRefusal({ code }: ConnectionError): AppError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new AppError('request_timeout', 'The request took too long.');
  if (code === 'HPE_HEADER_OVERFLOW')
    return new AppError('headers_too_large', 'The headers are too large.');
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return new AppError('payload_too_large', 'The request is too large.');
  return new AppError('invalid_request', 'This is not HTTP as the portal speaks it.');
}

function written({ code, message, statusCode }: AppError, requestId: string): string {
  const body = JSON.stringify({ code, message, requestId } satisfies ErrorBody);
  const headers = {
    ...securityHeaders,
    'cache-control': 'no-store',
    connection: 'close',
    'content-length': Buffer.byteLength(body),
    'content-type': 'application/json; charset=utf-8',
    date: new Date().toUTCString(),
    'x-request-id': requestId,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`, ...lines, '', body].join('\r\n');
}
