import { statSync } from 'node:fs';
import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer, Server as TlsServer } from 'node:https';
import type { FastifyInstance, FastifyServerFactory } from 'fastify';
import {
  type CertificateFiles,
  readServedCertificate,
  type ServedCertificate,
} from '#lib/served-certificate.ts';
import { StartRefused } from '#lib/start-refused.ts';
import { refuseOnSocket } from '#plugins/socket-errors.ts';
import type { Config } from './config.ts';

export const headersTimeoutMs = 15_000;
/** One that says nothing after it connected would hold up a stop. */
const handshakeTimeoutMs = 10_000;
const lookEveryMs = 10_000;

/** What the API listens by: TLS where it has a certificate, and then plainly too, for this machine alone. */
export interface Doors {
  servers: Server[];
  /** Takes the certificate's files anew; connections stay. */
  renew(): void;
  close(): void;
}

interface Served {
  certificate: ServedCertificate | undefined;
}

/** Opens what the configuration asks for. */
export async function openDoors(
  app: FastifyInstance,
  { http, tls, certificate }: Pick<Config, 'http' | 'tls'> & Served,
): Promise<Doors> {
  const listenTextResolver = (address: string) =>
    `listening at ${tls ? address.replace('http:', 'https:') : address}`;
  await app.listen({ host: http.host, port: http.port, listenTextResolver });
  if (!tls || !certificate) return { servers: [app.server], renew: () => {}, close: () => {} };

  tellOf(app, certificate);
  const local = await listenHere(app, tls.localPort);
  const renewal = renewalOf(app, tls);
  // Where nobody can send a signal: in a container, or on Windows.
  const looking = setInterval(renewal.look, lookEveryMs);
  return {
    servers: [app.server, local],
    renew: renewal.take,
    close: () => clearInterval(looking),
  };
}

/** Makes the server that speaks TLS. */
export function tlsServer(certificate: ServedCertificate): FastifyServerFactory {
  return (handle, { requestTimeout, keepAliveTimeout }) => {
    const timeouts = {
      requestTimeout: Number(requestTimeout),
      keepAliveTimeout: Number(keepAliveTimeout),
      headersTimeout: headersTimeoutMs,
      handshakeTimeout: handshakeTimeoutMs,
    };
    return createServer({ ...certificate.context, ...timeouts }, handle);
  };
}

/** The same routes without TLS, at an address that other machines do not reach. */
async function listenHere(app: FastifyInstance, port: number): Promise<Server> {
  const { requestTimeout, keepAliveTimeout } = app.server;
  const timeouts = { requestTimeout, keepAliveTimeout, headersTimeout: headersTimeoutMs };
  const server = createPlainServer(timeouts, app.routing).on('clientError', refuseOnSocket);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen({ host: '127.0.0.1', port }, resolve);
  await promise.catch((error: Error) => {
    throw new StartRefused(`LOCAL_PORT cannot be used: ${error.message}. Set it to another one.`);
  });
  server.off('error', reject);
  return server;
}

/** Gives what takes the files anew, and what does so where they are others than they were. */
function renewalOf(app: FastifyInstance, files: CertificateFiles) {
  let last = stateOf(files);
  const take = () => {
    last = stateOf(files);
    try {
      const certificate = readServedCertificate(files);
      if (app.server instanceof TlsServer) app.server.setSecureContext(certificate.context);
      tellOf(app, certificate);
    } catch (error) {
      if (!(error instanceof StartRefused)) throw error;
      const event = 'certificate_refused';
      app.log.error({ event }, `${error.message} The certificate in use stays.`);
    }
  };
  return { take, look: () => stateOf(files) !== last && take() };
}

function tellOf({ log }: FastifyInstance, { names, expiresAt }: ServedCertificate): void {
  const facts = { names, expiresAt: expiresAt.toISOString() };
  if (expiresAt.getTime() > Date.now())
    log.info({ event: 'certificate_taken', ...facts }, 'the certificate is taken');
  else
    log.warn(
      { event: 'certificate_expired', ...facts },
      'the certificate of TLS_CERT_FILE has expired: browsers refuse it until it is renewed',
    );
}

function stateOf({ certFile, keyFile }: CertificateFiles): string {
  return [certFile, keyFile].map(changedAt).join();
}

function changedAt(file: string): string {
  try {
    const { ino, mtimeMs } = statSync(file);
    return `${ino} ${mtimeMs}`;
  } catch {
    return 'out of reach';
  }
}
