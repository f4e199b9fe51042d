import fs, { chmodSync, mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { readConfig } from '#config.ts';
import { certificateFor } from '#test/certificates.ts';
import { programs, test } from '#test/doctor-fixtures.ts';

describe('cmp doctor, of the machine,', () => {
  test('warns whoever is root', async ({ examine }) => {
    vi.mocked(process.getuid ?? expect.fail()).mockReturnValue(0);

    expect((await examine()).of('account')).toEqual([
      expect.stringMatching(/^warn \| this is root.* \| Run the portal and this command as an/),
    ]);
  });

  test('warns of little memory', async ({ examine }) => {
    vi.spyOn(os, 'totalmem').mockReturnValue(512 * 1024 ** 2);

    expect((await examine()).of('memory')).toEqual([
      expect.stringMatching(/^warn \| 0\.5 GB in all \| Give it a gigabyte/),
    ]);
  });

  test('warns of few files that may be open', async ({ examine }) => {
    const { readFileSync } = fs;
    vi.spyOn(fs, 'readFileSync').mockImplementation((file, ...rest) =>
      file === '/proc/self/limits'
        ? 'Max open files            1024                 1024                 files'
        : readFileSync(file, ...rest),
    );

    expect((await examine()).of('open files')).toEqual([
      expect.stringMatching(/^warn \| at most 1024 \| Raise the hard limit/),
    ]);
  });

  test('warns of a clock that nothing sets, and is silent where nothing can say', async ({
    examine,
  }) => {
    programs({ timedatectl: 'echo no' });
    const unset = await examine();
    programs({ timedatectl: 'echo there is no bus >&2; exit 1' });
    const unknown = await examine();

    expect(unset.of('ntp')).toEqual([
      expect.stringMatching(/^warn \| nothing sets the clock.* \| Run: timedatectl set-ntp true/),
    ]);
    expect(unknown.of('ntp')).toEqual([]);
  });

  test('reports another Node than was tried, and one that is too old', async ({ examine }) => {
    vi.spyOn(process, 'version', 'get').mockReturnValue('v24.0.1');
    const other = await examine();
    vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, node: '22.1.0' });
    const old = await examine();

    expect(other.of('node')).toEqual([
      expect.stringMatching(/^warn \| v24\.0\.1, and this release was tried with v24/),
    ]);
    expect(old.of('node')).toEqual([expect.stringMatching(/^bad \| .* is too old \| Run it by/)]);
  });

  test.for([
    ['0.3', { bavail: 300_000, bsize: 1024 }, 'bad'],
    ['1.2', { bavail: 1_258_291, bsize: 1024 }, 'warn'],
  ] as const)('reports %s GB of room', async ([says, room, state], { examine, dataDir }) => {
    vi.spyOn(fs, 'statfsSync').mockReturnValue({ ...statfsSync('/'), ...room });

    expect((await examine()).of('disk')).toEqual([
      `${state} | ${says} GB free for ${dataDir} | Make room: a full disk stops the database.`,
    ]);
  });

  test.for([
    [{ files: 1000, ffree: 10 }, 'bad'],
    [{ files: 1000, ffree: 50 }, 'warn'],
    [{ files: 0, ffree: 0 }, 'ok'],
  ] as const)('judges inodes: %o is %s', async ([inodes, state], { examine }) => {
    vi.spyOn(fs, 'statfsSync').mockReturnValue({ ...statfsSync('/'), ...inodes });

    expect((await examine()).states).toMatchObject({ inodes: state, disk: 'ok' });
  });

  test('reports data that everybody may write, and files that others may read', async ({
    examine,
    dataDir,
  }) => {
    chmodSync(dataDir, 0o777);
    const environment = join(dataDir, '.env');
    writeFileSync(environment, '', { mode: 0o644 });
    const { existsSync, statSync } = fs;
    const isAsked = (file: unknown) => String(file).endsWith('/.env');
    vi.spyOn(fs, 'existsSync').mockImplementation((file) => isAsked(file) || existsSync(file));
    vi.spyOn(fs, 'realpathSync').mockReturnValue(environment);
    vi.spyOn(fs, 'statSync').mockImplementation((file, options) =>
      statSync(isAsked(file) ? environment : file, options),
    );

    const report = await examine();

    expect(report.of('data')).toEqual([
      `bad | ${dataDir} can be written by everybody | Run: chmod o-w ${dataDir}`,
    ]);
    expect(report.of('.env')).toEqual([
      `bad | ${environment} has mode 0644 | Run: chmod 600 ${environment}`,
    ]);
    expect(report.exitCode).toBe(1);
  });

  test('reports a log for fail2ban that cannot be written', async ({ examine, dataDir }) => {
    const missing = join(dataDir, 'no', 'auth.log');

    const before = await examine({ AUTH_LOG_PATH: missing });
    mkdirSync(join(dataDir, 'no'));
    const after = await examine({ AUTH_LOG_PATH: missing });

    expect(before.of('auth log')).toEqual([
      expect.stringMatching(/^bad \| .*auth\.log cannot be written.* \| Make its folder/),
    ]);
    expect(after.states).toMatchObject({ 'auth log': 'ok' });
  });

  test('reports units that failed or were altered, and passes over those not wanted', async ({
    examine,
  }) => {
    const unit = (id: string, active: string, file: string, reload = 'no') =>
      `Id=${id}\nLoadState=loaded\nActiveState=${active}\nUnitFileState=${file}\nNeedDaemonReload=${reload}\n`;
    const said = [
      unit('cmp-api.service', 'active', 'enabled'),
      unit('cmp-worker.service', 'failed', 'enabled'),
      unit('cmp-telegram-bot.service', 'active', 'enabled', 'yes'),
      unit('cmp-snapshot.timer', 'inactive', 'disabled'),
      'Id=cmp-helper.socket\nLoadState=not-found\nActiveState=inactive\n',
    ];
    programs({ systemctl: `cat <<'END'\n${said.join('\n')}\nEND` });

    const report = await examine();

    expect(report.of('service')).toEqual([
      'ok | cmp-api.service is active',
      'bad | cmp-worker.service is failed | See: journalctl -u cmp-worker.service -n 50. Then: systemctl restart cmp-worker.service',
      expect.stringMatching(/^warn \| the file of cmp-telegram-bot\.service was altered/),
      'ok | cmp-snapshot.timer is not wanted',
    ]);
    expect(report.exitCode).toBe(1);
  });
});

