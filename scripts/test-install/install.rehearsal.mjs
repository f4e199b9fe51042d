// A fresh Debian, installed unattended from a release's file, twice; the portal used over HTTP; taken away with and
// without its data.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { bootMachine } from '#scripts/test-install/machine.mjs';
import { makeRelease } from '#scripts/test-install/release.mjs';

const PACKAGES = ['postgresql', 'openssl', 'git'];
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
    console.log(output.replaceAll(/^/gm, '    | '));
    assert.equal(code, 0);
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
        `systemctl show ${unit} -p ActiveState -p User -p UnitFileState -p NRestarts; ps -o user= -p $(systemctl show ${unit} -p MainPID --value)`,
      );
      assert.match(output, /ActiveState=active/);
      assert.match(output, /UnitFileState=enabled/);
      assert.match(output, /NRestarts=0/);
      assert.match(output, /^cmp$/m);
    }
    assert.match((await machine.exec('getent passwd cmp')).output, /\/usr\/sbin\/nologin$/m);
  });
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
