import type { Db } from '#database/client.ts';
import { auditedTables, newerMigrations, pendingMigrations } from '#database/migrator.ts';
import { namePowers, readPowers } from '#database/role-powers.ts';
import { isSetupRequired } from '#modules/accounts/accounts.service.ts';
import { readGeneral } from '#modules/settings/settings.service.ts';
import type { FolderPlace } from '#modules/snapshots/snapshot-place.ts';
import {
  hasStrayEntries,
  isZoneKnown,
  listExpectedPartitions,
  listFiringTriggers,
  listLogPartitions,
  readClock,
} from './database-facts.repository.ts';
import { bad, type Finding, ok, warn } from './finding.ts';
import { checkSnapshots } from './snapshot-checks.ts';

/** How far the two clocks may be apart: sessions and deadlines are judged by both. */
const mostApartMs = 5_000;

/** What is to be said of what lies in the database. */
export async function checkDatabase(
  db: Db,
  singleRole: boolean,
  place: FolderPlace,
): Promise<Finding[]> {
  return [
    await checkNewerMigrations(db),
    await checkRole(db, singleRole),
    await checkTriggers(db),
    ...(await checkPartitions(db)),
    await checkClock(db),
    await checkTimeZone(db),
    await checkSetup(db),
    ...(await checkSnapshots(db, place)),
  ];
}

/** Undefined where the schema is whole: without it there is nothing more to ask for. */
export async function checkPending(db: Db): Promise<Finding | undefined> {
  const pending = await pendingMigrations(db);
  if (pending.length === 0) return undefined;
  const mend = 'Run `cmp migrate`, or start the portal.';
  return bad('migrations', `missing: ${pending.join(', ')}`, mend);
}

/** An update that was taken back leaves a newer schema, which the older code can use for a while. */
async function checkNewerMigrations(db: Db): Promise<Finding> {
  const newer = await newerMigrations(db);
  return newer.length === 0
    ? ok('migrations', 'all applied')
    : warn(
        'migrations',
        `${newer.join(', ')} came with a newer release than this`,
        'Update this release: an older one can use a newer schema, but not for long.',
      );
}

async function checkRole(db: Db, singleRole: boolean): Promise<Finding> {
  const powers = await readPowers(db);
  const named = namePowers(powers);
  if (named.length === 0) return ok('role', `${powers.role} serves and owns nothing`);

  const says =
    `serves as ${powers.role}, which ${named.join(' and ')}. Triggers still refuse to alter the log, ` +
    'but whoever takes over the API could drop them';
  return singleRole
    ? warn('role', says, 'Make cmp_owner and cmp_app, and set DB_SINGLE_ROLE=off.')
    : bad('role', says, 'Set DATABASE_URL to cmp_app and DATABASE_OWNER_URL to cmp_owner.');
}

async function checkTriggers(db: Db): Promise<Finding> {
  const firing = new Set(await listFiringTriggers(db));
  const audited = await auditedTables();
  const partitions = await listLogPartitions(db);
  const expected = [
    ...audited.flatMap((table) => [
      ...['insert', 'update', 'delete'].map((event) => `${table}.record_${table}_${event}`),
      `${table}.refuse_truncate`,
    ]),
    'changes.append_only',
    'changes.stamp',
    ...['entries', ...partitions].flatMap((table) => [
      `${table}.append_only`,
      `${table}.append_only_rows`,
      `${table}.recorded_only`,
    ]),
  ];

  const silent = expected.filter((trigger) => !firing.has(trigger));
  return silent.length === 0
    ? ok('audit', `${audited.length} tables are recorded, and the log is append-only`)
    : bad(
        'audit',
        `missing or switched off: ${silent.join(', ')}`,
        'As the owner: ALTER TABLE … ENABLE TRIGGER …; what is missing comes back from the migrations. Find out who did it.',
      );
}

async function checkPartitions(db: Db): Promise<Finding[]> {
  const partitions = new Set(await listLogPartitions(db));
  const missing = (await listExpectedPartitions(db)).filter((name) => !partitions.has(name));
  return [
    missing.length === 0
      ? ok('months', 'the log has room for three months ahead')
      : bad('months', `the log lacks ${missing.join(', ')}`, 'Run `cmp migrate`: it makes them.'),
    (await hasStrayEntries(db))
      ? bad(
          'strays',
          'entries lie in the default partition, for which no month was there',
          'As the owner, move them: DETACH entries_default, make the months, insert them, attach it again.',
        )
      : ok('strays', 'none'),
  ];
}

async function checkClock(db: Db): Promise<Finding> {
  const askedAt = Date.now();
  const there = await readClock(db);
  const here = (askedAt + Date.now()) / 2;
  const apartMs = Math.round(Math.abs(there.getTime() - here));
  return apartMs <= mostApartMs
    ? ok('clock', `${apartMs} ms from the database's`)
    : bad('clock', `${apartMs / 1000} s from the database's`, 'Set both machines by NTP.');
}

async function checkTimeZone(db: Db): Promise<Finding> {
  const mend = 'Choose an IANA zone in the panel, under Settings, General.';
  const timeZone = await readGeneral(db).then(
    (general) => general.timeZone,
    () => undefined,
  );
  if (timeZone === undefined) return bad('time zone', 'the general settings cannot be read', mend);
  return (await isZoneKnown(db, timeZone))
    ? ok('time zone', timeZone)
    : bad('time zone', `${timeZone} is not known to PostgreSQL`, mend);
}

async function checkSetup(db: Db): Promise<Finding> {
  return (await isSetupRequired(db))
    ? warn(
        'setup',
        'open: nobody can sign in yet',
        'Open the link that the start prints, or run `cmp account create --role admin`.',
      )
    : ok('setup', 'closed');
}
