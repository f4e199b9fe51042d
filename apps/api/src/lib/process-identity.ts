import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

/** What tells a process from a later one with the same number; `undefined` when it is not there. */
export function processIdentity(pid: number): string | undefined {
  try {
    if (process.platform === 'win32') {
      return powershell(`(Get-Process -Id ${pid} -ErrorAction Stop).StartTime.ToFileTimeUtc()`);
    }
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    }
    const bootId = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in the second field may hold spaces and brackets: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    return `${bootId}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** The command line of a process, '' when it is not there. */
export function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (process.platform === 'win32') {
      return powershell(`(Get-CimInstance Win32_Process -Filter 'ProcessId = ${pid}').CommandLine`);
    }
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** The one thing on every Windows that tells of another process. */
function powershell(command: string): string {
  const args = ['-NoProfile', '-NonInteractive', '-Command', command];
  return execFileSync('powershell.exe', args, { encoding: 'utf8', windowsHide: true }).trim();
}

/** Asks every 50 ms, for at most so long; answers whether it came true. */
export async function becomes(condition: () => boolean, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
