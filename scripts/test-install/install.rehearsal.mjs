// A fresh Debian, installed unattended from a release's file, twice; the portal used over HTTP; taken away with and
// without its data.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { bootMachine } from '#scripts/test-install/machine.mjs';
import { makeRelease } from '#scripts/test-install/release.mjs';
import { openBrowser } from './browser.mjs';
import { leftovers } from './leftovers.mjs';

const PACKAGES = ['postgresql', 'openssl', 'git', 'nginx'];
/** As docs/operations/install.md has an administrator do. */
const GIVEN = `create role cmp_owner login password 'first';
create role cmp_app login password 'second';
create database cmp owner cmp_owner encoding 'UTF8' template template0;
revoke connect, temporary on database cmp from public;
grant connect, temporary on database cmp to cmp_app;`;
const PASSWORD = 'a long walk along the shore';
const UNITS = ['cmp-api.service', 'cmp-worker.service', 'cmp-telegram-bot.service'];

/** @param {{ root: string, check: import('./checks.mjs').Sheet['check'] }} rehearsal */
export async function rehearse({ root, check }) {
  const release = makeRelease(root);
  const machine = await bootMachine({ packages: PACKAGES });
  const medium = '/media/release';
  fs.cpSync(release.folder, path.join(machine.root, medium), { recursive: true });
  for (const script of ['bootstrap.sh', 'install.sh', 'uninstall.sh'])
    fs.copyFileSync(path.join(root, 'scripts', script), path.join(machine.root, medium, script));
  const install = (/** @type {Record<string, string>} */ env = {}) =>
    machine.exec(`bash ${medium}/bootstrap.sh --bundle ${medium}/${release.file} --unattended`, {
      env: { CMP_ADMIN_USERNAME: 'sam', ...env },
    });
  let oneTimePassword = '';

  await check('installs from a file, without network and without a question', async () => {
    const { code, output } = await install();
    assert.equal(code, 0, output);
    oneTimePassword = /One-time password: (\S+)/.exec(output)?.[1] ?? '';
    assert.ok(oneTimePassword);
  });
  await check('changes nothing when it is run again', async () => {
    const before = await traces(machine);
    const { code, output } = await install();
    assert.equal(code, 0, output);
    assert.match(output, /^Nothing changed\.$/m, output);
    assert.equal(await traces(machine), before);
  });
  await check('runs its services as an account that is nobody’s', async () => {
    for (const unit of UNITS) {
      const { output } = await machine.exec(
        `systemctl show ${unit} -p ActiveState -p User -p UnitFileState -p NRestarts; stat -c %U /proc/$(systemctl show ${unit} -p MainPID --value)`,
      );
      assert.match(output, /ActiveState=active/);
      assert.match(output, /UnitFileState=enabled/);
      assert.match(output, /NRestarts=0/);
      assert.match(output, /^cmp$/m);
    }
    assert.match((await machine.exec('getent passwd cmp')).output, /\/usr\/sbin\/nologin$/m);
  });
  await check('opens to the account what it must write, and nothing else', async () => {
    const { output } =
      await machine.exec(`stat -c '%n %U:%G %a' /srv/cmp/.env /etc/cmp/install.conf /var/lib/cmp \
      /srv/cmp/releases/${release.name} /srv/cmp/releases/${release.name}/apps/api/src/main.ts /usr/local/lib/cmp/helper /run/cmp/helper.sock
      readlink /srv/cmp/current /srv/cmp/current/.env
      find /srv/cmp ! -type l '(' -user cmp -o -perm -o+w ')'`);
    assert.deepEqual(output.trim().split('\n'), [
      '/srv/cmp/.env cmp:cmp 600',
      '/etc/cmp/install.conf root:root 600',
      '/var/lib/cmp cmp:cmp 750',
      `/srv/cmp/releases/${release.name} root:root 755`,
      `/srv/cmp/releases/${release.name}/apps/api/src/main.ts root:root 644`,
      '/usr/local/lib/cmp/helper root:root 755',
      '/run/cmp/helper.sock root:cmp 660',
      `releases/${release.name}`,
      '../../.env',
      '/srv/cmp/.env',
    ]);
  });
  await check('gives the role that serves nothing but what the owner granted', async () => {
    const { output } = await machine.exec(`cd / && runuser -u postgres -- psql -XAt -d cmp -c "
      select rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname like 'cmp_%' order by 1" -c "
      select pg_get_userbyid(datdba), pg_encoding_to_char(encoding) from pg_database where datname = 'cmp'" -c "
      select count(*) from pg_class where pg_get_userbyid(relowner) = 'cmp_app'"`);
    assert.deepEqual(output.trim().split('\n'), [
      'cmp_app|f|f|f|f',
      'cmp_owner|f|f|f|f',
      'cmp_owner|UTF8',
      '0',
    ]);
  });
  await check('holds the hardening of its units', async () => {
    const { output } = await machine.exec(
      `pid=$(systemctl show cmp-api -p MainPID --value); grep -E '^(NoNewPrivs|Seccomp|CapBnd):' /proc/$pid/status
      nsenter -t $pid -m -- sh -c 'touch /srv/cmp/x; touch /etc/x' 2>&1`,
    );
    assert.match(output, /NoNewPrivs:\t1/);
    assert.match(output, /Seccomp:\t2/);
    assert.match(output, /CapBnd:\t0000000000000400/);
    assert.match(output, /'\/srv\/cmp\/x': Read-only file system/);
    assert.match(output, /'\/etc\/x': Read-only file system/);
  });
  await check('lets the first admin in, who must choose a password', async () => {
    const browser = openBrowser(machine);
    const signedIn = await browser.call('POST', '/api/auth/login', {
      username: 'sam',
      password: oneTimePassword,
    });
    assert.equal(signedIn.status, 200, JSON.stringify(signedIn.body));
    assert.equal(signedIn.body.account.mustChangePassword, true);
    const changed = await browser.call('POST', '/api/auth/password', {
      currentPassword: oneTimePassword,
      newPassword: PASSWORD,
    });
    assert.ok(changed.status < 300, JSON.stringify(changed.body));
    assert.equal(await readsItsData(machine), true);
  });
  await check('has its command line, for root and for the account', async () => {
    const doctor = await machine.exec(
      'cd /root && DATABASE_URL=postgres://nobody@127.0.0.1/x cmp-portal doctor',
    );
    assert.match(doctor.output, /postgresql +15.*answers/, doctor.output);
    assert.match(doctor.output, /It works/);
    const other = await machine.exec('runuser -u nobody -- cmp-portal doctor');
    assert.equal(other.code, 1);
    assert.match(other.output, /^cmp-portal works as the account cmp/);
  });
  await check('begins the API again after kill -9', async () => {
    const before = await mainPid(machine);
    await machine.exec(`kill -9 ${before}`);
    const answered = await machine.exec(
      'for i in $(seq 60); do curl -fs http://127.0.0.1:3001/api/health && exit 0; sleep 1; done; exit 1',
    );
    assert.equal(answered.code, 0, answered.output);
    assert.notEqual(await mainPid(machine), before);
  });
  await check('mends what was taken away, and begins anew only what reads it', async () => {
    const worker = await machine.exec('systemctl show cmp-worker -p MainPID --value');
    await machine.exec(
      'rm /usr/local/sbin/cmp-portal; chmod 644 /srv/cmp/.env; systemctl disable --now --quiet cmp-telegram-bot',
    );
    const { code, output } = await install();
    assert.equal(code, 0, output);
    assert.match(output, /^3 things changed\.$|^4 things changed\.$/m, output);
    assert.match(output, /\+ cmp-telegram-bot\.service runs\./);
    assert.equal(
      (await machine.exec('systemctl show cmp-worker -p MainPID --value')).output,
      worker.output,
    );
    assert.equal((await machine.exec('stat -c %a /srv/cmp/.env')).output, '600\n');
  });
  await check('runs nothing as root that stands in .env, which the account writes', async () => {
    const spell = 's#^DATABASE_OWNER_URL=.*#DATABASE_OWNER_URL=-o|touch /root/owned#';
    await machine.exec(`cp -p /srv/cmp/.env /root/env; sed -i '${spell}' /srv/cmp/.env`);
    await install();
    const owned = await machine.exec('ls /root/owned; mv /root/env /srv/cmp/.env');
    assert.match(owned.output, /cannot access '\/root\/owned'/);
    const { code, output } = await install();
    assert.equal(code, 0, output);
  });
  await check('asks before it deletes data, and without a terminal is told', async () => {
    const { code, output } = await machine.exec('/srv/cmp/current/scripts/uninstall.sh');
    assert.equal(code, 1);
    assert.match(output, /^cmp: There is nobody to ask what becomes of the data/);
    assert.equal((await machine.exec('systemctl is-active cmp-api')).output, 'active\n');
  });
  await check('goes, and leaves the data', async () => {
    const { code, output } = await machine.exec(
      '/srv/cmp/current/scripts/uninstall.sh --keep-data',
    );
    assert.equal(code, 0, output);
    assert.equal((await leftovers(machine)).filter(isProgram).join(), '');
    assert.ok(machine.has('/var/lib/cmp/keys') && machine.has('/srv/cmp/.env'));
  });
  await check('comes back to its data', async () => {
    const { code, output } = await install();
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /One-time password/);
    assert.equal(await readsItsData(machine), true);
  });
  await check('goes with its data, and leaves nothing', async () => {
    const { code, output } = await machine.exec(
      '/srv/cmp/current/scripts/uninstall.sh --delete-data',
    );
    assert.equal(code, 0, output);
    assert.deepEqual(await leftovers(machine), []);
  });
  await check('is installed on a given database, behind nginx', async () => {
    const made = await machine.exec(`cd / && runuser -u postgres -- psql -XAtq`, { input: GIVEN });
    assert.equal(made.output, '');
    const given = {
      DATABASE_OWNER_URL: 'postgres://cmp_owner:first@127.0.0.1/cmp',
      DATABASE_URL: 'postgres://cmp_app:second@127.0.0.1/cmp',
      CMP_DOMAIN: 'portal.test',
      CMP_SKIP_CERT: '1',
      CMP_ENABLE_NGINX: '1',
    };
    const { code, output } = await install(given);
    assert.equal(code, 0, output);
    assert.match(machine.read('/srv/cmp/.env'), /^TRUSTED_PROXIES=127\.0\.0\.1$/m);
    assert.ok(machine.has('/etc/nginx/conf.d/cmp.conf'));
    const again = await install();
    assert.match(again.output, /^Nothing changed\.$/m, again.output);
  });
  await check(
    'takes its site of nginx along, and leaves a database that it did not make',
    async () => {
      const { code, output } = await machine.exec(
        '/srv/cmp/current/scripts/uninstall.sh --delete-data',
      );
      assert.equal(code, 0, output);
      assert.match(output, /Kept: the database, which the installer did not make/);
      assert.deepEqual((await leftovers(machine)).toSorted(), ['cmp', 'cmp_app', 'cmp_owner']);
      assert.ok(!machine.has('/etc/nginx/conf.d/cmp.conf'));
      assert.equal((await machine.exec('systemctl is-active nginx')).output, 'active\n');
    },
  );
}

