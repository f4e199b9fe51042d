// The API's own fault runs, minutes long: kill -9 in the middle of merges and replacements, and damaged files.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

/**
 * Gives whether the data was as before or as after, each time.
 * @param {string} root
 * @param {string} kills
 */
export function killRestores(root, kills) {
  return passes(root, 'restore.faults', { KILLS: kills });
}

/**
 * Gives whether a thousand altered files and a hundred cut ones were all refused, and nothing was written.
 * @param {string} root
 * @param {string} seed
 */
export function sendDamaged(root, seed) {
  return passes(root, 'damaged.faults', { SEED: seed });
}

/**
 * @param {string} root
 * @param {string} run
 * @param {NodeJS.ProcessEnv} environment
 */
function passes(root, run, environment) {
  const bin = path.join(root, 'node_modules', '.bin');
  const { status } = spawnSync(
    path.join(root, 'apps/api/node_modules/.bin/vitest'),
    ['run', '--config', 'vitest.faults.config.ts', run],
    {
      cwd: path.join(root, 'apps/api'),
      env: {
        ...process.env,
        ...environment,
        PATH: `${bin}${path.delimiter}${process.env.PATH}`,
      },
      stdio: 'inherit',
    },
  );
  return status === 0;
}
