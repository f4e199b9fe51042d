import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { sql } from 'kysely';
import { describe, expect, inject, onTestFinished } from 'vitest';
import { type Db, sessionSettings } from '#database/client.ts';
import { keysOf } from '#lib/keys.ts';
import { seal } from '#lib/secret-box.ts';
import { inChange } from '#modules/changes/changes.service.ts';
import { certificateFor } from '#test/certificates.ts';
import { test } from '#test/doctor-fixtures.ts';
import { system } from '#test/fixtures.ts';
import { execute } from '#test/global-setup.ts';
import { httpReceiver, mailReceiver } from '#test/receivers.ts';
import { addDelivery, addJob, set } from '#test/watched.ts';

describe('cmp doctor, of the server,', () => {
  test.for(['fsync', 'full_page_writes', 'synchronous_commit'])(
    'reports one that may lose what was answered: %s off',
    async (name, { examine }) => {
      const report = await examine({}, { [name]: 'off' });

      expect(report.exitCode).toBe(1);
      expect(report.of('durability')).toEqual([
        `bad | ${name} off: a power failure takes changes that were answered | As its superuser: ALTER SYSTEM SET ${name} = on; then SELECT pg_reload_conf().`,
      ]);
    },
  );

  test('reports one that tidies nothing', async ({ examine }) => {
    expect((await examine({}, { autovacuum: 'off' })).of('autovacuum')).toEqual([
      expect.stringMatching(/^bad \| autovacuum off.* ALTER SYSTEM SET autovacuum = on/),
    ]);
  });

  test('reports too few connections for the processes that there are', async ({ examine, db }) => {
    const limits = { superuser_reserved_connections: '3', reserved_connections: '0' };
    const few = await examine({}, { ...limits, max_connections: '20' });
    const one = await examine({}, { ...limits, max_connections: '25' });
    await sql`insert into worker_beats (id) values (gen_random_uuid()), (gen_random_uuid())`.execute(
      db,
    );
    const two = await examine({}, { ...limits, max_connections: '25' });
    const smaller = await examine({ DB_POOL_SIZE: '2' }, { ...limits, max_connections: '25' });

    expect(few.of('connections')).toEqual([
      expect.stringMatching(/^bad \| \d+ of 17 are used.* too many for 1 processes \| Raise max/),
    ]);
    // Other tests hold connections of this server, and may have it warn.
    expect(one.states.connections).not.toBe('bad');
    expect(two.of('connections')).toEqual([expect.stringMatching(/too many for 2 processes/)]);
    expect(smaller.states.connections).not.toBe('bad');
  });

  test('tells a pooler by the number that it greets with', async ({
    examine,
    database,
    databaseUrl,
  }) => {
    const pooled = { DATABASE_URL: await poolerBefore(databaseUrl), DB_PREPARED: 'off' };
    const direct = { ...pooled, DATABASE_DIRECT_URL: databaseUrl };

    const alone = await examine(pooled);
    await keepWithRole(database, { statement_timeout: '0' });
    const unkept = await examine(direct);
    await keepWithRole(database, sessionSettings);
    const kept = await examine(direct);
    const named = await examine({ ...direct, DB_PREPARED: 'on' });
    const twice = await examine({ ...pooled, DATABASE_DIRECT_URL: pooled.DATABASE_URL });

    expect(alone.of('pooler')).toEqual([
      'bad | one stands between, and the portal must also reach PostgreSQL itself | Set DATABASE_DIRECT_URL.',
    ]);
    expect(unkept.of('pooler')).toEqual([
      expect.stringMatching(/^bad \| behind it .*statement_timeout.* \| Run `cmp migrate`/),
    ]);
    expect(kept.states).toMatchObject({ pooler: 'ok' });
    expect(named.of('pooler')).toEqual([
      expect.stringMatching(/^warn \| one stands between.* \| Set DB_PREPARED=off/),
    ]);
    expect(twice.of('pooler')).toEqual([
      'bad | DATABASE_DIRECT_URL leads to one | Name PostgreSQL itself there.',
    ]);
  });

  test('warns of migrations that a newer release brought', async ({ examine, owner }) => {
    await sql`insert into schema_migrations (name, checksum) values ('9999_later.sql', '')`.execute(
      owner,
    );

    const report = await examine();

    expect(report.of('migrations')).toEqual([
      expect.stringMatching(/^warn \| 9999_later\.sql came with a newer release.* \| Update/),
    ]);
  });
});

