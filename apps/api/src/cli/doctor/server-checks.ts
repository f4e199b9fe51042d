import type { Db } from '#database/client.ts';
import { roundTrip } from '#modules/settings/database-status.service.ts';
import { workConnections } from '#work.ts';
import {
  isPooled,
  readConnections,
  readServerFacts,
  readServerSettings,
} from './database-facts.repository.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const leastVersion = 150_000;
const slowMs = 20;

/** What is to be said of the server, whatever lies in its database. */
export async function checkServer(db: Db, url: string, isPrepared: boolean): Promise<Finding[]> {
  const { version, versionNumber, encoding } = await readServerFacts(db);
  return [
    versionNumber >= leastVersion
      ? ok('postgresql', `${version} answers`)
      : bad('postgresql', `${version} is too old`, 'Upgrade it to 15 or newer.'),
    encoding === 'UTF8'
      ? ok('encoding', encoding)
      : bad('encoding', encoding, "Make the database anew with ENCODING 'UTF8' and move the data."),
    await checkLatency(db),
    ...(await checkDurability(db)),
    await checkPooler(url, isPrepared),
  ];
}

async function checkLatency(db: Db): Promise<Finding> {
  const tries = [await roundTrip(db), await roundTrip(db), await roundTrip(db)];
  const ms = Math.min(...tries);
  return ms < slowMs
    ? ok('latency', `${ms} ms there and back`)
    : warn('latency', `${ms} ms there and back`, 'Bring the portal and its database together.');
}

/** What a server must do for what was answered to be there after the power failed. */
async function checkDurability(db: Db): Promise<Finding[]> {
  const settings = await readServerSettings(db);
  const on = 'As its superuser: ALTER SYSTEM SET';
  const off = ['fsync', 'full_page_writes', 'synchronous_commit'].filter(
    (name) => settings.get(name) === 'off',
  );
  const idle = ['autovacuum', 'track_counts'].filter((name) => settings.get(name) === 'off');
  return [
    off.length === 0
      ? ok('durability', 'what was answered is on the disk')
      : bad(
          'durability',
          `${off.join(' and ')} off: a power failure takes changes that were answered`,
          `${on} ${off[0]} = on; then SELECT pg_reload_conf().`,
        ),
    idle.length === 0
      ? ok('autovacuum', 'on')
      : bad(
          'autovacuum',
          `${idle.join(' and ')} off: tables grow and become slow`,
          `${on} ${idle[0]} = on; then SELECT pg_reload_conf().`,
        ),
  ];
}

/** Of all that use the server. Each process that works holds its pool and those of its work. */
export async function checkConnections(db: Db, poolSize: number): Promise<Finding> {
  const { most, used, processes } = await readConnections(db);
  const each = poolSize + workConnections;
  const room = Math.floor(most / each);
  const says = `${used} of ${most} are used, and a process of the portal takes up to ${each}`;
  const mend =
    'Raise max_connections or lower DB_POOL_SIZE; from many instances on, use PgBouncer.';
  if (room < Math.max(1, processes))
    return bad('connections', `${says}: too many for ${Math.max(1, processes)} processes`, mend);
  return used > most * 0.8 ? warn('connections', says, mend) : ok('connections', says);
}

async function checkPooler(url: string, isPrepared: boolean): Promise<Finding> {
  if (!(await isPooled(url))) return ok('pooler', 'none stands between');
  return isPrepared
    ? warn(
        'pooler',
        'one stands between, and statements are kept by name',
        'Set DB_PREPARED=off, unless it is PgBouncer 1.21 or newer with max_prepared_statements.',
      )
    : ok('pooler', 'one stands between, and no statement is kept by name');
}
