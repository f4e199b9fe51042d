import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A volume of a few megabytes: only the administrator of the machine may mount one. */
export function smallVolume(megabytes: number) {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-volume-'));
  const mount = (options: string) =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'cmp-test', folder]);
  mount(`size=${megabytes}m`);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmdirSync(folder);
  });
  return {
    folder,
    grow: (to: number) => mount(`remount,size=${to}m`),
    /** Takes all the room but this much. */
    leave: (kilobytes: number) => {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(join(folder, 'filler'), Buffer.alloc(bavail * bsize - kilobytes * 1024));
    },
    /** All the files in it, but the filler. */
    files: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && entry.name !== 'filler');
      return files.map(({ name }) => name);
    },
  };
}
