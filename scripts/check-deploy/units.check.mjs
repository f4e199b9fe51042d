import fs from 'node:fs';
import path from 'node:path';

/** What `systemd-analyze security` may say at the most, in tenths: 100 is a unit without any bounds. */
const worst = {
  'cmp-api.service': 18,
  'cmp-worker.service': 14,
  'cmp-telegram-bot.service': 14,
  'cmp-cert-expiry.service': 12,
  'cmp-matview-refresh.service': 12,
  'cmp-snapshot.service': 12,
  'cmp-helper@.service': 9,
  'cmp-certificate-renew.service': 24,
};

const commands = /^Exec\w+=[-@:+!]*(\/\S+)/gm;
/** What an installed portal runs from its release, and what the installer puts beside it. */
const release = '/srv/cmp/current/';
const installed = ['/usr/local/lib/cmp/helper', '/usr/local/sbin/cmp-portal'];

/** @type {import('#scripts/deploy-checks.mjs').Check} */
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
    const verify = ['verify', `--root=${scratch}`, '--man=no', ...names];
    const faults = await faultsOf('systemd-analyze', ...verify);
    for (const file of services) {
      const most = worst[/** @type {keyof typeof worst} */ (path.basename(file))];
      if (most === undefined) faults.push(`${file} has no bound in units.check.mjs.`);
      const analysis = ['security', '--offline=yes', '--no-pager', `--threshold=${most ?? 0}`];
      faults.push(...(await faultsOf('systemd-analyze', ...analysis, path.join(root, file))));
    }
    return faults;
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
