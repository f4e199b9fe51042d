import fs from 'node:fs';
import path from 'node:path';

const certificate = '/etc/haproxy/portal.pem';

/** @type {import('#scripts/deploy-checks.mjs').Check} */
export const check = {
  what: 'HAProxy’s configuration, as it is and with TLS, by haproxy -c',
  needs: [
    { file: '/usr/sbin/haproxy', package: 'haproxy' },
    { file: '/usr/bin/openssl', package: 'openssl' },
  ],
  subjects: ['deploy/haproxy/*.cfg'],
  findFaults: async ({ root, scratch, files, tell }) => {
    const pem = path.join(scratch, 'portal.pem');
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=portal.test'];
    await tell('openssl', ...request, '-keyout', pem, '-out', `${pem}.crt`);
    fs.appendFileSync(pem, fs.readFileSync(`${pem}.crt`));

    const faults = await Promise.all(
      files.map(async (file) => {
        const plain = fs.readFileSync(path.join(root, file), 'utf8');
        const withTls = plain
          .replace(/^( *)# (bind :443|http-request redirect)/gm, '$1$2')
          .replace(certificate, pem);
        if (!withTls.includes(pem)) return [`${file} says nothing of ${certificate}.`];
        const copy = path.join(scratch, path.basename(file));
        fs.writeFileSync(copy, withTls);
        const told = await Promise.all(
          [path.join(root, file), copy].map((each) => tell('haproxy', '-c', '-f', each)),
        );
        // What it warns of is not as it was meant.
        return told
          .filter(({ code, output }) => code !== 0 || /\[(WARNING|ALERT)\]/.test(output))
          .map(({ output }) => `${file}: ${output.trim()}`);
      }),
    );
    return faults.flat();
  },
};
