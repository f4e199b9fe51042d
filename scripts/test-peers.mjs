#!/usr/bin/env node
// `npm run test:peers`: the API's tests on the oldest PostgreSQL the product supports, as Debian 12 ships it, served
// through its PgBouncer in transaction mode, where any use of a session's own state fails; those that read what
// LibreOffice wrote, those that copy to an OpenSSH server, those on volumes that are full, and those that are watched
// by Prometheus and read by fail2ban. WATCH_SECONDS says for how long: 60, or more.
// Then the checkers of what is deployed, as `node scripts/check-deploy.mjs` runs them alone.
// Two throw-away clusters: one that the tests share, and one with passwords and nothing in it.
// What follows the command goes to vitest: `npm run test:peers -- src/database`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installProgram } from './debian.mjs';
import { checkDeploy } from './deploy-checks.mjs';
import { countVitest } from './test-reports.mjs';
import { asCommand, install, onStop, Refused, run } from './toolchain.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const programs = '/usr/lib/postgresql/15/bin';
const isRoot = process.getuid?.() === 0;
const superuserPassword = 'of-a-throw-away-cluster';

/** @type {import('./debian.mjs').Program[]} */
const peers = [
  { file: path.join(programs, 'initdb'), package: 'postgresql-15' },
  { file: '/usr/bin/soffice', package: 'libreoffice-calc-nogui' },
  { file: '/usr/sbin/pgbouncer', package: 'pgbouncer' },
  { file: '/usr/sbin/sshd', package: 'openssh-server' },
  { file: '/usr/bin/promtool', package: 'prometheus' },
  { file: '/usr/bin/fail2ban-regex', package: 'fail2ban' },
  { file: '/usr/sbin/logrotate', package: 'logrotate' },
  { file: '/usr/bin/python3', package: 'python3-minimal' },
  { file: '/usr/bin/systemd-notify', package: 'systemd' },
];

// Linguistic order, unlike the embedded server's code points: what leans on either shows.
const locale = [
  '--encoding=UTF8',
  '--locale=C.UTF-8',
  '--locale-provider=icu',
  '--icu-locale=en-US',
];
const fastAndUnsafe = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

await asCommand(async () => {
  onStop(() => {
    process.exitCode = 1;
  });
  const toolchain = await install(root);
  const { env } = toolchain;
  for (const program of peers) await installProgram(program, env);
  const shared = makeCluster('trust');
  const empty = makeCluster('scram-sha-256');
  /** @type {Awaited<ReturnType<typeof startPooler>> | undefined} */
  let pooler;
  try {
    for (const cluster of [shared, empty]) cluster.start();
    pooler = await startPooler(shared.directory);
    console.log(`\n${describe(shared.directory)}`);
    const tested = await test({
      ...env,
      TEST_DATABASE_URL: shared.url,
      TEST_EMPTY_DATABASE_URL: empty.url,
      TEST_POOLER_URL: pooler.url,
    });
    const checked = await checkDeploy(toolchain);
    const [passed, failed] = [tested.passed + checked.passed, tested.failed + checked.failed];
    if (failed > 0) process.exitCode = 1;
    console.log(`\n${passed} passed, ${failed} failed`);
  } finally {
    pooler?.stop();
    for (const cluster of [shared, empty]) cluster.remove();
  }
});

/**
 * A cluster in a folder of its own, reached by its socket there alone.
 * @param {'trust' | 'scram-sha-256'} auth
 */
