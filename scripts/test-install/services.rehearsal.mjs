// The services of an installed portal under a systemd that boots: readiness, the end of a process that hangs, and the
// helper that does what only root may.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bootMachine } from '#scripts/test-install/machine.mjs';
import { makeRelease } from '#scripts/test-install/release.mjs';

const SERVICES = ['cmp-api', 'cmp-worker', 'cmp-telegram-bot'];
const NODE = '/srv/cmp/current/node_modules/.bin/node';
const PANEL = 'http://127.0.0.1:3001/api';
const RENEWAL = '/srv/cmp/current/scripts/linux/renew-certificate.sh';
const CERTIFICATE = '/etc/letsencrypt/live/cmp';

/** @param {{ root: string, check: import('./checks.mjs').Sheet['check'] }} rehearsal */
export async function rehearse({ root, check }) {
  const release = makeRelease(root);
  const machine = await bootMachine({ packages: ['postgresql', 'openssl', 'git'] });
  fs.cpSync(release.folder, path.join(machine.root, '/media/release'), { recursive: true });
  for (const script of ['bootstrap.sh', 'install.sh'])
    fs.copyFileSync(
      path.join(root, 'scripts', script),
      path.join(machine.root, '/media/release', script),
    );
  const installed = await machine.exec(
    `bash /media/release/bootstrap.sh --bundle /media/release/${release.file} --unattended`,
    { env: { CMP_ADMIN_USERNAME: 'sam' } },
  );
  assert.equal(installed.code, 0, installed.output);
  const oneTimePassword = /One-time password: (\S+)/.exec(installed.output)?.[1] ?? '';

  await check('stops each service in order, and starts it ready', async () => {
    for (const service of SERVICES) {
      const { output } = await machine.exec(
        `systemctl stop ${service} && systemctl show -p Result -p ExecMainStatus ${service} && systemctl start ${service}`,
      );
      assert.match(output, /Result=success/);
      assert.match(output, /ExecMainStatus=0/);
    }
    assert.match((await machine.exec(`curl -fsS ${PANEL}/health`)).output, /"ok":true/);
  });

  await check('ends an API that stands still, and starts it again', async () => {
    const before = await pidOf('cmp-api');
    await machine.exec(`kill -STOP ${before}`);
    await until(60, async () => {
      const { output } = await machine.exec('systemctl is-active cmp-api');
      return output.trim() === 'active' && (await pidOf('cmp-api')) !== before;
    });
    assert.match(await journal('cmp-api'), /Watchdog timeout/);
  });

  await check('lets the bot see neither the settings nor the data', async () => {
    const pid = await pidOf('cmp-telegram-bot');
    const { output } = await machine.exec(
      `tr '\\0' '\\n' </proc/${pid}/environ | cut -d= -f1; nsenter -t ${pid} -m -- ls /var/lib/cmp; nsenter -t ${pid} -m -- wc -c /srv/cmp/.env`,
    );
    assert.match(output, /^BOT_SERVICE_TOKEN$/m);
    assert.doesNotMatch(output, /DATABASE|SECRET|keys/);
    assert.match(output, /^0 \/srv\/cmp\/\.env$/m);
  });

  await check('refuses whatever is not a verb, and logs it', async () => {
    const refused = [
      '',
      'status',
      'STATUS\n',
      ' status\n',
      'restart-api; id\n',
      'status\nstatus\n',
    ];
    for (const text of [...refused, '$(id)\n', '\xff\xfe\n', '\0status\n', `${'a'.repeat(65)}\n`])
      assert.match(await ask(text), /^refused /, JSON.stringify(text));
    assert.match(await journal('cmp-helper@*'), /Refused, no such verb: \$'restart-api; id\\n'/);
  });

  await check('lets no other account call', async () => {
    assert.match(await ask('status\n', { account: 'postgres' }), /EACCES/);
    assert.match(await ask('status\n', { account: 'nobody' }), /EACCES/);
  });

  await check('serves two at once, eight of a hundred, and then the next', async () => {
    const both = (await ask('status\n', { calls: 2 })).match(/^ok status$/gm) ?? [];
    assert.equal(both.length, 2);
    const many = (await ask('status\n', { calls: 100 })).match(/^ok status$/gm) ?? [];
    assert.ok(many.length >= 8 && many.length < 100, `${many.length} were served`);
    assert.match(await ask('status\n'), /^cmp-worker active running success \d+$/m);
    assert.match((await machine.exec('systemctl is-active cmp-helper.socket')).output, /^active/);
  });

  await check(
    'restarts what is being restarted already, and not what was switched off',
    async () => {
      for (let time = 0; time < 3; time += 1) assert.match(await ask('restart-worker\n'), /^ok /);
      await until(30, async () =>
        / active running /.test(await ask('status\n', { of: 'cmp-worker' })),
      );
      await machine.exec('systemctl disable --now --quiet cmp-telegram-bot');
      assert.match(await ask('restart-bot\n'), /^failed .*switched off/);
      await machine.exec('systemctl enable --now --quiet cmp-telegram-bot');
    },
  );

  await check(
    'renews only where there is a certificate, by what root alone can alter',
    async () => {
      assert.match(await ask('certificate-renew\n'), /^failed certbot keeps no certificate/);
      await machine.exec(`install -d -m 0700 ${CERTIFICATE} && touch ${CERTIFICATE}/fullchain.pem`);
      await machine.exec(`chown cmp ${RENEWAL}`);
      assert.match(
        await ask('certificate-renew\n'),
        /^failed .*can be altered by others than root/,
      );
      await machine.exec(`chown root ${RENEWAL} && chmod g+w /srv/cmp/current/scripts`);
      assert.match(
        await ask('certificate-renew\n'),
        /^failed .*can be altered by others than root/,
      );
      await machine.exec('chmod g-w /srv/cmp/current/scripts');
      assert.match(await ask('certificate-renew\n'), /^ok /);
    },
  );

  await check('restarts the API from the panel, which answers first', async () => {
    const before = await pidOf('cmp-api');
    const password = 'harbour-lantern-tide-42';
    const { output } = await machine.exec(
      [
        post('/auth/login', { username: 'sam', password: oneTimePassword }),
        post('/auth/password', { currentPassword: oneTimePassword, newPassword: password }),
        post('/system/host/restart-api', { password: 'wrong' }),
        post('/system/host/restart-api', { password }),
      ].join('\n'),
    );
    assert.deepEqual(output.match(/\[\d+\]/g), ['[200]', '[200]', '[403]', '[202]'], output);
    await until(30, async () => {
      const { code } = await machine.exec(`curl -fsS ${PANEL}/health`);
      return code === 0 && (await pidOf('cmp-api')) !== before;
    });
    assert.match(await journal('cmp-api'), /"event":"authz_admin","act":"restart-api"/);
  });

  /** @param {string} unit */
  async function pidOf(unit) {
    return (await machine.exec(`systemctl show -p MainPID --value ${unit}`)).output.trim();
  }

  /** @param {string} unit */
  async function journal(unit) {
    return (await machine.exec(`journalctl --no-pager -o cat -u '${unit}'`)).output;
  }

  /**
   * What the helper answers, or why it cannot be reached.
   * @param {string} text
   * @param {{ account?: string, calls?: number, of?: string }} [options] `of`: only the line of this unit
   */
  async function ask(text, { account = 'cmp', calls = 1, of = '' } = {}) {
    const { output } = await machine.exec(`runuser -u ${account} -- ${NODE} -e "$CALLER"`, {
      env: { CALLER: caller, SENT: Buffer.from(text, 'latin1').toString('hex'), CALLS: `${calls}` },
    });
    return of === '' ? output : (output.split('\n').find((line) => line.startsWith(of)) ?? '');
  }
}

const caller = `
const net = require('node:net');
for (let call = 0; call < Number(process.env.CALLS); call += 1) {
  const socket = net.connect({ path: '/run/cmp/helper.sock', allowHalfOpen: true });
  let said = '';
  socket.on('data', (chunk) => { said += chunk; });
  socket.on('error', (error) => { said ||= error.code + '\\n'; });
  socket.on('close', () => process.stdout.write(said));
  socket.end(Buffer.from(process.env.SENT, 'hex'));
  socket.on('end', () => socket.destroy());
}
`;

/**
 * @param {string} address
 * @param {object} body
 */
function post(address, body) {
  const headers = "-H 'origin: http://127.0.0.1:3001' -H 'content-type: application/json'";
  return `curl -sS -b /tmp/jar -c /tmp/jar ${headers} -w ' [%{http_code}]\\n' -d '${JSON.stringify(body)}' ${PANEL}${address}`;
}

/**
 * @param {number} seconds
 * @param {() => Promise<boolean>} holds
 */
async function until(seconds, holds) {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `It was not so within ${seconds} seconds.`);
    await sleep(1000);
  }
}
