import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** @type {import('#scripts/deploy-checks.mjs').Check} */
export const check = {
  what: 'the configuration of nginx as the installer renders it, by nginx -t',
  needs: [{ file: '/usr/sbin/nginx', package: 'nginx' }],
  subjects: ['deploy/nginx/*.template', 'scripts/linux/nginx.sh'],
  findFaults: async ({ root, scratch, tell, faultsOf }) => {
    const { code, output } = await tell(
      ...['env', 'CMP_DOMAIN=portal.test', 'CMP_CERT_DOMAINS=portal.test,*.portal.test'],
      ...[path.join(root, 'scripts/linux/nginx.sh'), '--print'],
    );
    if (code !== 0) return [output];
    const open = output.match(/@[A-Z]+@/g) ?? [];
    // Where the installed one finds them, and may write.
    const site = path.join(scratch, 'cmp.conf');
    fs.writeFileSync(
      site,
      output.replaceAll('/var/lib/cmp/tls', scratch).replaceAll('/var/log/nginx', scratch),
    );
    const made = makeCertificate(scratch);
    if (made !== '') return [made];
    const whole = path.join(scratch, 'nginx.conf');
    fs.writeFileSync(
      whole,
      `pid ${scratch}/pid;\nerror_log ${scratch}/error.log;\nevents {}\nhttp {\n  include ${site};\n}\n`,
    );
    const faults = await faultsOf('/usr/sbin/nginx', '-t', '-q', '-p', scratch, '-c', whole);
    return [...open.map((name) => `${name} is not rendered.`), ...faults];
  },
};

/** @param {string} folder */
function makeCertificate(folder) {
  const files = ['-keyout', `${folder}/privkey.pem`, '-out', `${folder}/fullchain.pem`];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const args = ['req', '-x509', ...kind, ...files, '-days', '2', '-subj', '/CN=portal.test'];
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}
