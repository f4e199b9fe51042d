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

/** @type {import('#scripts/check-deploy/checks.mjs').Check} */
export const check = {
  what: 'every unit, by systemd-analyze: its words, and what it leaves open',
  needs: [{ file: '/usr/bin/systemd-analyze', package: 'systemd' }],
  subjects: ['deploy/systemd'],
  findFaults: async ({ root, files, tell, faultsOf }) => {
    // Together, since a timer and a socket name the service they start.
    const { output } = await tell(
      'systemd-analyze',
      'verify',
      ...files.map((file) => path.join(root, file)),
    );
    const faults = output.split('\n').filter((line) => line !== '' && !isNotInstalled(line));
    for (const file of files.filter((name) => name.endsWith('.service'))) {
      const most = worst[/** @type {keyof typeof worst} */ (path.basename(file))];
      if (most === undefined) faults.push(`${file} has no bound in units.check.mjs.`);
      const analysis = ['security', '--offline=yes', '--no-pager', `--threshold=${most ?? 0}`];
      const open = await faultsOf('systemd-analyze', ...analysis, path.join(root, file));
      faults.push(...open.map((text) => `${file} is open beyond ${(most ?? 0) / 10}:\n${text}`));
    }
    return faults;
  },
};

/** The portal is not installed where its units are checked. @param {string} line */
function isNotInstalled(line) {
  return /Command (\/srv\/cmp\/current|\/usr\/local\/lib\/cmp)\/\S+ is not executable: No such file/.test(
    line,
  );
}
