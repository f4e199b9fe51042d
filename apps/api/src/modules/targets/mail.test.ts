import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { describe, expect, inject, onTestFinished } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { test as base, keys } from '#test/fixtures.ts';
import { freePort } from '#test/free-port.ts';
import { password } from '#test/given.ts';
import { rolePassword } from '#test/global-setup.ts';

const user = 'portal';
const secret = 'signs-in-at-the-mail-server';
const entry = new URL('../../main.ts', import.meta.url).pathname;

const test = base
  /** An authority of the operator's own, and what it signs. */
  .extend('authority', ({}, { onCleanup }) => {
    const folder = mkdtempSync(join(tmpdir(), 'cmp-authority-'));
    onCleanup(() => rmSync(folder, { recursive: true }));
    const make = (name: string, ...more: string[]) => {
      const file = (ending: string) => join(folder, `${name}.${ending}`);
      const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
      const into = ['-nodes', '-keyout', file('key'), '-out', file('crt'), '-days', '30'];
      execFileSync('openssl', [...args, ...into, '-subj', `/CN=${name}`, ...more], {
        stdio: 'ignore',
      });
      return { key: readFileSync(file('key')), cert: readFileSync(file('crt')) };
    };
    make('authority');
    const by = ['-CA', join(folder, 'authority.crt'), '-CAkey', join(folder, 'authority.key')];
    return {
      file: join(folder, 'authority.crt'),
      certify: (name: string) => make(name, ...by, '-addext', `subjectAltName=DNS:${name}`),
    };
  })
  /** What the portal answers to the test of a mail server, started as who trusts an authority starts it. */
  .extend('tryFrom', async ({ database, api }, { onCleanup }) => {
    const { cookies } = await api.as('admin');
    const stops: (() => Promise<void>)[] = [];
    onCleanup(async () => {
      for (const stop of stops) await stop();
    });
    return async (environment: Record<string, string>) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
      mkdirSync(join(dataDir, 'keys'));
      writeFileSync(join(dataDir, 'keys', 'secret-key'), keys.root, { mode: 0o600 });
      const port = await freePort();
      const portal = fork(entry, {
        env: {
          ...{ DATA_DIR: dataDir, PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'silent' },
          DATABASE_URL: urlAs(inject('postgresUrl'), 'cmp_app', rolePassword, database),
          JWT_SECRET: keys.jwtSecret,
          WORK: 'off',
          ...environment,
        },
      });
      stops.push(async () => {
        portal.kill('SIGKILL');
        await once(portal, 'exit');
        rmSync(dataDir, { recursive: true });
      });
      await once(portal, 'message');
      const origin = `http://127.0.0.1:${port}`;
      const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
      const headers = { origin, cookie: cookie.join('; '), 'content-type': 'application/json' };
      return async (at: { port: number; security: 'tls' | 'starttls' }) => {
        const values = { host: 'localhost', ...at, user, password: secret };
        const body = JSON.stringify({
          values: { ...values, allowPrivateAddresses: true },
          password,
        });
        const response = await fetch(`${origin}/api/settings/mail/test`, {
          ...{ method: 'POST', headers, body },
        });
        return { status: response.status, answer: await response.json() };
      };
    };
  });

describe.for(['tls', 'starttls'] as const)('a mail server that speaks %s', (security) => {
  test('is signed in to, encrypted, where its authority is trusted, and under its own name alone', {
    timeout: 60_000,
  }, async ({ authority, tryFrom }) => {
    const right = await mailServer(security, authority.certify('localhost'));
    const wrong = await mailServer(security, authority.certify('mail.test'));
    const tryMail = await tryFrom({ NODE_EXTRA_CA_CERTS: authority.file });

    const good = await tryMail({ security, port: right.port });
    const bad = await tryMail({ security, port: wrong.port });

    expect(good).toMatchObject({
      status: 200,
      answer: { section: 'mail', ok: true, isEncrypted: true, hasSignedIn: true },
    });
    expect(right.signIns).toEqual([{ user, secret, isEncrypted: true }]);
    expect(bad).toMatchObject(refusal(/altnames.*DNS:mail\.test/));
    expect(wrong.signIns).toEqual([]);
  });

  test('is refused where its authority is not known, and told no password', {
    timeout: 60_000,
  }, async ({ authority, tryFrom }) => {
    const server = await mailServer(security, authority.certify('localhost'));
    const tryMail = await tryFrom({});

    const answer = await tryMail({ security, port: server.port });

    expect(answer).toMatchObject(refusal(/unable to (verify|get)/));
    expect(server.signIns).toEqual([]);
  });
});

function refusal(said: RegExp) {
  return {
    status: 422,
    answer: {
      code: 'target_failed',
      message: 'The certificate of the other side is not one to trust.',
      details: { reason: 'certificate_refused', said: expect.stringMatching(said) },
    },
  };
}

async function mailServer(security: 'tls' | 'starttls', pair: { key: Buffer; cert: Buffer }) {
  const signIns: unknown[] = [];
  const server = new SMTPServer({
    ...pair,
    secure: security === 'tls',
    onAuth: ({ username, password: given }, { secure }, done) => {
      signIns.push({ user: username, secret: given, isEncrypted: secure });
      done(null, { user });
    },
  });
  server.on('error', () => {});
  server.listen(0, 'localhost');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, signIns };
}
