import type { Config } from '#config.ts';
import { type Db, sessionSettings } from '#database/client.ts';
import { roundTrip } from '#modules/settings/database-status.service.ts';
import { workConnections } from '#work.ts';
import {
  readConnections,
  readServerFacts,
  readServerSettings,
  readSession,
} from './database-facts.repository.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const leastVersion = 150_000;
const slowMs = 20;

/** What is to be said of the server, whatever lies in its database. */
export async function checkServer(
  db: Db,
  database: Config['database'],
  url: string,
): Promise<Finding[]> {
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
    await checkPooler(database, url),
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

/** What serves may be a pooler's address; what listens and migrates may not. */
async function checkPooler(database: Config['database'], ownUrl: string): Promise<Finding> {
  const { isPrepared } = database;
  const { url, directUrl } =
    database.kind === 'outside' ? database : { url: ownUrl, directUrl: undefined };
  const { isPooled, settings } = await readSession(url);
  if (directUrl !== undefined && (await readSession(directUrl)).isPooled)
    return bad('pooler', 'DATABASE_DIRECT_URL leads to one', 'Name PostgreSQL itself there.');
  if (!isPooled) return ok('pooler', 'none stands between');
  if (directUrl === undefined)
    return bad(
      'pooler',
      'one stands between, and the portal must also reach PostgreSQL itself',
      'Set DATABASE_DIRECT_URL.',
    );
  const lost = Object.entries(sessionSettings).filter(([name, set]) => settings.get(name) !== set);
  if (lost.length > 0)
    return bad(
      'pooler',
      `behind it ${lost.map(([name]) => name).join(', ')} is not as the portal needs it`,
      'Run `cmp migrate`, or start the portal: it keeps them with the role.',
    );
  return isPrepared
    ? warn(
        'pooler',
        'one stands between, and statements are kept by name',
        'Set DB_PREPARED=off, unless it is PgBouncer 1.21 or newer with max_prepared_statements.',
      )
    : ok('pooler', 'one stands between, and no statement is kept by name');
}
