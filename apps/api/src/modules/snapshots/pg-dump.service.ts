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

/** Writes a dump in PostgreSQL's own form, by a pg_dump of the server's release or a later one. */
export async function dumpDatabase(
  url: string,
  folder: string,
  signal: AbortSignal,
): Promise<{ path: string; bytes: number; program: string }> {
  const major = await withDb(url, async (db) => {
    const { rows } = await sql<{ major: number }>`
      select current_setting('server_version_num')::int / 10000 as major`.execute(db);
    return rows[0]?.major ?? 0;
  });
  const program = await findProgram(major);
  if (!program)
    throw new AppError(
      'unavailable',
      `There is no pg_dump of release ${major} or later on this machine. A snapshot needs none.`,
    );

  const at = new Date().toISOString().slice(0, 19).replace(/:/g, '');
  const path = join(folder, `cmp-pg-dump-${at}.dump`);
  const bare = new URL(url);
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

async function findProgram(major: number): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'pg_dump.exe' : 'pg_dump';
  const versions = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder).catch(() => [])).map((version) => join(folder, version, 'bin')),
    ),
  );
  for (const place of [...versions.flat(), ...places]) {
    const program = join(place, name);
    if (!existsSync(program)) continue;
    const { stdout } = await run(program, ['--version']);
    if (Number(/\) (\d+)/.exec(stdout)?.[1] ?? 0) >= major) return program;
  }
  return undefined;
}
