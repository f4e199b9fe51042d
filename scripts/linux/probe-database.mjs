// Whether the given database answers and can become the portal's: one sentence where it cannot. Alters nothing.
// Run by the release's Node, whose folder is the argument.
import { createRequire } from 'node:module';
import path from 'node:path';

const OLDEST = 15;
const pg = createRequire(path.join(process.argv[2] ?? '.', 'apps/api/package.json'))('pg');

for (const name of ['DATABASE_OWNER_URL', 'DATABASE_URL']) {
  const refusal = await refusalOf(process.env[name]);
  if (refusal === undefined) continue;
  console.error(`cmp: The database of ${name} cannot be used: ${refusal}.`);
  process.exit(1);
}

/** @param {string | undefined} url */
async function refusalOf(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } =
      await client.query(`select current_setting('server_version_num')::int / 10000 as major,
      current_setting('server_encoding') as encoding`);
    const { major, encoding } = rows[0];
    if (major < OLDEST)
      return `it is PostgreSQL ${major}, and ${OLDEST} is the oldest that will do`;
    if (encoding !== 'UTF8') return `its encoding is ${encoding}, and must be UTF8`;
    return undefined;
  } catch (error) {
    if (error instanceof AggregateError)
      return error.errors.map(({ message }) => message).join(', ');
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => {});
  }
}
