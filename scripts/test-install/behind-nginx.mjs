// What nginx lets through to an installed portal, what it keeps from it, and what it makes of it.
import assert from 'node:assert/strict';

const CURL = 'curl -sS --cacert /root/root.pem --cookie /root/jar --cookie-jar /root/jar';
const SITE = 'https://portal.test';

/**
 * @param {{
 *   machine: import('./machine.mjs').Machine,
 *   must: (command: string) => Promise<string>,
 *   check: import('./checks.mjs').Sheet['check'],
 *   oneTimePassword: string,
 * }} place
 */
export async function checkProxy({ machine, must, check, oneTimePassword }) {
  const status = async (/** @type {string} */ path, args = '') =>
    (await must(`${CURL} -o /dev/null -w '%{http_code}' ${args} '${SITE}${path}'`)).trim();

  await check('sends http to https, but the authority’s challenges', async () => {
    const answer = await must('curl -sSi http://portal.test/users?page=2');
    assert.match(answer, /^HTTP\/1\.1 301[\s\S]*Location: https:\/\/portal\.test\/users\?page=2/i);
    await must(
      'echo shown >/var/www/cmp-acme/x && install -D /var/www/cmp-acme/x /var/www/cmp-acme/.well-known/acme-challenge/x',
    );
    assert.equal(await must('curl -sS http://portal.test/.well-known/acme-challenge/x'), 'shown');
  });
  await check('says HSTS once, and speaks nothing older than TLS 1.2', async () => {
    const answer = await must(`${CURL} -i ${SITE}/`);
    assert.equal(answer.match(/^strict-transport-security:/gim)?.length, 1, answer);
    const { code } = await machine.exec(
      `${CURL} --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 -o /dev/null ${SITE}/`,
    );
    assert.notEqual(code, 0);
  });
  await check('keeps /metrics and /internal to the machine', async () => {
    const paths = ['/metrics', '/internal/ready', '/internal/bot/act', '//metrics', '/%6detrics'];
    for (const path of paths) assert.equal(await status(path), '404', path);
    assert.match(await must('curl -sS http://127.0.0.1:3001/metrics'), /^cmp_/m);
  });
  await check('leaves no query in its log', async () => {
    await status('/setup?token=one-time-link');
    const log = machine.read('/var/log/nginx/cmp.access.log');
    assert.match(log, /"GET \/setup HTTP/);
    assert.doesNotMatch(log, /one-time-link/);
  });
  await check('tells the address that asks, whatever it says it is', async () => {
    await must('ip address add 10.7.0.1/32 dev lo');
    const forged = [
      'X-Forwarded-For: 203.0.113.9',
      'X-Real-IP: 203.0.113.9',
      'Forwarded: for=203.0.113.9',
    ]
      .map((header) => `-H '${header}'`)
      .join(' ');
    const signIn = { username: 'sam', password: oneTimePassword };
    const from = `--interface 10.7.0.1 ${forged}`;
    assert.equal(await status('/api/auth/login', `${from} ${sending(signIn)}`), '200');
    const change = { currentPassword: oneTimePassword, newPassword: `${oneTimePassword} and on` };
    assert.equal(await status('/api/auth/password', sending(change)), '200');
    const { items } = JSON.parse(await must(`${CURL} ${SITE}/api/auth/sign-ins`));
    assert.equal(items[0].ip, '10.7.0.1');
  });
  await check('hands out cookies that are for https alone', () => {
    assert.match(machine.read('/root/jar'), /TRUE\t\d+\t__Host-cmp_access/);
  });
  await check(
    'lets a workbook through at the portal’s limit, and refuses more in words',
    async () => {
      const made = await must(`${CURL} ${sending({ name: 'one' })} ${SITE}/api/servers`);
      const send = (/** @type {number} */ bytes) =>
        must(
          `head -c ${bytes} /dev/zero >/root/file; ${CURL} -H 'origin: ${SITE}' -F file=@/root/file -w ' %{http_code}' ${SITE}/api/servers/${JSON.parse(made).id}/users/import`,
        );
      // It came whole, and is no workbook.
      const whole = await send(20_000_000);
      assert.doesNotMatch(whole, / 413$/);
      assert.match(whole, /"code":"file_/);
      assert.match(await send(20_500_000), /"code":"file_too_large".* 413$/);
      assert.match(await send(30_000_000), /"code":"payload_too_large".* 413$/);
    },
  );
  await check('limits sign-ins from one address, in the portal’s words', async () => {
    const said = await must(
      `for i in $(seq 60); do ${CURL} -o /tmp/said -D /tmp/head -w '%{http_code}\\n' ${sending({})} ${SITE}/api/auth/login; grep '"requestId":"[0-9a-f]\\{32\\}"' /tmp/said && cat /tmp/head && break; done; true`,
    );
    assert.match(said, /429[\s\S]*"code":"rate_limited"[\s\S]*Retry-After: 30/i);
    assert.equal(await status('/api/health'), '200');
  });
  await check('passes on as it comes what is sent in pieces', async () => {
    const node = '/srv/cmp/current/node_modules/.bin/node';
    await must('systemctl stop cmp-api');
    machine.write(
      '/root/pieces.mjs',
      `import { createServer } from 'node:http';
      createServer((request, response) => {
        // Until the connection ends: nginx sees pieces, and not where one is whole.
        response.useChunkedEncodingByDefault = false;
        response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' }).write('data: first\\n\\n');
        setTimeout(() => response.end('data: last\\n\\n'), 3000);
      }).listen(3001, '127.0.0.1');`,
    );
    await must(`systemd-run --unit=pieces ${node} /root/pieces.mjs && sleep 1`);
    try {
      const { output } = await machine.exec(`timeout 1.5 ${CURL} -N ${SITE}/api/events`);
      assert.match(output, /data: first/);
      assert.doesNotMatch(output, /data: last/);
    } finally {
      await must('systemctl stop pieces; systemctl start cmp-api');
    }
  });
  await check('says in the portal’s words that the portal is away', async () => {
    await must('systemctl stop cmp-api');
    const answer = await must(`${CURL} -i ${SITE}/api/health; systemctl start cmp-api`);
    assert.match(answer, /^HTTP\/2 503[\s\S]*"code":"unavailable"/);
  });
}

/** @param {object} body */
function sending(body) {
  return `-H 'origin: ${SITE}' -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
}
