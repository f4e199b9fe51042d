// An installer that is killed, again and again, each time further on its way: the next run goes on from there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { openBrowser } from './browser.mjs';
import { leftovers } from './leftovers.mjs';
import { bootMachine } from './machine.mjs';
import { makeRelease } from './release.mjs';

const PACKAGES = ['postgresql', 'openssl', 'git'];
const MEDIUM = '/media/release';
/** What it has just said when it is killed. */
const MOMENTS = [
  'Release',
  'Account and folders',
  'What was asked for',
  '+ PostgreSQL is installed.',
  '+ DATABASE_OWNER_URL is set',
  '+ The role cmp_app.',
  'Settings',

  'Program and schema',
  'How it is served',
  '+ /etc/systemd/system/cmp-worker.service',
  '+ cmp-api.service starts with the machine.',
  'Whether it answers',
];

/** @param {{ root: string, check: import('./checks.mjs').Sheet['check'] }} rehearsal */
export async function rehearse({ root, check }) {
  const release = makeRelease(root);
  const machine = await bootMachine({ packages: PACKAGES });
  await machine.exec('apt-get install -y --no-install-recommends git openssl');
  fs.cpSync(release.folder, path.join(machine.root, MEDIUM), { recursive: true });
  fs.copyFileSync(
    path.join(root, 'scripts/install.sh'),
    path.join(machine.root, MEDIUM, 'install.sh'),
  );
  const install = `bash ${MEDIUM}/install.sh --bundle ${MEDIUM}/${release.file} --unattended --admin sam`;

  for (const moment of MOMENTS)
    await check(`is killed when it says “${moment}”`, async () => {
      const { output } = await machine.exec(
        `: >/tmp/said; setsid ${install} >/tmp/said 2>&1 & installer=$!
        until grep -qF -- "$MOMENT" /tmp/said || ! kill -0 $installer 2>/dev/null; do sleep 0.01; done
        kill -9 -- -$installer; wait $installer; cat /tmp/said`,
        { env: { MOMENT: moment } },
      );
      assert.ok(output.includes(moment), output);
      assert.doesNotMatch(output, /things changed|^cmp: /m);
    });
  await check('goes on to its end, and what is there is whole', async () => {
    const { code, output } = await machine.exec(install);
    assert.equal(code, 0, output);
    const { status, body } = await openBrowser(machine).call('GET', '/api/setup');
    assert.deepEqual({ status, body }, { status: 200, body: { required: false } });
    const again = await machine.exec(install);
    assert.match(again.output, /^Nothing changed\.$/m, again.output);
  });
  await check('is taken away whole', async () => {
    await machine.exec('/srv/cmp/current/scripts/uninstall.sh --delete-data');
    assert.deepEqual(await leftovers(machine), []);
  });
}
