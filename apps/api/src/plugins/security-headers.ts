import fp from 'fastify-plugin';

const policy = [
  "default-src 'self'",
  "base-uri 'none'",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
];

/** Helmet would write the same text anew for every answer. */
export const securityHeaders = {
  'content-security-policy': policy.join(';'),
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/** They mean something on https alone; over plain http, on a LAN, browsers only warn of them. */
const overHttps = {
  'strict-transport-security': 'max-age=31536000',
  'cross-origin-opener-policy': 'same-origin',
};

/** On every answer, errors and files included. */
export default fp(async (app) => {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(securityHeaders);
    if (request.protocol === 'https') reply.headers(overHttps);
    // Whatever is not a file of the panel is of the moment and of one person.
    if (!request.url.startsWith('/assets/')) reply.header('cache-control', 'no-store');
    done();
  });
});
