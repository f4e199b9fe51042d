// An installation built from source, of a commit older than the release builder: got with a network by a Debian that
// has no Node, then installed without one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Refused } from '#scripts/toolchain.mjs';
import { openBrowser } from './browser.mjs';
import { bootMachine } from './machine.mjs';

const PACKAGES = ['postgresql', 'openssl', 'git', 'npm'];
const REPOSITORY = '/opt/repository.git';
const CHECKOUT = '/opt/checkout';

/** @param {{ root: string, check: import('./checks.mjs').Sheet['check'] }} rehearsal */
export async function rehearse({ root, check }) {
  const older = lastBeforeTheBuilder(root);
  const command = `bash ${CHECKOUT}/scripts/bootstrap.sh --ref ${older} --unattended`;
  const env = { CMP_ADMIN_USERNAME: 'sam' };
  /** @type {import('./machine.mjs').Answer[]} */
  const said = [];
  const machine = await bootMachine({
    packages: PACKAGES,
    withNetwork: async (exec, tree) => {
      git(root, 'clone', '--quiet', '--mirror', root, path.join(tree, REPOSITORY));
      git(root, 'clone', '--quiet', root, path.join(tree, CHECKOUT));
      git(path.join(tree, CHECKOUT), 'remote', 'set-url', 'origin', REPOSITORY);
      const owned = 'git config --global --add safe.directory "*"';
      said.push(
        await exec(`${owned}; ${command} --fetch-only`, { CMP_SKIP_NODE_AUTO_INSTALL: '1' }),
        await exec(`${command} --fetch-only`, {}),
        await exec(`ls -A /srv/cmp/releases; command -v node npm`, {}),
      );
    },
  });

  await check('refuses to get a Node where it is told not to', () => {
    assert.match(
      said[0]?.output ?? '',
      /^cmp: A build from source needs Node 20 or newer with npm/m,
    );
  });
  await check('builds a commit that lacks the release builder', () => {
    assert.equal(said[1]?.code, 0, said[1]?.output);
    assert.match(
      said[1]?.output ?? '',
      new RegExp(`^/srv/cmp/releases/[\\d.]+-${older.slice(0, 7)}$`, 'm'),
    );
    assert.match(said[2]?.output ?? '', new RegExp(`^[\\d.]+-${older.slice(0, 7)}\n`));
  });
  await check('installs what was built, with its own steps and units', async () => {
    const { code, output } = await machine.exec(command, { env });
    assert.equal(code, 0, output);
    const { status, body } = await openBrowser(machine).call('GET', '/api/health');
    assert.equal(status, 200);
    assert.equal(body.ok, true);
  });
  await check('changes nothing when it is run again', async () => {
    const { code, output } = await machine.exec(command, { env });
    assert.equal(code, 0, output);
    assert.match(output, /^Nothing changed\.$/m, output);
  });
}

/** @param {string} root */
function lastBeforeTheBuilder(root) {
  const first = git(root, 'log', '--reverse', '--format=%H', '--', 'scripts/release/bundle.mjs');
  return git(root, 'rev-parse', `${first.split('\n')[0]}^`);
}

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function git(cwd, ...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Refused(`git ${args[0]} failed: ${stderr}`);
  return stdout.trim();
}
