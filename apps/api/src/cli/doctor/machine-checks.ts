import fs from 'node:fs';
import path from 'node:path';
import { Health } from '@cmp/shared/health';
import type { Config } from '#config.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const leastNode = 24;
const gigabyte = 1024 ** 3;
const portMs = 3_000;

/** What is to be said of this machine, whatever the database does. */
export async function checkMachine(config: Config): Promise<Finding[]> {
  return [
    checkNode(),
    ...checkDataDirectory(config.dataDir),
    ...checkKeyFiles(config),
    await checkPort(config),
    checkWebApp(config.root),
  ];
}

function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= leastNode
    ? ok('node', process.version)
    : bad('node', `${process.version} is too old`, `Run Node ${leastNode}: scripts/cmp does.`);
}

function checkDataDirectory(dataDir: string): Finding[] {
  const place = nearest(dataDir);
  const { bavail, bsize } = fs.statfsSync(place);
  const freeGb = Math.round((bavail * bsize * 10) / gigabyte) / 10;
  const free = `${freeGb} GB free`;
  const makeRoom = 'Make room: a full disk stops the database.';

  const access = mayWrite(place)
    ? ok('data', place === dataDir ? `${dataDir} can be written` : `${dataDir} will be made`)
    : bad('data', `${place} cannot be written`, 'Hand it over with chown, or set DATA_DIR.');
  if (freeGb < 0.5) return [access, bad('disk', free, makeRoom)];
  return [access, freeGb < 2 ? warn('disk', free, makeRoom) : ok('disk', free)];
}

/** The directory itself, or the one in which it would be made. */
function nearest(directory: string): string {
  return fs.existsSync(directory) ? directory : nearest(path.dirname(directory));
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
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (!stats)
    return warn(
      'keys',
      `${file} is not there`,
      'The first start makes it. If this is not the first, bring it back: a new one opens nothing that was kept.',
    );
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  if (stats.mode & 0o077) return bad('keys', `${file} has mode ${mode}`, `Run: chmod 600 ${file}`);
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

async function checkPort({ http, versions }: Config): Promise<Finding> {
  const { port } = http;
  const host = ['0.0.0.0', '::'].includes(http.host) ? '127.0.0.1' : http.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/api/health`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(portMs) });
    const running = Health.parse(await answer.json()).versions.appVersion;
    return running === versions.appVersion
      ? ok('portal', `${running} answers on port ${port}`)
      : warn('portal', `${running} answers, this is ${versions.appVersion}`, 'Start it again.');
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof Error && cause.message === 'bad port')
      return bad('portal', `browsers refuse port ${port}`, 'Set PORT to another one.');
    return isRefused(cause)
      ? ok('portal', `not running; port ${port} is free`)
      : bad('portal', `something else answers on port ${port}`, 'Stop it, or set PORT.');
  }
}

function isRefused(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function checkWebApp(root: string): Finding {
  return fs.existsSync(path.join(root, 'apps/web/dist/index.html'))
    ? ok('panel', 'built')
    : warn('panel', 'not built', '`npm start` builds it.');
}
