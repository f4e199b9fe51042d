import fp from 'fastify-plugin';
import { AppError } from '#lib/errors.ts';
import { findDuplicateKey } from '#lib/json.ts';

/** JSON is the only body there is; one that names a key twice, or reaches for a prototype, is refused. */
export default fp(async (app) => {
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
