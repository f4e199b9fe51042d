import fs from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { makePrivateFolder } from '#lib/private-folder.ts';
import { StartRefused } from '#lib/start-refused.ts';
import { newToken } from '#lib/tokens.ts';
import { writeWholeFile } from '#lib/whole-file.ts';

/**
 * The passwords of the roles made on an outside PostgreSQL. Not in the embedded one's file: whoever
 * tries an outside database must find the embedded one again.
 */
export const OutsideCredentials = z.object({
  ownerPassword: z.string().min(32),
  appPassword: z.string().min(32),
});
export type OutsideCredentials = z.infer<typeof OutsideCredentials>;

export function findOutsideCredentials(dataDir: string): OutsideCredentials | undefined {
  const file = outsideCredentialsFile(dataDir);
  if (!fs.existsSync(file)) return undefined;
  try {
    return OutsideCredentials.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new StartRefused(`The database's passwords in ${file} cannot be read.`, { cause });
  }
}

/** Kept before the roles are made: a start killed between the two goes on with them. */
export function makeOutsideCredentials(dataDir: string): OutsideCredentials {
  const credentials = { ownerPassword: newToken(), appPassword: newToken() };
  const file = outsideCredentialsFile(dataDir);
  makePrivateFolder(path.dirname(file));
  writeWholeFile(file, `${JSON.stringify(credentials, null, 2)}\n`, 0o600);
  return credentials;
}

export function outsideCredentialsFile(dataDir: string): string {
  return path.join(dataDir, 'keys', 'outside-database.json');
}
