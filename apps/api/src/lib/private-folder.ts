import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { StartRefused } from './start-refused.ts';

/** Of Windows: who owns a file, the system, and administrators. They stand for what root and the owner are elsewhere. */
const entitled = ['*S-1-3-4', '*S-1-5-18', '*S-1-5-32-544'];

/** Makes a folder that this account alone may enter, where it is not there yet. */
export function makePrivateFolder(
  folder: string,
  platform: NodeJS.Platform = process.platform,
): void {
  if (fs.existsSync(folder)) return;
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Modes mean nothing there, and what lies in C:\ is for every account to read.
  if (platform === 'win32') closeToOthers(folder);
}

function closeToOthers(folder: string): void {
  const grants = entitled.flatMap((account) => ['/grant:r', `${account}:(OI)(CI)F`]);
  try {
    execFileSync('icacls', [folder, '/inheritance:r', ...grants], {
      stdio: 'pipe',
      windowsHide: true,
    });
  } catch (cause) {
    fs.rmdirSync(folder);
    throw new StartRefused(`${folder} cannot be closed to other accounts: icacls failed.`, {
      cause,
    });
  }
}
