import fs from 'node:fs';
import type { Db } from '#database/client.ts';
import { readFacts } from '#modules/snapshots/snapshot-facts.service.ts';
import { type FolderPlace, freeBytesOf, readFolder } from '#modules/snapshots/snapshot-place.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const hourMs = 3_600_000;
const gigabyte = 1024 ** 3;
/** A day and some hours: the night's may take its time. */
const oldHours = 30;

/** What is to be said of the snapshots there are. */
export async function checkSnapshots(db: Db, place: FolderPlace): Promise<Finding[]> {
  const { newestAt, verifiedAt, failures, damaged, isKeySaved } = await readFacts(db);
  const make = 'Make one: `cmp snapshot create`. See the schedule in the panel, under Settings.';
  return [
    await checkFolder(db, place),
    checkAge(newestAt, make),
    damaged > 0
      ? bad('verified', `${damaged} snapshots were found damaged`, 'See the list in the panel.')
      : checkVerified(verifiedAt),
    failures > 0
      ? warn('backups', `${failures} failed within a day`, 'See the jobs in the panel.')
      : ok('backups', 'none failed within a day'),
    isKeySaved
      ? ok('recovery', 'the recovery key was exported')
      : warn(
          'recovery',
          'the recovery key was never exported: without it another machine opens no secret of a snapshot',
          'Run `cmp key export`, and keep it in another place.',
        ),
  ];
}

/** Where snapshots lie, and whether there is room. */
async function checkFolder(db: Db, { snapshotsDir }: FolderPlace): Promise<Finding> {
  const named = await readFolder(db);
  const folder = named ?? snapshotsDir;
  if (named === null && !fs.existsSync(folder)) return ok('folder', `${folder} will be made`);
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    const freeGb = Math.round(((await freeBytesOf(folder)) * 10) / gigabyte) / 10;
    const says = `${folder} can be written, ${freeGb} GB free`;
    return freeGb < 1 ? warn('folder', says, 'Make room for snapshots.') : ok('folder', says);
  } catch (error) {
    const mend = 'Mount it, hand it over with chown, or name another one in the panel.';
    return bad('folder', `${folder} cannot be written: ${String(error)}`, mend);
  }
}

function checkAge(newestAt: string | null, make: string): Finding {
  if (newestAt === null) return warn('snapshot', 'there is none of the database yet', make);
  const hours = hoursSince(newestAt);
  const says = `the newest is ${hours} hours old`;
  return hours <= oldHours ? ok('snapshot', says) : warn('snapshot', says, make);
}

function checkVerified(verifiedAt: string | null): Finding {
  const mend = 'Run `cmp snapshot verify` on the newest, or check it in the panel.';
  if (verifiedAt === null) return warn('verified', 'no snapshot was ever found good', mend);
  const hours = hoursSince(verifiedAt);
  const says = `one was found good ${hours} hours ago`;
  return hours <= oldHours ? ok('verified', says) : warn('verified', says, mend);
}

function hoursSince(at: string): number {
  return Math.round((Date.now() - Date.parse(at)) / hourMs);
}
