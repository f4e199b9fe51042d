import fp from 'fastify-plugin';
import { requestDuration } from '#lib/metrics.ts';

/** Times every answer by its route, and writes a line for each where asked. */
export default fp<{ isVerbose: boolean }>(async (app, { isVerbose }) => {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });

  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions, url, ip } = request;
    const route = routeOptions.url ?? 'none';
    const status = reply.statusCode;
    requestDuration.observe({ method, route, status }, reply.elapsedTime / 1000);
    if (isVerbose)
      request.log.info(
        { method, path: url.split('?', 1)[0], status, ip, ms: Math.round(reply.elapsedTime) },
        'request',
      );
    done();
  });
});
