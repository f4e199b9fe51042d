import type { ChildProcess } from 'node:child_process';

/**
 * A process group of its own, so that a Ctrl-C reaches it through us: once, and in its turn. Windows would take its
 * console away with that; there it hears the Ctrl-C itself, and ends with us however we end.
 */
export const ownGroup = { detached: process.platform !== 'win32', windowsHide: true };

/**
 * Asks a process of ours to finish what it has accepted. Windows knows no signal that a process could hear, only the end
 * of it: there it is told by the loss of the channel, which all of ours take for the same.
 */
export function askToStop(child: ChildProcess, platform: NodeJS.Platform = process.platform): void {
  if (platform === 'win32' && child.connected) child.disconnect();
  else child.kill('SIGTERM');
}
