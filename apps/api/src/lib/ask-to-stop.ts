import type { ChildProcess } from 'node:child_process';

/**
 * Asks a process of ours to finish what it has accepted. Windows knows no signal that a process could hear, only the end
 * of it: there it is told by the loss of the channel, which all of ours take for the same.
 */
export function askToStop(child: ChildProcess, platform: NodeJS.Platform = process.platform): void {
  if (platform === 'win32' && child.connected) child.disconnect();
  else child.kill('SIGTERM');
}
