import { parseArgs } from 'node:util';
import { connect } from '@cmp/api/src/database/client.ts';
import { inChange } from '@cmp/api/src/modules/changes/changes.service.ts';
import { shipServices } from '@cmp/api/src/modules/services/services.service.ts';
import { addSampleData, type SampleSize } from '@cmp/api/src/modules/setup/sample-data.service.ts';
import { systemActor } from '@cmp/api/src/plugins/access.ts';
import { type BenchPostgres, executeOn } from './postgres.ts';

/** What the command line asks for: `--users` and `--servers` of the sample, and names of what to measure. */
export function askedFor(): { size: SampleSize; names: string[] } {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: {
      users: { type: 'string', default: '100000' },
      servers: { type: 'string', default: '200' },
    },
  });
  return { size: { users: Number(values.users), servers: Number(values.servers) }, names };
}

/** Fills `cmp` with the product's own sample, and leaves it as autovacuum would. */
export async function fill(
  postgres: Pick<BenchPostgres, 'urlOf'>,
  size: SampleSize,
): Promise<void> {
  const { db } = connect(postgres.urlOf('cmp_app', 'cmp'), 2);
  try {
    await shipServices(db);
    await inChange(db, systemActor('system'), 'seed', null, (trx) =>
      addSampleData(trx, new Date().toISOString().slice(0, 10), size),
    );
  } finally {
    await db.destroy();
  }
  await executeOn(postgres.urlOf('postgres', 'cmp'), ['vacuum (analyze)', 'checkpoint']);
}