/** The password that was chosen opens the portal, and the log is there. */
async function readsItsData(/** @type {import('./machine.mjs').Machine} */ machine) {
  const browser = openBrowser(machine);
  const credentials = { username: 'sam', password: PASSWORD };
  const signedIn = await browser.call('POST', '/api/auth/login', credentials);
  assert.equal(signedIn.status, 200, JSON.stringify(signedIn.body));
  const changes = await browser.call('GET', '/api/changes');
  return changes.status === 200 && changes.body.items.length > 0;
}

async function mainPid(/** @type {import('./machine.mjs').Machine} */ machine) {
  return (await machine.exec('systemctl show cmp-api -p MainPID --value')).output.trim();
}

function isProgram(/** @type {string} */ line) {
  return !/^(\/srv\/cmp|\/etc\/cmp|\/var\/lib\/cmp|\/var\/log\/cmp|cmp(_app|_owner)?|cmp:.*)$/.test(
    line,
  );
}

/** When each was altered or begun: what a run that changes nothing leaves as it is. */
async function traces(/** @type {import('./machine.mjs').Machine} */ machine) {
  const { output } = await machine.exec(
    `find /srv/cmp /etc/cmp /etc/systemd/system /usr/local -path '/srv/cmp/releases/*/*' -prune -o -printf '%p %T@ %m %u\\n' | sort
    systemctl show ${UNITS.join(' ')} -p MainPID -p ActiveEnterTimestamp
    stat -c '%n %U %a' /var/lib/cmp`,
  );
  return output;
}
