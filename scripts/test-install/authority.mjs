// A certificate authority in a machine without network: Debian's pebble, with a name server of its own.
import assert from 'node:assert/strict';

/** What the machine must be able to install. */
export const authorityPackages = ['pebble', 'openssl'];
/** What asks it: the directory, and who vouches for the address of it. */
export const authorityEnv = {
  CMP_ACME_SERVER: 'https://localhost:14000/dir',
  REQUESTS_CA_BUNDLE: '/etc/pebble/ca.pem',
};

/**
 * Installs and starts it; every name leads to the machine itself.
 * @param {import('./machine.mjs').Machine} machine
 */
export async function startAuthority(machine) {
  machine.write('/etc/pebble/pebble.json', JSON.stringify(settings, undefined, 2));
  for (const [unit, command] of Object.entries(units)) machine.write(unit, unitOf(command));
  const { code, output } = await machine.exec(
    `set -e
    apt-get install -y --no-install-recommends ${authorityPackages.join(' ')} >/dev/null
    cd /etc/pebble
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=directory -days 9 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -keyout key.pem -out csr -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
    openssl x509 -req -in csr -out cert.pem -CA ca.pem -CAkey ca.key -copy_extensions copy -days 9 2>/dev/null
    systemctl daemon-reload
    systemctl start pebble-names pebble`,
    { env: { DEBIAN_FRONTEND: 'noninteractive' } },
  );
  assert.equal(code, 0, output);
}

/** The root of what it issues, made anew at each of its starts: for who is to believe its certificates. */
export const rootOfAuthority =
  'curl -sS --retry 20 --retry-connrefused --retry-delay 1 --cacert /etc/pebble/ca.pem https://localhost:15000/roots/0';

const settings = {
  pebble: {
    ...{ listenAddress: '127.0.0.1:14000', managementListenAddress: '127.0.0.1:15000' },
    ...{ certificate: '/etc/pebble/cert.pem', privateKey: '/etc/pebble/key.pem' },
    ...{ httpPort: 80, tlsPort: 443, ocspResponderURL: '', externalAccountBindingRequired: false },
  },
};

const units = {
  '/etc/systemd/system/pebble-names.service':
    'pebble-challtestsrv -http01 "" -https01 "" -tlsalpn01 "" -dns01 127.0.0.1:8053 -management 127.0.0.1:8055 -defaultIPv6 ""',
  '/etc/systemd/system/pebble.service':
    'pebble -config /etc/pebble/pebble.json -dnsserver 127.0.0.1:8053',
};

/** @param {string} command */
function unitOf(command) {
  return `[Service]\nEnvironment=PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 PEBBLE_AUTHZREUSE=0\nExecStart=/usr/bin/${command}\n`;
}
