import fastify from 'fastify';
import pg from 'pg';
import * as z from 'zod';
import { pairs } from './http-pairs.ts';

const { DATABASE_URL, PORT } = process.env;
const { DATE, INT8, TIMESTAMPTZ } = pg.types.builtins;
pg.types.setTypeParser(INT8, Number);
pg.types.setTypeParser(TIMESTAMPTZ, (utc) => utc.replace(' ', 'T').replace('+00', 'Z'));
pg.types.setTypeParser(DATE, (date) => (date === 'infinity' ? null : date));

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
const app = fastify();
for (const { method, path, bare } of pairs)
  app.route({
    method,
    url: bare.route ?? path,
    schema: { response: { 200: z.toJSONSchema(bare.answer, { target: 'draft-7' }) } },
    handler: ({ params, body }) => bare.run(pool, { params, body }),
  });
await app.listen({ host: '127.0.0.1', port: Number(PORT) });

process.send?.({ type: 'ready' });
process.on('disconnect', () => process.exit()); // The bench is gone.
