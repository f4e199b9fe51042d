import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { lockDirectory } from '#lib/directory-lock.ts';
import { becomes, commandLine } from '#lib/process-identity.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
import { type Postmaster, type PostmasterOptions, startPostmaster } from './postmaster.ts';

let dataDir = '';
const running: EmbeddedPostgres[] = [];
beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-embedded-'));
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  fs.rmSync(dataDir, { recursive: true });
});

it('keeps data, passwords and port from start to start, and writes durably', async () => {
  const first = await start();
  await ask(first, 'create table kept as select 42 as answer');
  await first.stop();

  const second = await start();

  expect(second.superuserUrl).toBe(first.superuserUrl);
  expect(await ask(second, 'table kept')).toEqual([{ answer: 42 }]);
  const durability = `select string_agg(setting, ' ') as settings from pg_settings
    where name in ('fsync', 'full_page_writes', 'synchronous_commit')`;
  expect(await ask(second, durability)).toEqual([{ settings: 'on on on' }]);
});

it('lets nobody in without the password, from this machine either', async () => {
  const server = await start();
  const url = new URL(server.superuserUrl);
  url.password = 'guessed';

  const guess = new pg.Client(url.href).connect();

  await expect(guess).rejects.toThrow('password authentication failed');
  const mode = fs.statSync(path.join(dataDir, 'keys', 'database.json')).mode & 0o777;
  expect(mode).toBe(0o600);
});

it('starts a server that was killed again, on the same port', async () => {
  const server = await start();
  const killed = server.pid();

  process.kill(killed, 'SIGKILL');

  expect(await becomes(() => server.pid() !== killed, 10_000)).toBe(true);
  expect(await ask(server, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('takes over the server of a supervisor that was killed', async () => {
  const first = await start();
  await ask(first, 'create table kept as select 42 as answer');
  await first.stop();
  const orphan = await startUnwatched(first);

  const second = await start();

  expect(commandLine(orphan)).toBe('');
  expect(await ask(second, 'table kept')).toEqual([{ answer: 42 }]);
});

it('counts a cluster only when its making was not cut short', async () => {
  const first = await start();
  await first.stop();
  const pgdata = path.join(first.directory, '18');
  fs.renameSync(pgdata, path.join(first.directory, 'draft-cut'));

  const second = await start();

  expect(await ask(second, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(fs.readdirSync(first.directory)).toEqual(['18']);
});

it('refuses in a sentence where the passwords of existing data are missing', async () => {
  const first = await start();
  await first.stop();
  fs.rmSync(path.join(dataDir, 'keys', 'database.json'));

  const second = startEmbeddedPostgres({ dataDir });

  await expect(second).rejects.toThrow(/passwords .* bring that file back/);
  const lock = await lockDirectory(first.directory);
  await lock.release();
});

it('is told to stop by pg_ctl where there are no signals, and stops in order', async () => {
  const first = await start();
  await first.stop();
  const kill = vi.spyOn(process, 'kill');
  const server = await startServer(first, { platform: 'win32' });

  await server.stop();

  expect(await server.exited).toMatch(/^exit code 0.*database system is shut down/s);
  expect(kill).not.toHaveBeenCalled();
});

it('says in a sentence that no administrator may run it', async () => {
  const first = await start();
  await first.stop();
  const refusing = path.join(dataDir, 'postgres.sh');
  const said =
    'Execution of PostgreSQL by a user with administrative permissions is not permitted.';
  fs.writeFileSync(refusing, `#!/bin/sh\necho '${said}' >&2\nexit 1\n`, { mode: 0o755 });

  const server = startServer(first, { program: refusing, account: undefined });

  await expect(server).rejects.toThrow(
    'PostgreSQL does not run as an administrator: start the portal from a prompt without those rights, or name a database of your own in DATABASE_URL.',
  );
});

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir });
  running.push(server);
  return server;
}

/** As after a kill of the supervisor: it runs, and nobody owns it. */
async function startUnwatched(first: EmbeddedPostgres): Promise<number> {
  const { pid } = await startServer(first);
  return pid;
}

function startServer(
  { directory, credentials }: EmbeddedPostgres,
  otherwise: Partial<PostmasterOptions> = {},
): Promise<Postmaster> {
  const { uid, gid } = fs.statSync(directory);
  const opened = fs.readFileSync(path.join(directory, '18', 'postmaster.opts'), 'utf8');
  return startPostmaster({
    program: opened.slice(0, opened.indexOf(' "-D"')),
    account: process.getuid?.() === 0 ? { uid, gid } : undefined,
    pgdata: path.join(directory, '18'),
    port: credentials.port,
    settings: {},
    signal: new AbortController().signal,
    ...otherwise,
  });
}

async function ask({ superuserUrl }: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client(superuserUrl);
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return rows;
  } finally {
    await client.end();
  }
}
