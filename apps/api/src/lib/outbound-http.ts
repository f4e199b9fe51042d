import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { findAddress, type Reach, serverNameOf } from './outbound.ts';

interface Sent {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

export interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  /** Its beginning, where there is more of it than anybody would answer. */
  body: string;
}

/** One request to a host that may be reached, by the address that was judged. Redirections are not followed. */
export async function sendHttp(
  url: URL,
  { method = 'GET', headers = {}, body = '' }: Sent,
  reach: Reach,
): Promise<Received> {
  const host = await findAddress(url.hostname, reach);
  const isSecure = url.protocol === 'https:';
  const received = Promise.withResolvers<Received>();
  const request = (isSecure ? requestHttps : requestHttp)({
    method,
    host,
    ...(isSecure && serverNameOf(url.hostname)),
    port: url.port || (isSecure ? 443 : 80),
    path: `${url.pathname}${url.search}`,
    headers: {
      host: url.host,
      ...headers,
      ...(method === 'POST' && { 'content-length': String(Buffer.byteLength(body)) }),
    },
    agent: false,
    signal: reach.signal,
  });
  request.on('error', received.reject);
  request.once('response', (response) => {
    beginningOf(response).then(
      (text) =>
        received.resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
        }),
      received.reject,
    );
  });
  request.end(body);
  return received.promise;
}

const mostBytes = 65_536;

/** No answer needs more; whoever sends without an end is left. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= mostBytes) break; // Ends the connection, too.
  }
  return Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8');
}
