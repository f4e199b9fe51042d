import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { sql } from 'kysely';
import { describe, expect, onTestFinished } from 'vitest';
import { certificateFor } from '#test/certificates.ts';
import { test as base, keys } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { watchCertificate } from './certificate-watch.service.ts';

const dayMs = 86_400_000;
const place = {
  ...{ key: keys.settings, overrides: {} },
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
};

const test = base
  .extend('admin', async ({ api }) => api.as('admin'))
  /** A server that shows a certificate of so many days, and the settings that watch it. */
  .extend('watched', async ({ admin }) => async (days: number) => {
    let server = createServer(certificateFor('portal.test', days));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    onTestFinished(() => void server.close());
    const values = { domain: 'portal.test', port, allowPrivateAddresses: true };
    await admin.patch('/settings/certificate', { version: 1, values, password });
    return {
      stop: () => server.close(),
      renew: async (renewedDays: number) => {
        await new Promise((resolve) => server.close(resolve));
        server = createServer(certificateFor('portal.test', renewedDays));
        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
      },
    };
  })
  .extend(
    'checks',
    async ({ db }) =>
      async () =>
        db
          .selectFrom('certificateChecks')
          .select(['domain', 'issuer', 'failure', 'expiresAt'])
          .orderBy('id')
          .execute(),
  )
  .extend('told', async ({ db }) => async () => {
    const { rows } = await sql<{ level: string; daysLeft: number; domain: string }>`
      select facts ->> 'level' as level, (facts ->> 'daysLeft')::integer as "daysLeft", facts ->> 'domain' as domain
      from events where event = 'certificate_ending' order by id`.execute(db);
    return rows;
  });

describe('the watch over the certificate', () => {
  test('looks once a day, and tells of each threshold once', async ({
    db,
    watched,
    checks,
    told,
  }) => {
    await watched(40);
    const start = Date.now();
    const lookAfter = (days: number) => watchCertificate(db, place, new Date(start + days * dayMs));

    for (const days of [0, 0.1, 0.9]) await lookAfter(days);
    expect(await checks()).toEqual([
      {
        domain: 'portal.test',
        issuer: 'portal.test',
        failure: null,
        expiresAt: expect.any(String),
      },
    ]);
    await lookAfter(8);
    expect(await told()).toEqual([]);
    for (const days of [9, 9.5, 10, 11, 12]) await lookAfter(days);
    expect(await told()).toEqual([{ level: 'warn', daysLeft: 30, domain: 'portal.test' }]);
    for (const days of [30, 31, 45]) await lookAfter(days);

    expect(await told()).toEqual([
      { level: 'warn', daysLeft: 30, domain: 'portal.test' },
      { level: 'critical', daysLeft: 9, domain: 'portal.test' },
    ]);
    expect(await checks()).toHaveLength(9);
  });

  test('begins anew with a renewed certificate', async ({ db, watched, told }) => {
    const server = await watched(20);
    const start = Date.now();

    await watchCertificate(db, place, new Date(start));
    await server.renew(25);
    await watchCertificate(db, place, new Date(start + dayMs));
    await server.renew(90);
    await watchCertificate(db, place, new Date(start + 2 * dayMs));

    expect(await told()).toEqual([
      { level: 'warn', daysLeft: 19, domain: 'portal.test' },
      { level: 'warn', daysLeft: 23, domain: 'portal.test' },
    ]);
  });

  test('keeps in words why it saw nothing, and looks again after an hour', async ({
    db,
    watched,
    checks,
    told,
  }) => {
    const server = await watched(40);
    server.stop();
    const start = Date.now();

    for (const hours of [0, 0.5, 1.1])
      await watchCertificate(db, place, new Date(start + hours * 3_600_000));

    const failed = {
      ...{ domain: 'portal.test', issuer: null, expiresAt: null },
      failure: expect.stringContaining('Nothing answers there.'),
    };
    expect(await checks()).toEqual([failed, failed]);
    expect(await told()).toEqual([]);
  });

  test('is the environment’s where that names the domain, and none where nobody does', async ({
    db,
    checks,
  }) => {
    await watchCertificate(db, place, new Date());
    expect(await checks()).toEqual([]);
    const domain = { variable: 'DOMAIN_NAME', value: 'portal.test' };

    await watchCertificate(db, { ...place, overrides: { certificate: { domain } } }, new Date());

    expect(await checks()).toMatchObject([
      { domain: 'portal.test', failure: '127.0.0.1 is an address of a private network.' },
    ]);
  });
});
