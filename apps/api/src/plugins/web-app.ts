import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import serveStatic from '@fastify/static';
import fp from 'fastify-plugin';
import FindMyWay from 'find-my-way';
import { AppError } from '#lib/errors.ts';

const built = fileURLToPath(new URL('../../../web/dist/', import.meta.url));

/** What the build leaves beside the panel's files: for us, or for the server to choose from. */
const keptBack = /\.(map|br|gz)$/;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Serves the built panel; every address that is not the API's is one of the panel's own pages. */
export default fp<{ folder?: string }>(async (app, { folder = built }) => {
  const routes = FindMyWay();
  app.addHook('onRoute', ({ method, url }) => {
    if (keptBack.test(url)) return;
    for (const known of methods)
      if ([method].flat().includes(known) && !routes.hasRoute(known, url))
        routes.on(known, url, () => {});
  });

  const isBuilt = existsSync(folder);
  if (isBuilt)
    await app.register(serveStatic, {
      root: folder,
      wildcard: false,
      index: false,
      preCompressed: true,
      cacheControl: false,
      allowedPath: (path) => !keptBack.test(path),
      setHeaders: (reply, path) =>
        reply.header(
          'cache-control',
          path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        ),
    });

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = methods.filter((method) => routes.find(method, path));
    if (allowed.length > 0) {
      reply.header('allow', allowed.join(', '));
      throw new AppError('method_not_allowed', `Here one may ${allowed.join(', ')}.`);
    }

    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const isPage = !/^\/(api|assets|internal|metrics)(\/|$)|\/\.|\.[a-z0-9]+$/i.test(path);
    if (!isBuilt || !isRead || !isPage)
      throw new AppError('not_found', 'There is nothing at this address.');
    return reply.sendFile('index.html');
  });
});
