import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { HostAct } from '@cmp/shared/host';
import { describe, expect } from 'vitest';
import type { Db } from '#database/client.ts';
import { test as base, unlimited } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { type HelperServer, openHelper, wellUnits } from '#test/helper-server.ts';

const test = base.extend('listen', async ({}, { onCleanup }) => {
  const servers: HelperServer[] = [];
  onCleanup(async () => {
    for (const server of servers) await server.close();
  });
  return async (answer: (line: string, socket: Socket) => string | undefined) => {
    const server = await openHelper(answer);
    servers.push(server);
    return server;
  };
});

describe('GET /system/host', () => {
  test('tells of the units, and asks the machine once a second at the most', async ({
    listen,
    startInstance,
    api,
  }) => {
    const helper = await listen(() => wellUnits);
    const app = await startInstance({ helperSocket: helper.path });
    const admin = await api.as('admin', [], app);

    const answers = await Promise.all(Array.from({ length: 5 }, () => admin.get('/system/host')));

    expect(answers[0]?.json()).toEqual({
      units: [
        unit('cmp-api', 'active', 'success', '2026-11-21T11:13:44.000Z'),
        unit('cmp-worker', 'active', 'success', '2026-11-21T11:13:07.000Z'),
        unit('cmp-telegram-bot', 'failed', 'watchdog', '2026-11-21T11:13:08.000Z'),
        unit('cmp-certificate-renew', 'inactive', 'success', null),
      ],
    });
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(helper.calls).toEqual(['status\n']);
  });

  test('knows no unit where there is no helper', async ({ api }) => {
    const admin = await api.as('admin');

    const response = await admin.get('/system/host');

    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ units: [] });
  });

  test.for([
    ['turns calls away', (_: string, socket: Socket) => void socket.destroy()],
    ['says nothing', () => ''],
    ['is of another kind', () => 'HTTP/1.1 400 Bad Request\r\n'],
  ] as const)('is busy where the helper %s', async ([, answer], { listen, startInstance, api }) => {
    const helper = await listen(answer);
    const app = await startInstance({ helperSocket: helper.path });
    const admin = await api.as('admin', [], app);

    const response = await admin.get('/system/host');

    expect(response.statusCode).toBe(503);
    expect(response.json().code).toBe('busy');
  });
});

describe('an act of the machine', () => {
  test.for(HostAct.options)(
    '%s is asked for by its verb alone, and is in the log',
    async (act, { listen, startInstance, api, db }) => {
      const helper = await listen(() => `ok ${act}\n`);
      const lines: string[] = [];
      const app = await startInstance({
        helperSocket: helper.path,
        log: { level: 'warn' },
        logTo: new Writable({
          write: (line, _, done) => {
            lines.push(String(line));
            done();
          },
        }),
      });
      const admin = await api.as('admin', [], app);

      const response = await admin.post(`/system/host/${act}`, { password });

      expect(response.statusCode).toBe(202);
      expect(response.json()).toEqual({ act });
      expect(helper.calls).toEqual([`${act}\n`]);
      const changes = await db
        .selectFrom('changes')
        .select(['action', 'accountId', 'ip'])
        .where('action', 'like', 'host:%')
        .execute();
      expect(changes).toEqual([
        { action: `host:${act}`, accountId: admin.account.id, ip: '127.0.0.1' },
      ]);
      expect(lines.map((line) => JSON.parse(line))).toContainEqual(
        expect.objectContaining({ event: 'authz_admin', act, accountId: admin.account.id }),
      );
      expect(lines.join('')).not.toContain(password);
    },
  );

  test('asks for the right password first', async ({ listen, startInstance, api, db }) => {
    const helper = await listen(() => 'ok\n');
    const app = await startInstance({ helperSocket: helper.path });
    const admin = await api.as('admin', [], app);

    const wrong = await admin.post('/system/host/restart-api', { password: 'not mine' });
    const none = await admin.post('/system/host/restart-api', {});

    expect(wrong.json().code).toBe('password_wrong');
    expect(none.json().code).toBe('invalid_request');
    expect(helper.calls).toEqual([]);
    expect(await madeIn(db)).toBe(0);
  });

  test('says what the machine said where it did not, and leaves no change', async ({
    listen,
    startInstance,
    api,
    db,
  }) => {
    const said = 'cmp-telegram-bot is switched off on this machine';
    const helper = await listen(() => `failed ${said}\n`);
    const app = await startInstance({ helperSocket: helper.path });
    const admin = await api.as('admin', [], app);

    const response = await admin.post('/system/host/restart-bot', { password });

    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({
      ...{ code: 'host_refused', message: `The machine did not do it: ${said}.` },
      details: { said },
    });
    expect(await madeIn(db)).toBe(0);
  });

  test('is done once where it is sent twice', async ({ listen, startInstance, api, db }) => {
    const helper = await listen(() => 'ok\n');
    const app = await startInstance({ helperSocket: helper.path });
    const admin = await api.as('admin', [], app);
    const send = () =>
      admin.post('/system/host/restart-worker', { password }, { 'idempotency-key': 'one' });

    const first = await send();
    const second = await send();

    expect([first.statusCode, second.statusCode]).toEqual([202, 202]);
    expect(second.json()).toEqual(first.json());
    expect(helper.calls).toEqual(['restart-worker\n']);
    expect(await madeIn(db)).toBe(1);
  });

  test('is limited for all admins and instances together', async ({
    listen,
    startInstance,
    api,
  }) => {
    const helper = await listen(() => 'ok\n');
    const apps = [
      await startInstance({ helperSocket: helper.path, limits: unlimited }),
      await startInstance({ helperSocket: helper.path, limits: unlimited }),
    ];
    const admins = await Promise.all(apps.map((app) => api.as('admin', [], app)));

    const codes: number[] = [];
    for (let time = 0; time < 4; time += 1)
      for (const admin of admins)
        codes.push((await admin.post('/system/host/restart-bot', { password })).statusCode);

    expect(codes).toEqual([202, 202, 202, 202, 202, 202, 429, 429]);
    expect(helper.calls).toHaveLength(6);
  });
});

const unit = (name: string, state: string, result: string, since: string | null) => ({
  ...{ name, state, result, since },
});

async function madeIn(db: Db): Promise<number> {
  const made = await db
    .selectFrom('changes')
    .select('id')
    .where('action', 'like', 'host:%')
    .execute();
  return made.length;
}
