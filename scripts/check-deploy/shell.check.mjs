import fs from 'node:fs';
import path from 'node:path';

const spoken = /^#!.*\b(sh|bash)\b/;

/** @type {import('#scripts/deploy-checks.mjs').Check} */
export const check = {
  what: 'every shell script, by shellcheck',
  needs: [{ file: '/usr/bin/shellcheck', package: 'shellcheck' }],
  subjects: ['.ci/run', 'scripts/cmp', '*.sh', 'scripts', 'deploy', '.ci'],
  findFaults: async ({ root, files, faultsOf }) => {
    const scripts = files.filter((file) => isScript(path.join(root, file)));
    // What says no shell is sourced by those that do.
    const sourced = files.filter((file) => file.endsWith('.sh') && !scripts.includes(file));
    const flags = ['--external-sources', '--source-path=SCRIPTDIR'];
    const faults = await faultsOf('shellcheck', ...flags, ...scripts);
    if (sourced.length === 0) return faults;
    // Their names are for whoever sources them.
    const named = [...flags, '--shell=bash', '--exclude=SC2034'];
    return [...faults, ...(await faultsOf('shellcheck', ...named, ...sourced))];
  },
};

/** @param {string} file */
function isScript(file) {
  const [firstLine = ''] = fs.readFileSync(file, 'utf8').split('\n', 1);
  return spoken.test(firstLine);
}
