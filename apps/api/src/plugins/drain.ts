import fp from 'fastify-plugin';

/** Once a stop has begun, every answer asks the client to take its next request elsewhere. */
export default fp(async (app) => {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (app.isDraining) reply.header('connection', 'close');
    done();
  });
});
