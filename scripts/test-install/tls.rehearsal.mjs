// The portal as it is installed with a domain: by TLS of its own, then on another machine behind nginx. Certificates
// come from pebble, by the installer; each is renewed under a client that stays connected.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  authorityEnv,
  authorityPackages,
  rootOfAuthority,
  startAuthority,
} from '#scripts/test-install/authority.mjs';
import { checkProxy } from '#scripts/test-install/behind-nginx.mjs';
import { bootMachine } from '#scripts/test-install/machine.mjs';
import { makeRelease } from '#scripts/test-install/release.mjs';

const PACKAGES = ['postgresql', 'git', ...authorityPackages, 'nginx', 'certbot', 'logrotate'];
/** A machine whose processors others use too takes its time. */
const SHOWN_MS = 30_000;
const MEDIUM = '/media/release';

/** @param {{ root: string, check: import('./checks.mjs').Sheet['check'] }} rehearsal */
export async function rehearse({ root, check }) {
  await check('TLS of its own', () => withoutNginx(root, check));
  await check('TLS by nginx', () => behindNginx(root, check));
}

/**
 * @param {string} root
 * @param {import('./checks.mjs').Sheet['check']} check
 */
async function withoutNginx(root, check) {
  const { machine, must, install } = await machineWithAuthority(root);
  const env = { CMP_PORT: '443' };

  await check('is installed with a certificate, which the portal shows by itself', async () => {
    const { code, output } = await install(env);
    assert.equal(code, 0, output);
    await must(`${rootOfAuthority} >/root/root.pem`);
    const answer = await must('curl -sS -i --cacert /root/root.pem https://portal.test/api/health');
    assert.match(answer, /^HTTP\/1\.1 200/);
    assert.match(answer, /strict-transport-security: max-age=31536000/i);
    assert.equal(await must('systemctl is-active cmp-telegram-bot'), 'active');
    assert.match(await must('ss -Hltnp "sport = :3001"'), /127\.0\.0\.1:3001/);
  });
  await check('changes nothing when it is installed again', async () => {
    const { output } = await install(env);
    assert.match(output, /^Nothing changed\.$/m, output);
  });
  await check('is renewed by certbot, and no connection is dropped', () =>
    renewUnderClient({ machine, must }, 'cmp-api', 1),
  );
  await check('tells what became of it in the journal', async () => {
    assert.match(await must('journalctl -u cmp-api -o cat'), /certificate_taken/);
  });
  await machine.stop();
}

/**
 * @param {string} root
 * @param {import('./checks.mjs').Sheet['check']} check
 */
async function behindNginx(root, check) {
  const { machine, must, install } = await machineWithAuthority(root);
  const env = { CMP_ENABLE_NGINX: '1' };
  let oneTimePassword = '';

  await check('is installed behind nginx, which shows the certificate', async () => {
    const { code, output } = await install(env);
    assert.equal(code, 0, output);
    oneTimePassword = /One-time password: (\S+)/.exec(output)?.[1] ?? '';
    await must(`${rootOfAuthority} >/root/root.pem`);
    const answer = await must('curl -sS --cacert /root/root.pem https://portal.test/api/health');
    assert.equal(JSON.parse(answer).ok, true);
  });
  await check('changes nothing when it is installed again', async () => {
    const { output } = await install(env);
    assert.match(output, /^Nothing changed\.$/m, output);
  });
  await checkProxy({ machine, must, check, oneTimePassword });
  // The worker of nginx that shows the former one closes its connections, each between two requests.
  await check('is renewed by certbot, and no request fails', () =>
    renewUnderClient({ machine, must }, 'nginx', 2),
  );
  await machine.stop();
}

/** @param {string} root */
async function machineWithAuthority(root) {
  const release = makeRelease(root);
  const machine = await bootMachine({ packages: PACKAGES });
  fs.cpSync(release.folder, path.join(machine.root, MEDIUM), { recursive: true });
  for (const script of ['bootstrap.sh', 'install.sh', 'test-install/https.guest.mjs'])
    fs.copyFileSync(
      path.join(root, 'scripts', script),
      path.join(machine.root, MEDIUM, path.basename(script)),
    );
  machine.write('/etc/hosts', '127.0.0.1 localhost portal.test\n');
  await startAuthority(machine);
  const must = async (/** @type {string} */ command) => {
    const { code, output } = await machine.exec(command, { env: authorityEnv });
    assert.equal(code, 0, output);
    return output.trim();
  };
  const install = (/** @type {Record<string, string>} */ env) =>
    machine.exec(`bash ${MEDIUM}/bootstrap.sh --bundle ${MEDIUM}/${release.file} --unattended`, {
      env: {
        ...{ ...authorityEnv, CMP_DOMAIN: 'portal.test', CMP_EMAIL: 'sam@portal.test' },
        ...{ CMP_ADMIN_USERNAME: 'sam', ...env },
      },
    });
  return { machine, must, install };
}

/**
 * @param {{ machine: import('./machine.mjs').Machine, must: (command: string) => Promise<string> }} place
 * @param {string} unit the one that shows it, and must not be restarted
 * @param {number} mostConnections
 */
async function renewUnderClient({ machine, must }, unit, mostConnections) {
  const shown = () =>
    must(
      'openssl s_client -connect 127.0.0.1:443 -servername portal.test </dev/null 2>/dev/null | openssl x509 -noout -serial',
    );
  const process = () => must(`systemctl show ${unit} -p MainPID -p NRestarts`);
  const before = { serial: await shown(), process: await process() };
  const client = machine.exec(
    `/srv/cmp/current/node_modules/.bin/node ${MEDIUM}/https.guest.mjs portal.test /root/root.pem /tmp/stop`,
  );
  await must('sleep 2; certbot renew --cert-name cmp --force-renewal --no-random-sleep-on-renew');
  const until = Date.now() + SHOWN_MS;
  while (Date.now() < until && (await shown()) === before.serial) await sleep(200);
  await must('sleep 2; touch /tmp/stop');
  const { output } = await client;
  console.log(`    | ${output.trim()}`);

  const { answers, failures, connections } = JSON.parse(output);
  assert.notEqual(await shown(), before.serial);
  assert.equal(await process(), before.process);
  assert.deepEqual(failures, []);
  assert.ok(answers > 20, output);
  assert.ok(connections <= mostConnections, output);
}
