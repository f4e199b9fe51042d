import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, inject } from 'vitest';
import { urlAs } from '#database/roles.ts';
import { test } from '#test/fixtures.ts';
import { freePort } from '#test/free-port.ts';
import { execute, rolePassword } from '#test/global-setup.ts';

const entry = join(import.meta.dirname, 'main.ts');

test('the API does not start as the role that could rewrite the log', ({
  database,
  onTestFinished,
}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const DATABASE_URL = urlAs(inject('postgresUrl'), 'cmp_owner', rolePassword, database);

  const { status, stderr } = spawnSync(process.execPath, [entry], {
    env: { DATA_DIR: dataDir, PORT: '3', HOST: '127.0.0.1', DATABASE_URL },
    encoding: 'utf8',
    timeout: 10_000,
  });

  expect(status).toBe(1);
  expect(stderr).toBe(
    'The portal would serve as cmp_owner, which owns the tables and so could rewrite the log. ' +
      'Set DATABASE_URL to cmp_app, or DB_SINGLE_ROLE=on to accept that.\n',
  );
});

test.for(['main.ts', 'worker.ts'])(
  '%s says in one sentence that its database turns it away',
  (program, { database, onTestFinished }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const DATABASE_URL = urlAs(inject('postgresUrl'), 'cmp_app', 'another password', database);

    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, program)], {
      env: { DATA_DIR: dataDir, PORT: '3', HOST: '127.0.0.1', DATABASE_URL },
      encoding: 'utf8',
      timeout: 10_000,
    });

    expect(status).toBe(1);
    expect(stderr).toBe(
      'The outside database cannot be used: password authentication failed for user "cmp_app".\n',
    );
  },
);

test.for(['main.ts', 'worker.ts'])(
  '%s does not start on a schema older than itself',
  async (program, { database, onTestFinished }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true }));
    const url = (role: string) => urlAs(inject('postgresUrl'), role, rolePassword, database);
    await execute(
      url('cmp_owner'),
      "delete from schema_migrations where name = '0009_notifications.sql'",
    );

    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, program)], {
      env: { DATA_DIR: dataDir, PORT: '3', HOST: '127.0.0.1', DATABASE_URL: url('cmp_app') },
      encoding: 'utf8',
      timeout: 10_000,
    });

    expect(status).toBe(1);
    expect(stderr).toBe(
      'The database is older than this release: it lacks 0009_notifications.sql. Run `cmp migrate` first.\n',
    );
  },
);

test('the API serves and writes on a schema newer than itself', {
  timeout: 20_000,
}, async ({ database, onTestFinished }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const url = (role: string) => urlAs(inject('postgresUrl'), role, rolePassword, database);
  await execute(
    url('cmp_owner'),
    'alter table accounts add column of_tomorrow text',
    "insert into schema_migrations (name, checksum) values ('9999_of_tomorrow.sql', '')",
  );
  const port = await freePort();

  const api = fork(entry, {
    env: {
      ...{ DATA_DIR: dataDir, PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'silent' },
      ...{ SEED_ADMIN_USERNAME: 'sam', SEED_ADMIN_PASSWORD: 'Tramlines-Kettle-Forty-1' },
      DATABASE_URL: url('cmp_app'),
    },
  });
  onTestFinished(() => void api.kill('SIGKILL'));
  await once(api, 'message');

  const ready = await fetch(`http://127.0.0.1:${port}/internal/ready`);
  expect(ready.status).toBe(200);
  const signIn = await fetch(`http://127.0.0.1:${port}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
    body: JSON.stringify({ username: 'sam', password: 'Tramlines-Kettle-Forty-1' }),
  });
  expect(signIn.status).toBe(200);
});

test('whoever has connected before the listener closed is answered, for as long as it is told to drain', {
  timeout: 60_000,
}, async ({ database, onTestFinished }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cmp-data-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const port = await freePort();
  const api = fork(entry, {
    env: {
      ...{ DATA_DIR: dataDir, PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'silent' },
      DRAIN_SECONDS: '1.2',
      DATABASE_URL: urlAs(inject('postgresUrl'), 'cmp_app', rolePassword, database),
    },
  });
  onTestFinished(() => void api.kill('SIGKILL'));
  const ended = once(api, 'exit');
  await once(api, 'message');

  const beganAt = performance.now();
  api.kill('SIGTERM');
  const answers: Promise<string>[] = [];
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isAccepted = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    if (!isAccepted) break;
    answers.push(askLate(socket));
    await wait(5);
  }

  expect(performance.now() - beganAt).toBeGreaterThan(1_100);
  const told = await Promise.all(answers);
  // The time has room for two hundred; how many of them come is up to the machine alone.
  expect(told.length).toBeGreaterThan(2);
  expect(new Set(told.map((answer) => answer.split('\r\n', 1)[0]))).toEqual(
    new Set(['HTTP/1.1 200 OK']),
  );
  expect(await ended).toEqual([0, null]);
});

/** As a client does whose first words take their time. */
async function askLate(socket: ReturnType<typeof connect>): Promise<string> {
  await wait(30);
  socket.write('GET /internal/live HTTP/1.1\r\nhost: portal.test\r\nconnection: close\r\n\r\n');
  return text(socket).catch((error: unknown) => String(error));
}