function makeCluster(auth) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-peer-'));
  const data = path.join(directory, 'data');
  const passwordFile = path.join(directory, 'password');
  const settings = ['listen_addresses=', `unix_socket_directories=${directory}`, ...fastAndUnsafe];
  const pgCtl = (/** @type {string[]} */ ...args) => program('pg_ctl', `--pgdata=${data}`, ...args);
  return {
    directory,
    url: `postgres://postgres:${superuserPassword}@localhost/postgres?host=${directory}`,
    start: () => {
      fs.writeFileSync(passwordFile, superuserPassword);
      const account = serverAccount();
      if (account.uid !== undefined)
        for (const entry of [directory, passwordFile])
          fs.chownSync(entry, account.uid, account.gid);
      program(
        'initdb',
        `--pgdata=${data}`,
        '--username=postgres',
        `--auth=${auth}`,
        `--pwfile=${passwordFile}`,
        '--no-sync',
        ...locale,
      );
      // 15's initdb takes no settings.
      const lines = settings.map((setting) => `${setting.replace('=', " = '")}'\n`);
      fs.appendFileSync(path.join(data, 'postgresql.conf'), lines.join(''));
      pgCtl('start', '--wait', `--log=${path.join(directory, 'log')}`);
    },
    remove: () => {
      if (fs.existsSync(path.join(data, 'postmaster.pid'))) pgCtl('stop', '--mode=immediate');
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Debian's PgBouncer before a cluster, in transaction mode, for whichever database is asked for. What it forgets to
 * reset is what the product must not lean on.
 * @param {string} directory
 */
async function startPooler(directory) {
  const port = await freePort();
  const settings = path.join(directory, 'pgbouncer.ini');
  const users = path.join(directory, 'users');
  fs.writeFileSync(users, '"cmp_app" ""\n');
  const lines = [
    ...['[databases]', `* = host=${directory}`, '[pgbouncer]', 'listen_addr = 127.0.0.1'],
    ...[`listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = trust', `auth_file = ${users}`],
    ...['pool_mode = transaction', 'default_pool_size = 4', 'max_client_conn = 1000'],
    // Tests cut the database off and let it back: whoever waits hears of it within a request's time.
    ...['query_wait_timeout = 5', 'server_login_retry = 0.01', 'server_idle_timeout = 5'],
  ];
  fs.writeFileSync(settings, `${lines.join('\n')}\n`);
  const child = spawn('/usr/sbin/pgbouncer', ['-q', settings], {
    ...serverAccount(),
    cwd: '/',
    stdio: ['ignore', 'ignore', fs.openSync(path.join(directory, 'pgbouncer.log'), 'a')],
  });
  return { url: `postgres://127.0.0.1:${port}/cmp`, stop: () => child.kill('SIGTERM') };
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** @param {string} socket */
function describe(socket) {
  const facts = `select 'PostgreSQL ' || current_setting('server_version')
    || ', encoding ' || current_setting('server_encoding')
    || ', collation ' || datcollate || ', provider '
    || case datlocprovider when 'c' then 'libc' else 'icu ' || daticulocale end
    from pg_database where datname = 'postgres'`;
  return program('psql', '-XAt', `--host=${socket}`, '--username=postgres', '--command', facts);
}

/**
 * Runs one of PostgreSQL's programs to its end; it refuses to be root's.
 * @param {string} name
 * @param {string[]} args
 */
function program(name, ...args) {
  const { status, stdout, stderr } = spawnSync(path.join(programs, name), args, {
    ...serverAccount(),
    cwd: '/',
    encoding: 'utf8',
    // The server holds what it inherits: a pipe would never end.
    stdio: ['ignore', name === 'psql' ? 'pipe' : 'ignore', name === 'pg_ctl' ? 'ignore' : 'pipe'],
  });
  if (status !== 0) throw new Refused(`${name} failed (${status}): ${stderr ?? ''}`);
  return stdout?.trim() ?? '';
}

/** @returns {{ uid?: number, gid?: number }} */
function serverAccount() {
  if (!isRoot) return {};
  const idOf = (/** @type {string} */ flag) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: idOf('-u'), gid: idOf('-g') };
}

/** @param {NodeJS.ProcessEnv} env */
async function test(env) {
  const report = path.join(root, '.reports', 'peers.json');
  fs.rmSync(report, { force: true });
  const cwd = path.join(root, 'apps', 'api');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
  const vitest = path.join(cwd, 'node_modules', '.bin', 'vitest');
  const args = [
    'run',
    '--config=vitest.peers.config.ts',
    '--retry=0',
    ...reporters,
    ...process.argv.slice(2),
  ];
  const { code } = await run(vitest, args, { cwd, env });
  return countVitest(report, code);
}
