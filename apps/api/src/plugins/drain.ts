import type { ErrorBody } from '@cmp/shared/errors';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';

/**
 * Once a stop has begun, every answer asks the client to take its next request elsewhere. A balancer that cannot look
 * at the readiness by itself, as nginx cannot, says that it has others to ask: what only reads is then sent to them.
 */
export default fp(async (app) => {
  app.addHook('onRequest', (request, reply, done) => {
    if (!app.isDraining || !mayGoElsewhere(request)) return done();
    // No other answer of ours has this status, so that nginx may take it alone for a reason to leave.
    const body: ErrorBody = {
      ...{ code: 'unavailable', message: 'This instance is stopping.', requestId: request.id },
    };
    void reply.code(502).send(body);
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (app.isDraining) reply.header('connection', 'close');
    done();
  });
});

function mayGoElsewhere({ method, headers }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && 'x-may-go-elsewhere' in headers;
}
