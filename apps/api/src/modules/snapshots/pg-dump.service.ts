import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { withDb } from '#database/outside-roles.ts';
import { AppError } from '#lib/errors.ts';

const run = promisify(execFile);

const folders = ['/usr/lib/postgresql', '/usr/local/pgsql', 'C:/Program Files/PostgreSQL'];
const places = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];

/**
 * Writes a dump in PostgreSQL's own form, by a pg_dump of the server's release or a later one. It reads every
 * partition by its own name, which only the owner of the tables may.
 */
export async function dumpDatabase(
  ownerUrl: string,
  folder: string,
  signal: AbortSignal,
): Promise<{ path: string; bytes: number; program: string }> {
  const major = await withDb(ownerUrl, async (db) => {
    const { rows } = await sql<{ major: number }>`
      select current_setting('server_version_num')::int / 10000 as major`.execute(db);
    return rows[0]?.major ?? 0;
  });
  const found = await listPrograms();
  const program = found.find((one) => one.major >= major)?.program;
  if (!program) {
    const older = [...new Set(found.map((one) => one.major))].join(', ');
    throw new AppError(
      'unavailable',
      `There is no pg_dump of release ${major} or later on this machine${older && `, only of ${older}`}. A snapshot needs none.`,
    );
  }

  const at = new Date().toISOString().slice(0, 19).replace(/:/g, '');
  const path = join(folder, `cmp-pg-dump-${at}.dump`);
  const bare = new URL(ownerUrl);
  const { password } = bare;
  // In the environment, which others cannot read as they can the arguments.
  bare.password = '';
  try {
    await run(program, ['--format=custom', `--file=${path}.part`, `--dbname=${bare.href}`], {
      env: { PGPASSWORD: decodeURIComponent(password) },
      signal,
    });
    await rename(`${path}.part`, path);
  } catch (error) {
    await rm(`${path}.part`, { force: true });
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new AppError('unavailable', `pg_dump failed: ${said || error}`, undefined, {
      cause: error,
    });
  }
  const { size } = await stat(path);
  return { path, bytes: size, program };
}

interface Found {
  program: string;
  major: number;
}

async function listPrograms(): Promise<Found[]> {
  const name = process.platform === 'win32' ? 'pg_dump.exe' : 'pg_dump';
  const versions = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder).catch(() => [])).map((version) => join(folder, version, 'bin')),
    ),
  );
  const programs = [...versions.flat(), ...places]
    .map((place) => join(place, name))
    .filter((program) => existsSync(program));
  return Promise.all(
    programs.map(async (program) => {
      const { stdout } = await run(program, ['--version']);
      return { program, major: Number(/\) (\d+)/.exec(stdout)?.[1] ?? 0) };
    }),
  );
}
