import pg from 'pg';
import { type BenchPostgres, executeOn, startPostgres } from './postgres.ts';
import { conditions, keepResult, printTable, range } from './results.ts';
import { interleave, type Pair, ratios, summarise } from './rounds.ts';
import { fill } from './sample.ts';

const size = { servers: 200, users: 100_000 };
const rounds = 7;
const target = 2;

/** What the product writes to every user at once, in its plainest form. */
const writes = {
  extend: `update users set expires_on = expires_on + 30, version = version + 1, updated_at = now()`,
  insert: `insert into users (server_id, account_name, name_key, service_id, contact, expires_on,
      total_devices, data_limit_gb, remark, enabled, search_key)
    select server_id, account_name || '.2', name_key || '.2', service_id, contact, expires_on,
      total_devices, data_limit_gb, remark, enabled, search_key from users`,
  bin: `update users set deleted_at = now(), version = version + 1, updated_at = now()`,
  delete: `delete from users`,
};
type Write = keyof typeof writes;

const templates = { product: 'cmp', bare: 'bare' } as const satisfies Record<keyof Pair, string>;

await main();

/** The price of the audit triggers: the same write with them and without, on the real table with its indexes. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const chosen = allWrites().filter((write) => asked.length === 0 || asked.includes(write));
  const postgres = await startPostgres();
  try {
    const where = conditions(postgres);
    await fill(postgres, size);
    await makeBareTemplate(postgres);

    const measured = [];
    for (const write of chosen) {
      const pair = await interleave(rounds, (side) => measure(postgres, side, write));
      measured.push({ write, unit: 'ms', target, ...pair, ratio: ratios(pair.product, pair.bare) });
      console.error(`${write} is measured`);
    }

    printTable(measured.map(row));
    console.log(`kept in ${keepResult('audit-triggers', { conditions: where, size, measured })}`);
  } finally {
    postgres.stop();
  }
}

function allWrites(): Write[] {
  return ['extend', 'insert', 'bin', 'delete'];
}

function row({ write, product, bare, ratio }: Pair & { write: Write; ratio: number[] }) {
  return {
    'of 100,000 users': write,
    'with triggers, ms': range(summarise(product)),
    'without, ms': range(summarise(bare)),
    'with / without': range(summarise(ratio)),
    target: `≤ ${target}`,
  };
}

/** The same pages to the last byte, but for the triggers. */
async function makeBareTemplate(postgres: BenchPostgres): Promise<void> {
  await postgres.execute('create database bare template cmp strategy file_copy');
  await executeOn(postgres.urlOf('postgres', 'bare'), [
    'drop trigger record_users_insert on users',
    'drop trigger record_users_update on users',
    'drop trigger record_users_delete on users',
  ]);
}

/** Milliseconds of the statement and its commit, on a fresh copy of the side's template. */
async function measure(postgres: BenchPostgres, side: keyof Pair, write: Write): Promise<number> {
  await postgres.execute(
    'drop database if exists round with (force)',
    `create database round template ${templates[side]} strategy file_copy`,
    'checkpoint',
  );
  const client = new pg.Client({
    connectionString: postgres.urlOf('cmp_app', 'round'),
    statement_timeout: 60_000, // Triggers whose price is not linear fail here, not in an hour.
  });
  await client.connect();
  try {
    await client.query('select sum(length(search_key)) from users'); // Both start with the table in memory.
    // As on a pooled connection, where the triggers' plans were made for one row.
    await inChange(client, 'update users set version = version + 1 where id = 1');

    const startedAt = performance.now();
    await inChange(client, writes[write]);
    return performance.now() - startedAt;
  } finally {
    await client.end();
  }
}

async function inChange(client: pg.Client, statement: string): Promise<void> {
  await client.query('begin');
  await client.query(`with change as (
      insert into changes (account_name, via, action) values ('bench', 'system', 'seed') returning id
    ) select set_config('cmp.change_id', id::text, true) from change`);
  await client.query(statement);
  await client.query('commit');
}
