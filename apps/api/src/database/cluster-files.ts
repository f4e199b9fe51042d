import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { StartRefused } from '#lib/start-refused.ts';
import { syncDirectory } from '#lib/whole-file.ts';
import type { ClusterHome } from './cluster-home.ts';
import type { ClusterPrograms } from './cluster-programs.ts';

const MAJOR_VERSION = '18';
const DRAFT = 'draft-';

/** Where the files of this PostgreSQL version lie; they are there, whole, or not at all. */
export function clusterFiles(home: ClusterHome): { pgdata: string; exist: boolean } {
  const pgdata = path.join(home.directory, MAJOR_VERSION);
  return { pgdata, exist: fs.existsSync(path.join(pgdata, 'PG_VERSION')) };
}

/**
 * Makes a new cluster in a draft and renames it when whole: a killed initdb leaves nothing that counts.
 * Each try has a draft of its own, since the initdb of a start that was killed may still be writing to its.
 */
export async function makeCluster(
  home: ClusterHome,
  programs: ClusterPrograms,
  superuserPassword: string,
): Promise<void> {
  removeDrafts(home);
  const draft = fs.mkdtempSync(path.join(home.directory, DRAFT));
  const fresh = path.join(draft, 'data');
  const passwordFile = path.join(draft, 'password');
  fs.writeFileSync(passwordFile, `${superuserPassword}\n`, { mode: 0o600 });
  if (home.account) {
    for (const file of [draft, passwordFile]) {
      fs.chownSync(file, home.account.uid, home.account.gid);
    }
  }
  await runInitdb(home, programs, fresh, passwordFile);
  fs.renameSync(fresh, clusterFiles(home).pgdata);
  syncDirectory(home.directory);
  removeDrafts(home);
}

function removeDrafts({ directory }: ClusterHome): void {
  for (const name of fs.readdirSync(directory)) {
    if (!name.startsWith(DRAFT)) continue;
    try {
      fs.rmSync(path.join(directory, name), { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // Something still writes to it: it counts for nothing and goes another time.
    }
  }
}

async function runInitdb(
  home: ClusterHome,
  programs: ClusterPrograms,
  pgdata: string,
  passwordFile: string,
): Promise<void> {
  const child = spawn(
    programs.initdb,
    [
      `--pgdata=${pgdata}`,
      `--pwfile=${passwordFile}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    { ...home.account, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const [code, signal] = await once(child, 'close');
  if (code === 0) return;
  const lastLines = output.trim().split('\n').slice(-3).join(' | ');
  throw new StartRefused(`PostgreSQL's data could not be made (${signal ?? code}): ${lastLines}`);
}
