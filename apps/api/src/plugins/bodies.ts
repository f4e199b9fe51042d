import { Socket } from 'node:net';
import fp from 'fastify-plugin';
import { AppError } from '#lib/errors.ts';
import { findDuplicateKey } from '#lib/json.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body is a file that may take a quarter of an hour to come. */
    longBody?: true;
  }
}

/** The longest that any body may take: 2 GB at 2.4 MB a second. */
export const longestBodyMs = 900_000;

/**
 * JSON is the only body there is; one that names a key twice, or reaches for a prototype, is refused, and so is one
 * that is not there in time.
 */
export default fp<{ bodyMs: number }>(async (app, { bodyMs }) => {
  app.addHook('onRequest', ({ raw, headers, routeOptions }, _reply, done) => {
    const isAwaited =
      headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (isAwaited && !routeOptions.config.longBody) {
      const timer = setTimeout(() => {
        // As the server says it of one that takes the longest. A request that was injected has no socket to end.
        if (!raw.complete && raw.socket instanceof Socket) raw.socket.end(tooSlow);
      }, bodyMs).unref();
      const stop = () => clearTimeout(timer);
      raw.once('end', stop).once('close', stop);
    }
    done();
  });

  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');

  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, text, done) => {
      // DELETE says everything in its address.
      if (text === '') return done(null, undefined);
      parse(request, text, (error, body) => {
        const key = error ? undefined : findDuplicateKey(text);
        if (key === undefined) return done(error, body);
        done(new AppError('invalid_json', `The body names "${key.slice(0, 40)}" twice.`));
      });
    },
  );
});

const tooSlow = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';
