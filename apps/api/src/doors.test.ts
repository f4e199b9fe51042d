import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';
import { connect as connectPlainly } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { Health } from '@cmp/shared/health';
import { describe, expect, inject, vi } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { certificateAuthority } from '#test/certificates.ts';
import { test as base } from '#test/fixtures.ts';
import { freePort } from '#test/free-port.ts';
import { password } from '#test/given.ts';
import { rolePassword } from '#test/global-setup.ts';

const entry = join(import.meta.dirname, 'main.ts');
const name = 'portal.test';
const longer = { timeout: 60_000 };
const soon = { timeout: 20_000, interval: 50 };
/** Before the files are looked at unasked. */
const atOnce = { timeout: 4_000, interval: 50 };

const test = base
  .extend('dataDir', async ({}, { onCleanup }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
    onCleanup(() => rmSync(dataDir, { recursive: true, force: true }));
    return dataDir;
  })
  /** The API as an init system runs it, with a certificate; its answer is there when it listens, or has ended. */
  .extend('startApi', async ({ dataDir, database }, { onCleanup }) => {
    const started: ChildProcess[] = [];
    onCleanup(() => {
      for (const api of started) api.kill('SIGKILL');
    });
    return async (
      files: { cert?: Buffer | string; key?: Buffer | string } = {},
      more: NodeJS.ProcessEnv = {},
    ) => {
      const place = { certFile: join(dataDir, 'fullchain.pem'), keyFile: join(dataDir, 'key.pem') };
      const put = (next: typeof files) => {
        if (next.cert !== undefined) replace(place.certFile, next.cert);
        if (next.key !== undefined) replace(place.keyFile, next.key);
      };
      put(files);
      const [port, localPort] = [await freePort(), await freePort()];
      const api = fork(entry, {
        env: {
          ...{ DATA_DIR: dataDir, PORT: String(port), HOST: '127.0.0.1', WORK: 'off' },
          ...{ TLS_CERT_FILE: place.certFile, TLS_KEY_FILE: place.keyFile },
          ...{ LOCAL_PORT: String(localPort), LOG_LEVEL: 'info' },
          DATABASE_URL: urlAs(inject('postgresUrl'), 'cmp_app', rolePassword, database),
          ...more,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      started.push(api);
      let output = '';
      for (const stream of [api.stdout, api.stderr])
        stream?.on('data', (chunk) => {
          output += chunk;
        });
      const ended = once(api, 'close');
      await Promise.race([once(api, 'message'), ended]);
      const local = `http://127.0.0.1:${localPort}`;
      return { api, port, local, put, place, ended, read: () => output };
    };
  });

describe('the portal that speaks TLS itself', () => {
  test(
    'binds its cookies to https, whatever a header says, and serves this machine plainly',
    longer,
    async ({ startApi, given }) => {
      const authority = certificateAuthority();
      const { port, local } = await startApi(authority.issue(name));
      await given.account({ username: 'sam' });
      const signIn = JSON.stringify({ username: 'sam', password });
      const json = { 'content-type': 'application/json' };

      const session = await ask(port, authority.cert, '/api/auth/login', signIn, {
        ...{ ...json, origin: `https://${name}`, host: name, 'x-forwarded-proto': 'http' },
      });
      const here = await fetch(`${local}/api/auth/login`, {
        method: 'POST',
        headers: { ...json, origin: local, 'x-forwarded-proto': 'https' },
        body: signIn,
      });

      expect(session.status).toBe(200);
      expect(session.headers['set-cookie']).toEqual([
        expect.stringMatching(/^__Host-cmp_access=.*; Secure/),
        expect.stringMatching(/^__Secure-cmp_refresh=.*; Secure/),
      ]);
      expect(session.headers['strict-transport-security']).toBe('max-age=31536000');
      expect(here.status).toBe(200);
      expect(here.headers.getSetCookie()[0]).toMatch(/^cmp_access=/);
      expect(here.headers.has('strict-transport-security')).toBe(false);
    },
  );

  test('tells of the machine’s own affairs as it does without', longer, async ({ startApi }) => {
    const authority = certificateAuthority();
    const { port, local } = await startApi(authority.issue(name));
    const statusOf = async (path: string, headers: Record<string, string> = {}) => [
      (await ask(port, authority.cert, path, undefined, headers)).status,
      (await fetch(local + path, { headers })).status,
    ];

    expect(await statusOf('/metrics')).toEqual([200, 200]);
    expect(await statusOf('/metrics', { 'x-forwarded-for': '127.0.0.1' })).toEqual([404, 404]);
    expect(await statusOf('/internal/ready')).toEqual([200, 200]);
    expect(await statusOf('/internal/ready', { via: '1.1 here' })).toEqual([404, 404]);
  });

  test(
    'speaks nothing older than TLS 1.2, and no http where TLS is spoken',
    longer,
    async ({ startApi }) => {
      const authority = certificateAuthority();
      const { port } = await startApi(authority.issue(name));
      const speak = async (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => {
        const ciphers = version === 'TLSv1.1' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {};
        const socket = connect({
          ...{ port, host: '127.0.0.1', servername: name, ca: authority.cert },
          ...{ minVersion: version, maxVersion: version, ...ciphers },
        });
        await once(socket, 'secureConnect');
        const spoken = socket.getProtocol();
        socket.destroy();
        return spoken;
      };
      const plain = connectPlainly(port, '127.0.0.1');
      plain.write('GET /api/health HTTP/1.1\r\nhost: portal.test\r\n\r\n');

      expect(await speak('TLSv1.2')).toBe('TLSv1.2');
      expect(await speak('TLSv1.3')).toBe('TLSv1.3');
      await expect(speak('TLSv1.1')).rejects.toThrow();
      expect(await text(plain).catch(String)).not.toContain('200 OK');
      expect(await speak('TLSv1.3')).toBe('TLSv1.3');
    },
  );

  test(
    'takes a renewed certificate on SIGHUP, drops no connection, and refuses a broken pair',
    longer,
    async ({ startApi }) => {
      const authority = certificateAuthority();
      const [first, second, third] = [1, 2, 3].map(() => authority.issue(name));
      const { api, port, put, read } = await startApi(first);
      const kept = new Agent({ keepAlive: true, maxSockets: 1 });
      const askKept = () =>
        ask(port, authority.cert, '/api/health', undefined, {}, { agent: kept });
      const before = await askKept();

      put({ ...second });
      api.kill('SIGHUP');
      await vi.waitUntil(async () => (await serialOf(port)) === second?.serial, atOnce);
      const over = await askKept();
      put({ cert: third?.cert ?? '' });
      api.kill('SIGHUP');
      await vi.waitUntil(() => read().includes('certificate_refused'), atOnce);
      const after = [await serialOf(port), (await askKept()).status];
      kept.destroy();

      expect(before.serial).toBe(first?.serial);
      expect(over).toMatchObject({
        status: 200,
        serial: first?.serial,
        socketPort: before.socketPort,
      });
      expect(after).toEqual([second?.serial, 200]);
      expect(read()).toContain('TLS_KEY_FILE is not the key of the certificate in TLS_CERT_FILE');
      expect(read()).toContain('The certificate in use stays.');
    },
  );

  test(
    'starts with one that has expired, says so, and takes the next one without a signal',
    longer,
    async ({ startApi }) => {
      const authority = certificateAuthority();
      const good = authority.issue(name);
      const { port, put, read } = await startApi(authority.issue(name, 0));

      put(good);
      await vi.waitUntil(async () => (await serialOf(port)) === good.serial, soon);

      expect(read()).toContain('the certificate of TLS_CERT_FILE has expired');
      expect((await ask(port, authority.cert, '/api/health')).status).toBe(200);
    },
  );

  test(
    'finishes what it accepted at a stop, by both doors, and lets go of idle connections',
    longer,
    async ({ startApi }) => {
      const authority = certificateAuthority();
      const { api, port, local, ended } = await startApi(authority.issue(name));
      const kept = new Agent({ keepAlive: true });
      const idle = await ask(port, authority.cert, '/api/health', undefined, {}, { agent: kept });
      await fetch(`${local}/api/health`);
      const late = connect({ port, host: '127.0.0.1', servername: name, ca: authority.cert });
      await once(late, 'secureConnect');
      late.write('GET /internal/live HTTP/1.1\r\nhost: portal.test\r\n');
      const beganAt = performance.now();

      api.kill('SIGTERM');
      await wait(1_000);
      late.write('\r\n');
      const answer = await text(late);

      expect(idle.status).toBe(200);
      expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
      expect(answer).toMatch(/connection: close/i);
      expect(await ended).toEqual([0, null]);
      expect(performance.now() - beganAt).toBeLessThan(8_000);
    },
  );

  test(
    'reloads without TLS too: nothing is taken, and nothing ends',
    longer,
    async ({ startApi }) => {
      const { api, port } = await startApi(
        {},
        { TLS_CERT_FILE: '', TLS_KEY_FILE: '', LOCAL_PORT: '' },
      );

      api.kill('SIGHUP');
      await wait(300);
      const answer = await fetch(`http://127.0.0.1:${port}/api/health`);

      expect(Health.parse(await answer.json()).ok).toBe(true);
    },
  );
});

describe('a certificate that cannot serve', () => {
  test.for([
    ['is not there', {}, 'TLS_CERT_FILE names a file that is not there: '],
    ['has no key', { cert: 'good' }, 'TLS_KEY_FILE names a file that is not there: '],
    ['is none', { cert: 'none', key: 'good' }, 'TLS_CERT_FILE holds no certificate in PEM: '],
    ['has a key that is none', { cert: 'good', key: 'none' }, 'TLS_KEY_FILE holds no key in PEM'],
    ['has another’s key', { cert: 'good', key: 'other' }, 'TLS_KEY_FILE is not the key of the'],
  ] as const)(
    'stops the start in one sentence where it %s',
    longer,
    async ([, files, sentence], { startApi }) => {
      const authority = certificateAuthority();
      const [good, other] = [authority.issue(name), authority.issue(name)];
      const contents = { good, other, none: { cert: 'nothing of it', key: 'nothing of it' } };
      const { cert, key }: { cert?: 'good' | 'none'; key?: keyof typeof contents } = files;

      const { read, ended } = await startApi({
        ...(cert && { cert: contents[cert].cert }),
        ...(key && { key: contents[key].key }),
      });

      expect(await ended).toEqual([1, null]);
      expect(read().trim().split('\n')).toHaveLength(1);
      expect(read()).toContain(sentence);
    },
  );

  test('stops it where a port is taken by another of the two', longer, async ({ startApi }) => {
    const pair = certificateAuthority().issue(name);

    const same = await startApi(pair, { PORT: '3005', LOCAL_PORT: '3005' });
    const half = await startApi(pair, { TLS_KEY_FILE: '', LOCAL_PORT: '' });

    expect(await same.ended).toEqual([1, null]);
    expect(same.read()).toContain('PORT and LOCAL_PORT cannot both be 3005');
    expect(await half.ended).toEqual([1, null]);
    expect(half.read()).toContain('TLS_CERT_FILE: means nothing without TLS_KEY_FILE');
  });
});

/** As a browser does that trusts this authority and knows the portal by its name. */
function ask(
  port: number,
  ca: Buffer,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
  more: RequestOptions = { agent: false },
) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined;
    headers: import('node:http').IncomingHttpHeaders;
    serial: string;
    socketPort: number | undefined;
  }>();
  const method = body === undefined ? 'GET' : 'POST';
  const where = { host: '127.0.0.1', port, path, method, servername: name, ca };
  const asking = request({ ...where, headers, ...more }, async (answer) => {
    const socket = answer.socket as TLSSocket;
    const serial = socket.getPeerCertificate().serialNumber;
    const seen = { headers: answer.headers, serial, socketPort: socket.localPort };
    await text(answer);
    resolve({ status: answer.statusCode, ...seen });
  });
  asking.on('error', reject).end(body);
  return promise;
}

async function serialOf(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', servername: name, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

function replace(file: string, content: Buffer | string): void {
  writeFileSync(`${file}.new`, content);
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}
