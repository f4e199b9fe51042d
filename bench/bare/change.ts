import type { Pool, PoolClient } from 'pg';

/** A transaction that begins with the change's row, as the product's. */
export async function inChange<Result>(
  pool: Pool,
  action: string,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query({
      name: 'change',
      text: `with change as (
          insert into changes (account_id, account_name, via, action, ip)
          values ($1, $2, 'panel', $3, $4) returning id
        ) select set_config('cmp.change_id', id::text, true) from change`,
      values: [1, 'bench', action, '127.0.0.1'],
    });
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
