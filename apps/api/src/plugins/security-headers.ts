import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

/** On every answer, errors and files included. Over plain http nothing asks for https: on a LAN there is none. */
export default fp(async (app) => {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        objectSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
      },
    },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    // Both mean something on https alone; over plain http browsers only warn of them.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });

  app.addHook('onRequest', async (request, reply) => {
    if (request.protocol === 'https') {
      reply.header('strict-transport-security', 'max-age=31536000');
      reply.header('cross-origin-opener-policy', 'same-origin');
    }
    reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=()');
    // Whatever is not a file of the panel is of the moment and of one person.
    if (!request.url.startsWith('/assets/')) reply.header('cache-control', 'no-store');
  });
});
