import fs from 'node:fs';
import path from 'node:path';

/** Of 100: above it systemd itself calls a service exposed. */
const MOST_EXPOSED = 30;
const commands = /^Exec\w+=[-@:+!]*(\/\S+)/gm;
/** What an installed portal runs from its release, and what the installer puts beside it. */
const release = '/srv/cmp/current/';
const installed = ['/usr/local/lib/cmp/helper', '/usr/local/sbin/cmp-portal'];

/** @type {import('../deploy-checks.mjs').Check} */
export const check = {
  what: 'systemd’s units, by systemd-analyze verify and security',
  needs: [{ file: '/usr/bin/systemd-analyze', package: 'systemd' }],
  subjects: ['deploy/systemd/*'],
  findFaults: async ({ root, scratch, files, faultsOf }) => {
    const units = files.filter((file) => /\.(service|socket|timer|path|target)$/.test(file));
    const folder = path.join(scratch, 'etc/systemd/system');
    fs.mkdirSync(folder, { recursive: true });
    fs.cpSync('/usr/lib/systemd/system', path.join(scratch, 'usr/lib/systemd/system'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    for (const unit of units) {
      const text = fs.readFileSync(path.join(root, unit), 'utf8');
      fs.writeFileSync(path.join(folder, path.basename(unit)), text);
      for (const [, command = ''] of text.matchAll(commands)) standIn(root, scratch, command);
    }
    const names = units.map((unit) => path.join('/etc/systemd/system', path.basename(unit)));
    const services = units.filter((unit) => unit.endsWith('.service'));
    const offline = ['--offline=yes', `--threshold=${MOST_EXPOSED}`, '--no-pager'];
    return [
      ...(await faultsOf('systemd-analyze', 'verify', `--root=${scratch}`, '--man=no', ...names)),
      ...(await faultsOf('systemd-analyze', 'security', ...offline, ...services)),
    ];
  },
};

/**
 * A unit's command is there, or systemd-analyze says that it is not: one of the release is looked up in the checkout.
 * @param {string} root
 * @param {string} scratch
 * @param {string} command
 */
function standIn(root, scratch, command) {
  const real = command.startsWith(release)
    ? path.join(root, command.slice(release.length))
    : command;
  if (!installed.includes(command) && !fs.existsSync(real)) return;
  const file = path.join(scratch, command);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, '', { mode: 0o755 });
}
