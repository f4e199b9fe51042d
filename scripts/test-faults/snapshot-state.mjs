// What restores are about, as hashes that PostgreSQL works out from beside the product.

/**
 * `content`: the rows but for what counts how often they were written, as a merge makes them too. `whole`: every column.
 * @typedef {{ content: string, whole: string, apart: string, restores: number, listed: number }} State
 */

/** @param {string[]} tables @param {string} without */
const hashOf = (tables, without) =>
  `md5(concat(${tables
    .map((table) => {
      const line = `md5((to_jsonb(one) - '${without}'::text[])::text)`;
      return `(select string_agg(${line}, '' order by id) from ${table} one)`;
    })
    .join(", '/', ")}))`;

const DATA = ['services', 'servers', 'users', 'settings'];
const STATE = `
  select ${hashOf(DATA, '{version,updated_at}')} as content, ${hashOf(DATA, '{}')} as whole,
    ${hashOf(['accounts', 'grants'], '{}')} as apart,
    (select count(*)::int from changes where action = 'snapshots:restore') as restores,
    (select count(*)::int from snapshots where reason = 'asked') as listed`;

/**
 * @param {any} database
 * @returns {Promise<State>}
 */
export async function readState(database) {
  const { rows } = await database.query(STATE);
  return rows[0];
}

/**
 * What is left beside, and triggers that do not record.
 * @param {any} database
 * @returns {Promise<string[]>}
 */
export async function readLeftovers(database) {
  const { rows } = await database.query(`
    select nspname::text as name from pg_namespace where nspname ~ '^(restore|drill)_'
    union all select tgname::text from pg_trigger where tgenabled = 'D'`);
  return rows.map((/** @type {{ name: string }} */ { name }) => name);
}