describe('cmp doctor, of the work behind the panel,', () => {
  test('reports a running portal for which nobody works', async ({ examine, startInstance }) => {
    const app = await startInstance();
    await app.listen({ host: '127.0.0.1', port: 0 });

    const stopped = await examine();
    const running = await examine({ PORT: new URL(app.listeningOrigin).port });

    expect(stopped.states).toMatchObject({ portal: 'ok', worker: 'warn' });
    expect(running.of('worker')).toEqual([
      expect.stringMatching(/^bad \| nobody does the long work.* \| Start the portal/),
    ]);
  });

  test('reports jobs and messages that wait, or were given up on', async ({ examine, db }) => {
    await addJob(db, { state: 'failed', createdAt: '2 hours', endedAt: '1 hour' });
    await addDelivery(db, { since: '11 minutes', due: '11 minutes' });
    const early = await examine();
    await addJob(db, { state: 'waiting', createdAt: '11 minutes' });
    await sql`update deliveries set state = 'parked'`.execute(db);
    const late = await examine();

    expect(early.of('jobs')).toEqual([
      expect.stringMatching(/^warn \| jobs failed within a day; .*1 failed \| See why/),
    ]);
    expect(early.of('outbox')).toEqual([
      expect.stringMatching(
        /^warn \| messages wait for longer than ten minutes; 1 waiting, oldest 6/,
      ),
    ]);
    expect(late.of('jobs')).toEqual([
      expect.stringMatching(
        /^bad \| jobs wait for longer than ten minutes; .* \| See that a worker/,
      ),
    ]);
    expect(late.of('outbox')).toEqual([expect.stringMatching(/given up on.*1 parked \| See the/)]);
  });

  test('reports a status view that nobody refreshes', async ({ examine, cmp, db }) => {
    await cmp('matview create');
    const fresh = await examine();
    await sql`update matview_states set last_success = now() - interval '3 hours'`.execute(db);
    const stale = await examine();

    expect(fresh.states).toMatchObject({ matview: 'ok' });
    expect(stale.of('matview')).toEqual([
      expect.stringMatching(/^warn \| the status view is old; age 1080\d s \| Run `cmp matview/),
    ]);
  });

  test('reports a bot that is silent', async ({ examine, db }) => {
    const telegram = await httpReceiver((_, response) => response.end('{"ok":false}'));
    const on = { TELEGRAM_BOT_TOKEN: '123:canary', TELEGRAM_API_ROOT: telegram.url };

    const report = await examine(on);
    await sql`update bot_state set updated_at = now(), last_success = now()`.execute(db);
    const well = await examine(on);

    expect(report.of('telegram')).toEqual([
      expect.stringMatching(/^bad \| the bot is silent \| Run `cmp bot status`/),
    ]);
    expect(well.states).toMatchObject({ telegram: 'ok' });
    expect(JSON.stringify(report.findings)).not.toContain('canary');
  });
});

describe('cmp doctor, of what the settings lead to,', () => {
  test('asks only what is switched on', async ({ examine, db }) => {
    const { port, mails } = await mailReceiver();
    const mail = { host: '127.0.0.1', port, security: 'none', allowPrivateAddresses: true };
    await set(db, 'mail', mail);
    const off = await examine();
    await set(db, 'mail', { ...mail, enabled: true });
    const on = await examine();

    expect(off.of('mail server')).toEqual([]);
    expect(on.of('mail server')).toEqual([expect.stringMatching(/^ok \| took it within \d+ ms$/)]);
    expect(mails).toEqual([]);
  });

  test('reports each target that cannot be reached, and where it is set', async ({
    examine,
    db,
    dataDir,
  }) => {
    const { settings: key } = keysOf(fs.readFileSync(join(dataDir, 'keys/secret-key')));
    const there = { allowPrivateAddresses: true, enabled: true, host: '127.0.0.1', port: 9 };
    await set(db, 'mail', { ...there, security: 'none' });
    await set(db, 'remote-server', { ...there, user: 'sam' });
    await set(db, 'storage', {
      ...{ allowPrivateAddresses: true, s3Enabled: true, s3Bucket: 'copies' },
      ...{ s3Endpoint: 'http://127.0.0.1:9', s3AccessKeyId: 'sam' },
    });
    await set(db, 'notifications', {
      ...{ webhookEnabled: true, webhookUrl: 'http://127.0.0.1:9/', allowPrivateAddresses: true },
    });
    for (const [section, name] of [
      ['remote-server', 'password'],
      ['storage', 's3SecretAccessKey'],
      ['notifications', 'webhookSecret'],
    ] as const)
      await saveSecret(db, key, section, name);

    const report = await examine({
      TELEGRAM_BOT_TOKEN: '1:a',
      TELEGRAM_API_ROOT: 'http://127.0.0.1:9',
    });

    expect(report.exitCode).toBe(1);
    for (const [check, page] of [
      ['mail server', 'Mail'],
      ['sftp', 'Remote server'],
      ['s3', 'Storage'],
      ['webhook target', 'Notifications'],
      ['telegram api', 'Telegram'],
    ] as const)
      expect(report.of(check)).toEqual([
        expect.stringMatching(
          new RegExp(`^bad \\| Nothing answers there.* \\| See Settings, ${page}, in the panel`),
        ),
      ]);
  });

  test('reads the certificate and the name of the domain', async ({ examine, db }) => {
    const server = createServer(certificateFor('localhost', 40));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await set(db, 'certificate', { domain: 'localhost', port, allowPrivateAddresses: true });

    const distrusted = await examine();
    const ending = await examine({ CERT_EXPIRY_CRITICAL_DAYS: '60' });
    const nowhere = await examine({ DOMAIN_NAME: 'no.such.invalid' });

    expect(distrusted.of('dns')).toEqual([expect.stringMatching(/^ok \| localhost leads to .*1$/)]);
    expect(distrusted.of('certificate')).toEqual([
      expect.stringMatching(
        /^bad \| 39 days are left, and browsers do not believe it: .* \| Serve/,
      ),
    ]);
    expect(ending.of('certificate')).toEqual([
      expect.stringMatching(/^bad \| 39 days are left \| Renew it/),
    ]);
    expect(nowhere.of('dns')).toEqual([
      expect.stringMatching(/^bad \| no\.such\.invalid leads nowhere \| Make an A or AAAA record/),
    ]);
    expect(nowhere.of('certificate')).toEqual([
      expect.stringMatching(/^bad \| The name is not known.* \| See that the portal or its proxy/),
    ]);
  });

  test('reports secrets that another key closed', async ({ examine, db }) => {
    await set(db, 'mail', { enabled: true, host: '127.0.0.1' });
    await saveSecret(db, Buffer.alloc(32, 9), 'mail', 'password');

    expect((await examine()).of('settings')).toEqual([
      expect.stringMatching(/^bad \| they cannot be read.* \| Bring back the .*secret-key/),
    ]);
  });
});

function saveSecret(db: Db, key: Buffer, section: string, name: string): Promise<unknown> {
  const secrets = JSON.stringify({ [name]: seal(key, `${section}.${name}`, 'a-secret') });
  return inChange(db, system, 'settings:update', null, (trx) =>
    sql`update settings set secrets = ${secrets}::jsonb where section = ${section}`.execute(trx),
  );
}

/** As the migration keeps it with the role, which all these tests share: here for the test's database alone. */
function keepWithRole(database: string, settings: Record<string, string>): Promise<void> {
  return execute(
    inject('postgresUrl'),
    ...Object.entries(settings).map(
      ([name, value]) => `alter role cmp_app in database "${database}" set ${name} = '${value}'`,
    ),
  );
}

/** A stand-in for PgBouncer before this server: it greets with a number that is not the server's process. */
async function poolerBefore(url: string): Promise<string> {
  const { hostname, port, searchParams } = new URL(url);
  const folder = searchParams.get('host');
  const sockets = new Set<net.Socket>();
  const pooler = net.createServer((client) => {
    const server = folder
      ? net.connect(`${folder}/.s.PGSQL.5432`)
      : net.connect(Number(port), hostname);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => server.destroy());
    }
    client.pipe(server);
    server.on('data', (bytes) => {
      // BackendKeyData: its kind, its length, the process, the key to cancel by.
      const at = bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
      if (at >= 0) bytes.writeUInt32BE(4_242_424, at + 5);
      client.write(bytes);
    });
    server.on('end', () => client.end());
  });
  pooler.listen(0, '127.0.0.1');
  await once(pooler, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    pooler.close();
  });
  const pooled = new URL(url);
  pooled.search = '';
  pooled.hostname = '127.0.0.1';
  pooled.port = String((pooler.address() as AddressInfo).port);
  return pooled.href;
}
