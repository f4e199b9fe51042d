import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { makePrivateFolder } from '#lib/private-folder.ts';
import { StartRefused } from '#lib/start-refused.ts';
import { writeWholeFile } from '#lib/whole-file.ts';

/** What opens the embedded PostgreSQL: kept in `keys/`, known to nobody outside this machine. */
export const ClusterCredentials = z.object({
  port: z.int().min(1).max(65535),
  superuserPassword: z.string().min(32),
  ownerPassword: z.string().min(32),
  appPassword: z.string().min(32),
});
export type ClusterCredentials = z.infer<typeof ClusterCredentials>;

export function findCredentials(dataDir: string): ClusterCredentials | undefined {
  const file = credentialsFile(dataDir);
  if (!fs.existsSync(file)) return undefined;
  try {
    return ClusterCredentials.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new StartRefused(`The database's passwords in ${file} cannot be read.`, { cause });
  }
}

export function newCredentials(port: number): ClusterCredentials {
  const password = () => randomBytes(32).toString('base64url');
  return {
    port,
    superuserPassword: password(),
    ownerPassword: password(),
    appPassword: password(),
  };
}

export function keepCredentials(dataDir: string, credentials: ClusterCredentials): void {
  const file = credentialsFile(dataDir);
  makePrivateFolder(path.dirname(file));
  writeWholeFile(file, `${JSON.stringify(credentials, null, 2)}\n`, 0o600);
}

export function credentialsFile(dataDir: string): string {
  return path.join(dataDir, 'keys', 'database.json');
}
