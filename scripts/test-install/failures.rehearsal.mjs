// What the installer says when something is wrong, one sentence each, and that it leaves nothing behind.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { leftovers } from './leftovers.mjs';
import { bootMachine } from './machine.mjs';
import { makeRelease } from './release.mjs';
import { ADDRESS, serveRepository } from './repository.mjs';

const PACKAGES = ['postgresql', 'openssl', 'git'];
const SCRIPT = '/root/install.sh';
const KEY = '/opt/release.pub';
const CLEAN =
  '[ ! -e /srv/cmp/current ] || /srv/cmp/current/scripts/uninstall.sh --delete-data; rm -rf /srv/cmp /etc/cmp';

/** @param {{ root: string, check: import('./checks.mjs').Sheet['check'] }} rehearsal */
export async function rehearse({ root, check }) {
  const release = makeRelease(root);
  const machine = await bootMachine({ packages: PACKAGES });
  await machine.exec('apt-get install -y --no-install-recommends git openssl');
  const script = fs.readFileSync(path.join(root, 'scripts/install.sh'), 'utf8');
  machine.write(SCRIPT, script, 0o755);
  machine.write(KEY, fs.readFileSync(path.join(release.folder, 'release.pub'), 'utf8'));
  const repository = await serveRepository(root, machine, ['v1.9.0', 'v1.10.0'], release);
  const given = { CMP_UNATTENDED: '1', CMP_REPOSITORY: ADDRESS, CMP_RELEASE_KEY_FILE: KEY };

  /**
   * @param {string} name
   * @param {RegExp} sentence all that is said on the way out
   * @param {{ env?: Record<string, string>, command?: string, before?: () => unknown, after?: () => unknown }} wrong
   */
  const refuses = (name, sentence, { env = {}, command = SCRIPT, before, after }) =>
    check(`refuses ${name}`, async () => {
      await before?.();
      try {
        const { code, output } = await machine.exec(command, { env: { ...given, ...env } });
        const said = output.split('\n').filter((line) => line.startsWith('cmp: '));
        assert.equal(said.length, 1, output);
        console.log(`          ${said[0]}`);
        assert.match(said[0] ?? '', sentence);
        assert.equal(code, 1, output);
        assert.deepEqual(await leftovers(machine), []);
      } finally {
        await after?.();
        // What one refusal left behind is not the next one's fault.
        await machine.exec(CLEAN);
      }
    });
  const exec = (/** @type {string} */ command) => () => machine.exec(command);

  await refuses(
    'an account that is not root',
    /^cmp: The installer makes an account and services: run it as root/,
    {
      before: exec('chmod 755 /root'),
      command: `runuser -u nobody -- ${SCRIPT}`,
      after: exec('chmod 700 /root'),
    },
  );
  await refuses(
    'another system',
    /^cmp: The installer knows Debian and Ubuntu, and this is Fedora Linux 44:/,
    {
      before: exec(
        `mv /etc/os-release /etc/os-release.kept; printf 'ID=fedora\\nPRETTY_NAME="Fedora Linux 44"\\n' >/etc/os-release`,
      ),
      after: exec('mv /etc/os-release.kept /etc/os-release'),
    },
  );
  await refuses(
    'a system that does not say what it is',
    /^cmp: The installer knows Debian and Ubuntu, and this is an unknown system:/,
    {
      before: exec('mv /etc/os-release /etc/os-release.kept'),
      after: exec('mv /etc/os-release.kept /etc/os-release'),
    },
  );
  await refuses('a machine that systemd does not run', /^cmp: systemd does not run this machine/, {
    command: `unshare --mount sh -c 'mount -t tmpfs none /run/systemd && exec ${SCRIPT}'`,
  });
  await refuses('an option that there is not', /^cmp: --prot is not an option: install.sh --help/, {
    command: `${SCRIPT} --prot 80`,
  });
  await refuses('a port that is none', /^cmp: CMP_PORT is no port: 70000\.$/, {
    env: { CMP_PORT: '70000' },
  });
  await refuses(
    'a port that is taken',
    /^cmp: Port 8080 is taken.*: say another one by CMP_PORT or --port\.$/,
    {
      env: { CMP_PORT: '8080' },
    },
  );
  await refuses('a disk that is full', /^cmp: \/srv has \d+ MB left, and the portal needs 2000/, {
    before: exec('mount -t tmpfs -o size=50m none /srv'),
    after: exec('umount /srv'),
  });
  await refuses(
    'a domain that is not in DNS',
    /^cmp: The domain portal\.invalid has no address in DNS/,
    {
      env: { CMP_DOMAIN: 'portal.invalid', CMP_EMAIL: 'ops@portal.invalid' },
    },
  );
  await refuses(
    'a certificate without an address to write to',
    /^cmp: A certificate needs CMP_EMAIL/,
    {
      env: { CMP_DOMAIN: 'localhost' },
    },
  );
  await refuses(
    'to work beside another installer',
    /^cmp: Another installer is at work on this machine/,
    {
      command: `flock /run/cmp-install.lock ${SCRIPT}`,
    },
  );
  await refuses('nginx without a name', /^cmp: nginx needs CMP_DOMAIN/, {
    env: { CMP_ENABLE_NGINX: '1' },
  });
  await refuses('half of a database', /^cmp: A database of yours needs both DATABASE_URL/, {
    env: { DATABASE_URL: 'postgres://cmp_app@127.0.0.1/cmp' },
  });
  await refuses(
    'an installer that is not the expected one',
    /^cmp: This installer is not the expected one \(SHA-256 [0-9a-f]{64}, expected 00\)/,
    {
      env: { CMP_INSTALL_EXPECTED_SHA256: '00' },
    },
  );
  await refuses(
    'to verify what is piped',
    /^cmp: CMP_INSTALL_EXPECTED_SHA256 cannot be checked of a script that is piped/,
    {
      env: { CMP_INSTALL_EXPECTED_SHA256: '00' },
      command: `bash <${SCRIPT}`,
    },
  );
  await check('runs nothing of half an installer', async () => {
    const { output } = await machine.exec('bash', { input: script.slice(0, -40), env: given });
    assert.doesNotMatch(output, /^(cmp: |Release)/m);
    assert.deepEqual(await leftovers(machine), []);
  });

  await refuses(
    'a repository that does not answer',
    /^cmp: The releases at http:\/\/127\.0\.0\.1:8081 cannot be listed/,
    {
      env: { CMP_REPOSITORY: 'http://127.0.0.1:8081' },
    },
  );
  await refuses('to guess a repository', /^cmp: Where releases lie is not known/, {
    env: { CMP_REPOSITORY: '' },
  });
  await refuses(
    'a repository of prereleases',
    /^cmp: There is no stable release at .*, and a prerelease is never taken unasked/,
    {
      before: () => repository.tag(['v2.0.0-rc.1', 'v2.0.0-beta']),
      after: () => repository.tag(['v1.9.0', 'v1.10.0', 'v2.0.0-rc.1']),
    },
  );
  await refuses(
    'a release without a known key',
    /^cmp: No key is known that releases are signed with/,
    {
      env: { CMP_RELEASE_KEY_FILE: '' },
    },
  );
  await refuses('a version that is none', /^cmp: CMP_VERSION is no version: \.\.\/1\.$/, {
    command: `${SCRIPT} --version ../1`,
  });
  await refuses(
    'a release that is not there',
    /^cmp: SHA256SUMS of release 3\.0\.0 could not be downloaded \(.*404.*\): try again later; nothing was changed\.$/,
    {
      command: `${SCRIPT} --version 3.0.0`,
    },
  );
  await refuses(
    'a download that ends in its middle',
    /^cmp: cmp-1\.10\.0-linux-\w+\.tar\.gz of release 1\.10\.0 could not be downloaded \(curl: \(18\).*nothing was changed\.$/,
    {
      before: () => repository.cut(true),
      after: () => repository.cut(false),
    },
  );
  await refuses(
    'a signature by another key',
    /^cmp: The signature of cmp-1\.10\.0-linux-\w+\.tar\.gz is not by the key of the releases/,
    {
      before: exec(
        'cd /root && openssl genpkey -algorithm ed25519 -out other.pem && openssl pkey -in other.pem -pubout -out other.pub',
      ),
      env: { CMP_RELEASE_KEY_FILE: '/root/other.pub' },
    },
  );
  const sums = path.join(repository.folder('v1.10.0'), 'SHA256SUMS');
  const honest = fs.readFileSync(sums, 'utf8');
  await refuses(
    'sums that were altered after they were signed',
    /^cmp: The signature of cmp-1\.10\.0/,
    {
      before: () => fs.writeFileSync(sums, honest.replaceAll(/^[0-9a-f]{4}/gm, '0000')),
    },
  );
  await refuses(
    'a file that is not what was signed',
    /^cmp: cmp-1\.10\.0-linux-\w+\.tar\.gz is not what was released \(SHA-256 [0-9a-f]{64}, expected 0000[0-9a-f]{60}\): get it again\.$/,
    {
      before: () => release.sign(repository.folder('v1.10.0')),
      after: () => {
        fs.writeFileSync(sums, honest);
        release.sign(repository.folder('v1.10.0'));
      },
    },
  );

  await refuses(
    'by the installer that bootstrap.sh takes of the latest release',
    /^cmp: Port 8080 is taken/,
    {
      command: `curl -fsS ${ADDRESS}/bootstrap.sh | bash -s -- --repository ${ADDRESS} --port 8080`,
    },
  );
  await check('takes the highest stable release, and says its folder', async () => {
    const sha256 = createHash('sha256').update(script).digest('hex');
    const env = { ...given, CMP_INSTALL_EXPECTED_SHA256: sha256 };
    const { code, output } = await machine.exec(`${SCRIPT} --fetch-only 2>/dev/null`, { env });
    assert.equal(output, '/srv/cmp/releases/1.10.0\n');
    assert.equal(code, 0);
    assert.ok(machine.has('/srv/cmp/releases/1.10.0/RELEASE.json'));
    const again = await machine.exec(`${SCRIPT} --fetch-only`, { env });
    assert.match(again.output, /= Release 1\.10\.0 is in/);
    await machine.exec('rm -r /srv/cmp');
  });
  await check('asks at a terminal for what it is not told', async () => {
    const { output } = await machine.exec(
      `script --quiet --return --command '${SCRIPT} --bundle /root/none' /dev/null`,
      { env: { CMP_REPOSITORY: ADDRESS }, input: '\n8080\nsam\n' },
    );
    assert.match(output, /Domain name of the panel/);
    assert.match(output, /Port of the portal \[3001\]/);
    assert.match(output, /Username of the first admin/);
    assert.match(output, /cmp: Port 8080 is taken/);
  });

  await machine.exec('apt-get install -y --no-install-recommends postgresql');
  const url = (/** @type {string} */ role, port = 5432) =>
    `postgres://${role}:wrong@127.0.0.1:${port}/cmp`;
  await refuses(
    'a database whose password is wrong',
    /^cmp: The database of DATABASE_OWNER_URL cannot be used: password authentication failed for user "cmp_owner"\.$/,
    {
      env: { DATABASE_URL: url('cmp_app'), DATABASE_OWNER_URL: url('cmp_owner') },
    },
  );
  await refuses(
    'a database that does not answer',
    /^cmp: The database of DATABASE_OWNER_URL cannot be used: connect ECONNREFUSED 127\.0\.0\.1:5999\.$/,
    {
      env: { DATABASE_URL: url('cmp_app', 5999), DATABASE_OWNER_URL: url('cmp_owner', 5999) },
    },
  );
  await check('refuses roles that it did not make', async () => {
    const psql = 'cd / && runuser -u postgres -- psql -XAtqc';
    await machine.exec(`${psql} "create role cmp_app"`);
    const { code, output } = await machine.exec(SCRIPT, { env: given });
    assert.equal(code, 1);
    assert.match(
      output,
      /^cmp: PostgreSQL has the role cmp_app already, which this installer did not make/m,
    );
    assert.deepEqual(await leftovers(machine), ['cmp_app']);
    await machine.exec(`${psql} "drop role cmp_app"`);
  });
}
