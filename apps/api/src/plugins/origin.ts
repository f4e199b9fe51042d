import fp from 'fastify-plugin';
import { AppError } from '#lib/errors.ts';
import { noteSecurityEvent } from '#lib/security-events.ts';

/**
 * Cookies come along with any page's request, so a request that alters something must say that it comes from
 * this portal's own page. Browsers send Origin with every such request, over plain http too. Only the host is
 * compared: behind a proxy that ends TLS and is not trusted, this process cannot know the scheme.
 */
export default fp(async (app) => {
  app.addHook('onRequest', (request, _reply, done) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return done();

    const { origin, 'sec-fetch-site': site } = request.headers;
    const isSame = origin !== undefined && hostOf(origin) === request.host.toLowerCase();
    if (isSame && (site === undefined || site === 'same-origin')) return done();

    const seen = { origin, site, host: request.host };
    noteSecurityEvent(request.log, 'malicious_csrf', seen, 'refused');
    throw new AppError('origin_refused', 'This request did not come from the portal’s own page.');
  });
});

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
