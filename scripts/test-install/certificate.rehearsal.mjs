// A certificate by certbot from Debian's pebble: by HTTP on port 80 and through nginx, by DNS against a stand-in for
// Cloudflare; what is said and left where it fails; renewals by the hook, alone and by the unit that the panel starts.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  authorityEnv,
  authorityPackages,
  rootOfAuthority,
  startAuthority,
} from '#scripts/test-install/authority.mjs';
import { bootMachine } from '#scripts/test-install/machine.mjs';

const PACKAGES = [...authorityPackages, 'nginx', 'certbot', 'python3-certbot-dns-cloudflare'];
const STEPS = '/media/portal/scripts/linux';
const LIVE = '/etc/letsencrypt/live/cmp/fullchain.pem';

/** @param {{ root: string, check: import('./checks.mjs').Sheet['check'] }} rehearsal */
export async function rehearse({ root, check }) {
  const machine = await bootMachine({ packages: PACKAGES });
  for (const folder of ['scripts/linux', 'deploy'])
    fs.cpSync(path.join(root, folder), path.join(machine.root, 'media/portal', folder), {
      recursive: true,
    });
  machine.write('/etc/hosts', '127.0.0.1 localhost portal.test other.test\n');
  const must = async (/** @type {string} */ command) => {
    const { code, output } = await machine.exec(command, { env: authorityEnv });
    assert.equal(code, 0, output);
    return output.trim();
  };
  const step = (/** @type {string} */ name, /** @type {Record<string, string>} */ env = {}) =>
    machine.exec(`${STEPS}/${name}.sh`, {
      env: { ...authorityEnv, CMP_DOMAIN: 'portal.test', CMP_EMAIL: 'sam@portal.test', ...env },
    });
  const serial = (/** @type {string} */ file = LIVE) =>
    must(`openssl x509 -noout -serial -in ${file}`);
  const traces = () =>
    must(
      `find /etc/letsencrypt /etc/cmp /etc/nginx /var/lib/cmp /var/www -printf '%p %T@ %m %u\\n' 2>/dev/null | sort; systemctl show nginx -p MainPID`,
    );
  /** It must say this one sentence, and leave no certificate and no token. */
  const refused = async (
    /** @type {RegExp} */ sentence,
    /** @type {Record<string, string>} */ env = {},
  ) => {
    const { code, output } = await step('certificate', env);
    assert.equal(code, 1, output);
    const said = output.split('\n').filter((line) => line.startsWith('cmp: '));
    console.log(said.join('\n').replaceAll(/^/gm, '    | '));
    assert.equal(said.length, 1, output);
    assert.match(said[0] ?? '', sentence);
    for (const file of ['/etc/letsencrypt/live/cmp', '/etc/cmp/cloudflare.ini', '/var/lib/cmp/tls'])
      assert.equal(machine.has(file), false, `${file} is there`);
  };

  await must(`${STEPS}/account.sh || useradd --system --user-group --home-dir /var/lib/cmp cmp`);
  await must('install -d -o cmp -g cmp -m 0750 /var/lib/cmp');
  await startAuthority(machine);
  machine.beside([process.execPath, path.join(root, 'scripts/test-install/cloudflare.guest.mjs')]);
  const cloudflare = { CLOUDFLARE_API_URL: 'http://127.0.0.1:8090' };

  await check('says which name has no address', () =>
    refused(/nowhere\.test has no address in DNS/, { CMP_DOMAIN: 'nowhere.test' }),
  );
  await check('says who has port 80', async () => {
    await must(
      'systemd-run --unit=taker pebble-challtestsrv -http01 :80 -https01 "" -tlsalpn01 "" -dns01 "" -management 127.0.0.1:8056 && sleep 1',
    );
    await refused(/Port 80 is taken by pebble-challtes,/);
    await must('systemctl stop taker');
  });
  await check('says that the authority cannot be reached', () =>
    refused(/authority cannot be reached/, { CMP_ACME_SERVER: 'https://localhost:14999/dir' }),
  );
  await check('says that the authority does not reach this machine', async () => {
    const names = 'curl -sS http://127.0.0.1:8055';
    await must(`${names}/add-a -d '{"host":"portal.test","addresses":["192.0.2.1"]}'`);
    try {
      await refused(/authority cannot reach http:\/\/portal\.test \(port 80\)/);
    } finally {
      await must(`${names}/clear-a -d '{"host":"portal.test"}'`);
    }
  });
  await check('says that the token is refused, and keeps it nowhere', () =>
    refused(/Cloudflare refuses the API token/, {
      ...{ ...cloudflare, CMP_CLOUDFLARE_API_TOKEN: 'bad-token' },
    }),
  );
  await check('says that Cloudflare cannot be reached', () =>
    refused(/Cloudflare cannot be reached/, { CMP_CLOUDFLARE_API_TOKEN: 'good-token' }),
  );
  await check('says that a wildcard is proved by DNS alone', () =>
    refused(/\*\.portal\.test is proved by DNS alone/, { CMP_CERT_DOMAINS: '*.portal.test' }),
  );

  await check('falls back to HTTP on port 80 where the token is refused', async () => {
    const { code, output } = await step('certificate', {
      ...{ ...cloudflare, CMP_CLOUDFLARE_API_TOKEN: 'bad-token', CMP_CERT_HTTP_FALLBACK: '1' },
    });
    console.log(output.trim().replaceAll(/^/gm, '    | '));
    assert.equal(code, 0, output);
    assert.match(output, /Cloudflare refuses.*proved by HTTP instead/);
    assert.match(machine.read('/etc/letsencrypt/renewal/cmp.conf'), /authenticator = standalone/);
    assert.equal(machine.has('/etc/cmp/cloudflare.ini'), false);
    assert.equal(
      await must('stat -c "%U:%G %a" /var/lib/cmp/tls /var/lib/cmp/tls/*'),
      'root:cmp 750\nroot:cmp 640\nroot:cmp 640',
    );
  });
  await check('changes nothing when it is run again', async () => {
    const before = await traces();
    const { output } = await step('certificate');
    assert.doesNotMatch(output, /^ {2}\+/m);
    assert.equal(await traces(), before);
  });
  await check('proves a wildcard by DNS, with a token for root alone', async () => {
    const { code, output } = await step('certificate', {
      ...{ ...cloudflare, CMP_CLOUDFLARE_API_TOKEN: 'good-token' },
      ...{ CMP_CERT_DOMAINS: 'portal.test,*.portal.test', CMP_DNS_PROPAGATION_SECONDS: '1' },
    });
    assert.equal(code, 0, output);
    assert.equal(await must('stat -c "%U %a" /etc/cmp/cloudflare.ini'), 'root 600');
    const names = await must(`openssl x509 -noout -ext subjectAltName -in ${LIVE}`);
    assert.match(names, /DNS:portal\.test, DNS:\*\.portal\.test/);
    assert.equal(await serial('/var/lib/cmp/tls/fullchain.pem'), await serial());
  });
  await check('keeps the token that works where a new one does not', async () => {
    const { code } = await step('certificate', {
      ...{ ...cloudflare, CMP_CLOUDFLARE_API_TOKEN: 'bad-token', CMP_CERT_DOMAINS: 'portal.test' },
    });
    assert.equal(code, 1);
    assert.match(machine.read('/etc/cmp/cloudflare.ini'), /= good-token$/m);
    await must('rm -r /etc/letsencrypt /etc/cmp/cloudflare.ini /var/lib/cmp/tls');
  });

  await check('proves the name through nginx, which then shows the certificate', async () => {
    const env = { CMP_ENABLE_NGINX: '1', CMP_PORT: '3001' };
    for (const name of ['certificate', 'nginx']) {
      const { code, output } = await step(name, env);
      console.log(output.trim().replaceAll(/^/gm, '    | '));
      assert.equal(code, 0, output);
    }
    assert.match(machine.read('/etc/letsencrypt/renewal/cmp.conf'), /authenticator = webroot/);
    await must(`${rootOfAuthority} >/root/root.pem`);
    const { output } = await machine.exec(
      'curl -sS --cacert /root/root.pem -o /dev/null -w "%{http_code}" https://portal.test/api/health',
    );
    assert.equal(output, '503');
  });
  await check('changes nothing when both are run again', async () => {
    const before = await traces();
    for (const name of ['certificate', 'nginx']) {
      const { output } = await step(name, { CMP_ENABLE_NGINX: '1' });
      assert.doesNotMatch(output, /^ {2}\+/m, output);
    }
    assert.equal(await traces(), before);
  });
  await check('shows a renewed certificate without a restart of nginx', async () => {
    const before = await must('systemctl show nginx -p MainPID');
    const former = await shown();
    await must('certbot renew --cert-name cmp --force-renewal --no-random-sleep-on-renew');
    await must('sleep 1');
    const now = await shown();
    assert.notEqual(now, former);
    assert.equal(now, await serial());
    assert.equal(await must('systemctl show nginx -p MainPID'), before);
  });
  await check('is renewed also where nginx goes, and where it comes back', async () => {
    const renew = () =>
      must('certbot renew --cert-name cmp --force-renewal --no-random-sleep-on-renew');
    const authenticator = () =>
      /^authenticator = (.*)$/m.exec(machine.read('/etc/letsencrypt/renewal/cmp.conf'))?.[1];
    await must('systemctl stop nginx');
    assert.equal((await step('certificate')).code, 0);
    assert.equal(authenticator(), 'standalone');
    await renew();
    for (const name of ['certificate', 'nginx'])
      assert.equal((await step(name, { CMP_ENABLE_NGINX: '1' })).code, 0);
    assert.equal(authenticator(), 'webroot');
    await renew();
  });
  await check('puts the former configuration back where nginx refuses the new one', async () => {
    const former = machine.read('/etc/nginx/conf.d/cmp.conf');
    machine.write(
      '/etc/nginx/conf.d/other.conf',
      'limit_req_zone $uri zone=cmp_sign_in:3m rate=1r/s;\n',
    );
    const { code, output } = await step('nginx', { CMP_PORT: '3009' });
    console.log(output.trim().replaceAll(/^/gm, '    | '));
    assert.equal(code, 1);
    assert.match(output, /nginx refuses the configuration, and the former one is back/);
    assert.equal(machine.read('/etc/nginx/conf.d/cmp.conf'), former);
    assert.equal(await must('ls /etc/nginx/conf.d'), 'cmp.conf\nother.conf');
    await must('rm /etc/nginx/conf.d/other.conf');
  });
  await check('is renewed by the unit that the panel starts, when it is due', async () => {
    await must(
      `install -d /srv/cmp && ln -sfn /media/portal /srv/cmp/current && cp /media/portal/deploy/systemd/cmp-certificate-renew.service /etc/systemd/system/ && systemctl daemon-reload
      mkdir -p /etc/systemd/system/cmp-certificate-renew.service.d
      printf '[Service]\\nEnvironment=REQUESTS_CA_BUNDLE=/etc/pebble/ca.pem\\n' >/etc/systemd/system/cmp-certificate-renew.service.d/test.conf; systemctl daemon-reload`,
    );
    const run = () =>
      must(
        'systemctl start cmp-certificate-renew; journalctl -u cmp-certificate-renew -n 20 -o cat',
      );
    const former = await serial();
    assert.match(await run(), /The certificate is not due/);
    assert.equal(await serial(), former);
    await must(`sed -i '1i renew_before_expiry = 3650 days' /etc/letsencrypt/renewal/cmp.conf`);
    assert.match(await run(), /The certificate is renewed/);
    assert.notEqual(await serial(), former);
    await must('sleep 1');
    assert.equal(await shown(), await serial());
  });
  await machine.stop();

  function shown() {
    return must(
      'openssl s_client -connect 127.0.0.1:443 -servername portal.test </dev/null 2>/dev/null | openssl x509 -noout -serial',
    );
  }
}
