import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '#config.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const gigabyte = 1024 ** 3;

/** What is to be said of the files that the portal reads and writes. */
export function checkFiles(config: Config): Finding[] {
  return [
    checkDataDirectory(config.dataDir),
    ...checkDisks(config),
    ...checkKeyFiles(config),
    ...checkEnvironmentFile(config.root),
    ...checkAuthLog(config.authLogPath),
  ];
}

function checkDataDirectory(dataDir: string): Finding {
  const place = nearest(dataDir);
  if (!mayWrite(place))
    return bad('data', `${place} cannot be written`, 'Hand it over with chown, or set DATA_DIR.');
  if (place !== dataDir) return ok('data', `${dataDir} will be made`);
  return fs.statSync(place).mode & 0o002
    ? bad('data', `${dataDir} can be written by everybody`, `Run: chmod o-w ${dataDir}`)
    : ok('data', `${dataDir} can be written`);
}

/** Of each volume that data, uploads and the embedded database lie on. */
function checkDisks({ dataDir, uploadsDir }: Config): Finding[] {
  const places = [dataDir, uploadsDir, path.join(dataDir, 'postgres')].map(nearest);
  const volumes = Map.groupBy(places, (place) => fs.statSync(place).dev);
  return [...volumes.values()].flatMap(([place = dataDir]) => [
    checkSpace(place),
    checkInodes(place),
  ]);
}

function checkSpace(place: string): Finding {
  const { bavail, bsize } = fs.statfsSync(place);
  const freeGb = Math.round((bavail * bsize * 10) / gigabyte) / 10;
  const says = `${freeGb} GB free for ${place}`;
  const mend = 'Make room: a full disk stops the database.';
  if (freeGb < 0.5) return bad('disk', says, mend);
  return freeGb < 2 ? warn('disk', says, mend) : ok('disk', says);
}

/** Some file systems have no number of files that may be, and say 0. */
function checkInodes(place: string): Finding {
  const { files, ffree } = fs.statfsSync(place);
  const mend = 'Remove files: nothing can be made when none is left, however much room there is.';
  if (files === 0 || ffree / files > 0.1) return ok('inodes', `enough for ${place}`);
  const says = `${ffree} of ${files} are left for ${place}`;
  return ffree / files < 0.02 ? bad('inodes', says, mend) : warn('inodes', says, mend);
}

/** The place itself, or the one in which it would be made. */
function nearest(place: string): string {
  return fs.existsSync(place) ? place : nearest(path.dirname(place));
}

function mayWrite(place: string): boolean {
  try {
    fs.accessSync(place, fs.constants.W_OK | fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function checkKeyFiles({ dataDir, keys }: Config): Finding[] {
  const folder = path.join(dataDir, 'keys');
  const inFolder = fs.existsSync(folder)
    ? fs.readdirSync(folder).map((name) => path.join(folder, name))
    : [];
  const jwtSecret = keys.jwtSecret === undefined ? [path.join(folder, 'jwt-secret')] : [];
  const files = new Set([keys.secretKeyFile, ...jwtSecret, ...inFolder]);
  const faulty = [...files].map(checkKeyFile).filter((finding) => finding !== undefined);
  return faulty.length > 0 ? faulty : [ok('keys', `${files.size} files, for this account alone`)];
}

function checkKeyFile(file: string): Finding | undefined {
  if (!fs.existsSync(file))
    return warn(
      'keys',
      `${file} is not there`,
      'The first start makes it. If this is not the first, bring it back: a new one opens nothing that was kept.',
    );
  if (isOpenToOthers(file)) return openToOthers('keys', file);
  try {
    fs.accessSync(file, fs.constants.R_OK);
  } catch {
    return bad(
      'keys',
      `${file} cannot be read`,
      'Run this as the account that the portal runs as.',
    );
  }
  return undefined;
}

/** It holds the database's password, and may hold more. */
function checkEnvironmentFile(root: string): Finding[] {
  const file = path.join(root, '.env');
  if (!fs.existsSync(file)) return [];
  return isOpenToOthers(file)
    ? [openToOthers('.env', fs.realpathSync(file))]
    : [ok('.env', 'for its owner alone')];
}

function checkAuthLog(file: string | undefined): Finding[] {
  if (file === undefined) return [];
  return mayAppend(file)
    ? [ok('auth log', `${file} can be written`)]
    : [
        bad(
          'auth log',
          `${file} cannot be written, so fail2ban hears of nothing`,
          'Make its folder and hand it over with chown, or set AUTH_LOG_PATH.',
        ),
      ];
}

function mayAppend(file: string): boolean {
  if (!fs.existsSync(file))
    return fs.existsSync(path.dirname(file)) && mayWrite(path.dirname(file));
  try {
    fs.accessSync(file, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isOpenToOthers(file: string): boolean {
  return (fs.statSync(file).mode & 0o077) !== 0;
}

function openToOthers(check: string, file: string): Finding {
  const mode = (fs.statSync(file).mode & 0o777).toString(8).padStart(4, '0');
  return bad(check, `${file} has mode ${mode}`, `Run: chmod 600 ${file}`);
}
