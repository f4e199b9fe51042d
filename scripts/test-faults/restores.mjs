// kill -9 in the middle of snapshots, merges and replacements: the API's own tests of that, minutes long.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

/**
 * Gives whether the data was as before or as after, each time.
 * @param {string} root
 * @param {string} kills
 */
export function killRestores(root, kills) {
  const bin = path.join(root, 'node_modules', '.bin');
  const { status } = spawnSync(
    path.join(root, 'apps/api/node_modules/.bin/vitest'),
    ['run', '--config', 'vitest.faults.config.ts'],
    {
      cwd: path.join(root, 'apps/api'),
      env: {
        ...process.env,
        KILLS: kills,
        PATH: `${bin}${path.delimiter}${process.env.PATH}`,
      },
      stdio: 'inherit',
    },
  );
  return status === 0;
}
