import fs from 'node:fs';
import path from 'node:path';

/** @type {import('#scripts/deploy-checks.mjs').Check} */
export const check = {
  what: 'log rotation, by logrotate --debug',
  needs: [{ file: '/usr/sbin/logrotate', package: 'logrotate' }],
  subjects: ['deploy/logrotate/*'],
  findFaults: async ({ root, scratch, files, tell }) => {
    const faults = await Promise.all(
      files.map(async (file) => {
        // It refuses a file that others may write, and an account that this machine does not have.
        const copy = path.join(scratch, path.basename(file));
        const text = fs.readFileSync(path.join(root, file), 'utf8');
        fs.writeFileSync(copy, withOwnAccount(text), { mode: 0o600 });
        const state = path.join(scratch, 'state');
        const { code, output } = await tell('logrotate', '--debug', '--state', state, copy);
        const complaints = output
          .split('\n')
          .filter((line) => /^(error|warning): (?!logrotate in debug mode)/.test(line));
        if (code === 0 && complaints.length === 0) return [];
        return [`${file}: ${complaints.join('\n') || `logrotate ended with ${code}: ${output}`}`];
      }),
    );
    return faults.flat();
  },
};

/** @param {string} text */
function withOwnAccount(text) {
  return text.replace(/^(\s*(?:su|create(?:\s+\d+)?))\s+\S+\s+\S+/gm, '$1 root root');
}