describe('cmp doctor, of how the portal is set up,', () => {
  test.for([
    ['0.0.0.0/0', {}, /^bad \| TRUSTED_PROXIES trusts everybody/],
    ['10.0.0.1,::/0', {}, /^bad \| TRUSTED_PROXIES trusts everybody \(::\/0\)/],
    ['proxy.example.net', {}, /^bad \| TRUSTED_PROXIES names proxy\.example\.net/],
    ['10.0.0.0/33', {}, /^bad \| TRUSTED_PROXIES names 10\.0\.0\.0\/33/],
    [
      '127.0.0.1',
      {},
      /^warn \| the proxy is on this machine, and the portal listens on 0\.0\.0\.0/,
    ],
    ['127.0.0.1', { HOST: '127.0.0.1' }, /^ok \| trusted: 127\.0\.0\.1$/],
    ['', { HOST: '127.0.0.1', DOMAIN_NAME: 'no.such.invalid' }, /^warn \| only a proxy can reach/],
    ['10.0.0.0/8,loopback', {}, /^ok \| trusted/],
    ['', {}, /^ok \| none is trusted$/],
  ] as const)('judges the proxies: %s, %o', async ([proxies, more, says], { examine }) => {
    const report = await examine({ TRUSTED_PROXIES: proxies, ...more });

    expect(report.of('proxies')).toEqual([expect.stringMatching(says)]);
  });

  test('judges the files that TLS is spoken by', async ({ examine, dataDir }) => {
    const files = {
      TLS_CERT_FILE: join(dataDir, 'tls.pem'),
      TLS_KEY_FILE: join(dataDir, 'tls.key'),
    };
    const serve = (days: number, mode = 0o640) => {
      const { cert, key } = certificateFor('localhost', days);
      writeFileSync(files.TLS_CERT_FILE, cert);
      writeFileSync(files.TLS_KEY_FILE, key);
      chmodSync(files.TLS_KEY_FILE, mode);
    };

    const missing = await examine(files);
    serve(40);
    const fine = await examine(files);
    serve(40, 0o644);
    const open = await examine(files);
    serve(20);
    const ending = await examine(files);
    serve(5);
    const critical = await examine(files);
    writeFileSync(files.TLS_KEY_FILE, certificateFor('localhost', 5).key);
    const foreign = await examine(files);

    expect(missing.of('tls files')).toEqual([
      expect.stringMatching(/^bad \| TLS_CERT_FILE names a file that is not there/),
    ]);
    expect(fine.of('tls files')).toEqual([
      expect.stringMatching(/^ok \| 39 days are left of the one for DNS:localhost/),
    ]);
    expect(open.of('tls files')).toEqual([
      `bad | everybody may read ${files.TLS_KEY_FILE} | Run: chmod o-rwx ${files.TLS_KEY_FILE}`,
    ]);
    expect(ending.states).toMatchObject({ 'tls files': 'warn' });
    expect(critical.of('tls files')).toEqual([
      expect.stringMatching(/^bad \| 4 days.* \| Renew it/),
    ]);
    expect(foreign.of('tls files')).toEqual([
      expect.stringMatching(/^bad \| TLS_KEY_FILE is not the key of the certificate/),
    ]);
  });

  test('warns of secrets that were typed', async ({ examine }) => {
    const typed = await examine({
      METRICS_TOKEN: 'a1b2a1b2a1b2a1b2',
      JWT_SECRET: 'correct horse battery staple and more 1234',
    });
    const drawn = await examine({ METRICS_TOKEN: '3f9c04b7d1e85a62' });

    expect(typed.of('secrets')).toEqual([
      'warn | JWT_SECRET, METRICS_TOKEN can be guessed | Draw it: openssl rand -hex 32',
    ]);
    expect(drawn.states).toMatchObject({ secrets: 'ok' });
  });

  test.for([
    ['silent', 'warn'],
    ['trace', 'warn'],
    ['warn', 'ok'],
  ] as const)('judges the log: level %s is %s', async ([level, state], { examine }) => {
    expect((await examine({ LOG_LEVEL: level })).states).toMatchObject({ log: state });
  });

  test('tells an old process that still runs from this release', async ({
    startInstance,
    examine,
  }) => {
    const versions = { ...readConfig({}).versions, gitSha: 'a1b2c3d4' };
    const app = await startInstance({ versions });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const running = { PORT: new URL(app.listeningOrigin).port };

    const report = await examine({ ...running, GIT_SHA: 'ffffffff' });

    expect(report.of('portal')).toEqual([
      expect.stringMatching(/^warn \| .* \(a1b2c3d\) answers, this is .* \(fffffff\) \| Start/),
    ]);
  });
});
