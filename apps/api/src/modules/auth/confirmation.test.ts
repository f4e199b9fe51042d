import { HostAct } from '@cmp/shared/host';
import type { Action } from '@cmp/shared/permissions';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { describe, expect } from 'vitest';
import * as z from 'zod';
import type { Db } from '#database/client.ts';
import { createPlan, finishPlan } from '#modules/plans/plans.service.ts';
import { test as base, client, system } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { registeredRoutes } from '#test/registered-routes.ts';

const test = base.extend('app', async ({ startInstance }) => startInstance({}, { work: 'sends' }));

type Client = ReturnType<typeof client>;
type Ask = (session: Client, given: string) => ReturnType<Client['post']>;

/** By route, a request that asks for the password again, and what a right one is answered. */
const asked: Record<string, { with: (db: Db, adminId: number) => Promise<Ask>; right: number }> = {
  'POST /api/auth/password': {
    with: async () => (session, currentPassword) =>
      session.post('/auth/password', { currentPassword, newPassword: 'orchard-velvet-comet-9' }),
    right: 200,
  },
  'POST /api/snapshots/recovery-key': {
    with: async () => (session, given) =>
      session.post('/snapshots/recovery-key', { password: given }),
    right: 200,
  },
  'PATCH /api/settings/:section': {
    with: async () => (session, given) =>
      session.patch('/settings/mail', {
        ...{ version: 1, values: { host: 'mail.example.net' }, password: given },
      }),
    right: 200,
  },
  'POST /api/settings/:section/test': {
    with: async () => (session, given) =>
      session.post('/settings/mail/test', { values: { host: '127.0.0.1' }, password: given }),
    right: 422,
  },
  'POST /api/settings/:section/reveal': {
    with: async () => (session, given) =>
      session.post('/settings/mail/reveal', { password: given }),
    // Nothing is there to be shown.
    right: 422,
  },
  ...Object.fromEntries(
    HostAct.options.map((act) => [
      `POST /api/system/host/${act}`,
      {
        with: async () => (session: Client, given: string) =>
          session.post(`/system/host/${act}`, { password: given }),
        // There is no helper on this machine.
        right: 409,
      },
    ]),
  ),
  'POST /api/plans/:id/commit, a replacement': {
    with: async (db, adminId) => {
      const file = { fileName: 'snapshot.zip', snapshotId: null, overwriteNewer: false };
      const id = await plan(db, adminId, 'snapshots:restore', { mode: 'replace', ...file });
      return (session, given) =>
        session.post(`/plans/${id}/commit`, { siteName: 'Portal', password: given });
    },
    right: 200,
  },
  'POST /api/plans/:id/commit, accounts of an older portal': {
    with: async (db, adminId) => {
      const file = { fileName: 'snapshot.json', type: null, createdAt: null };
      const id = await plan(db, adminId, 'legacy:import', file, 'a new server');
      return (session, given) =>
        session.post(`/plans/${id}/commit`, { withAccounts: true, password: given });
    },
    right: 200,
  },
};

describe('a password that is asked again', () => {
  test.for(Object.entries(asked))(
    'is not to be guessed by whoever holds a session: %s (ASVS 6.3.1, 7.5.1)',
    async ([, { with: makeAsk, right }], { app, api, db, given }) => {
      const admin = await api.as('admin');
      const ask = await makeAsk(db, admin.account.id);
      const elsewhere = client(app, admin.cookies, { remoteAddress: '192.0.2.7' });
      const inOtherSession = client(app, await given.session(app, admin.account.id));
      const before = await written(db);

      const statuses: number[] = [];
      for (let guess = 0; guess < 6; guess += 1)
        statuses.push((await ask(admin, `wrong-password-${guess}`)).statusCode);
      const refused = await ask(admin, password);
      const others = [await ask(elsewhere, password), await ask(inOtherSession, password)];

      expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
      expect([refused.statusCode, refused.json().code]).toEqual([429, 'rate_limited']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect(others.map(({ statusCode }) => statusCode)).toEqual([429, 429]);
      expect(await written(db)).toEqual(before);
      await sql`delete from rate_limits`.execute(db);
      const later = await ask(admin, password);
      expect(later.statusCode, later.body).toBe(right);
    },
  );

  test('is counted over all routes and with the sign-ins, and a good one is given back', async ({
    api,
    db,
  }) => {
    const admin = await api.as('admin');
    const asks = await Promise.all(
      Object.values(asked).map(({ with: makeAsk }) => makeAsk(db, admin.account.id)),
    );
    const reveal = (given: string) => admin.post('/snapshots/recovery-key', { password: given });
    const rights: number[] = [];
    for (let round = 0; round < 7; round += 1) rights.push((await reveal(password)).statusCode);

    const statuses: number[] = [];
    for (const ask of asks) statuses.push((await ask(admin, 'wrong')).statusCode);
    const { username } = admin.account;
    const signIn = await api.post('/auth/login', { username, password });

    expect(new Set(rights)).toEqual(new Set([200]));
    expect(statuses).toEqual(asks.map((_, at) => (at < 5 ? 403 : 429)));
    expect(signIn.statusCode).toBe(429);
  });

  test('tells the security log of a wrong one, and never what was given', async ({
    api,
    startInstance,
  }) => {
    const lines: string[] = [];
    const app = await startInstance({
      ...{ log: { level: 'warn' }, logTo: { write: (line) => void lines.push(line) } },
    });
    const admin = await api.as('admin', [], app);

    await admin.post('/snapshots/recovery-key', { password: 'not-the-password' });
    await admin.post('/snapshots/recovery-key', { password });

    const told = lines.map((line) => JSON.parse(line));
    expect(told).toMatchObject([{ event: 'authn_confirm_fail', accountId: admin.account.id }]);
    expect(lines.join()).not.toContain('not-the-password');
  });

  test('is asked by no other route', async ({ startInstance }) => {
    const routes = await routesWithPassword(startInstance);

    const known = Object.keys(asked).map((name) => name.split(',')[0]);
    // Whoever comes by these has no session yet.
    const without = ['POST /api/auth/login', 'POST /api/setup'];
    expect(routes).toEqual([...new Set([...known, ...without])].toSorted());
  });
});

/** A plan that waits for its commit, of one new row where it is named. */
async function plan(
  db: Db,
  accountId: number,
  action: Action,
  subject: Record<string, unknown>,
  server?: string,
): Promise<number> {
  const actor = { ...system, accountId };
  const id = await createPlan(db, actor, { action, state: 'ready', subject, serverIds: null });
  if (server !== undefined) {
    const after = JSON.stringify({ name: server });
    await sql`insert into plan_entries (plan_id, ordinal, kind, table_name, name, after)
      values (${id}, 1, 'added', 'servers', ${server}, ${after})`.execute(db);
    await finishPlan(db, id);
  }
  return id;
}

/** All that a confirmed request would write. */
async function written(db: Db) {
  return {
    changes: await db.selectFrom('changes').select('id').orderBy('id').execute(),
    jobs: await db.selectFrom('jobs').select('id').execute(),
    plans: await db.selectFrom('plans').select(['id', 'state', 'changeId']).execute(),
  };
}

/** The routes whose body names a password. */
async function routesWithPassword(start: () => Promise<FastifyInstance>): Promise<string[]> {
  const routes = (await registeredRoutes(start)).filter(({ schema }) =>
    namesPassword(schema?.body),
  );
  return routes.map(({ method, url }) => `${method} ${url}`).toSorted();
}

function namesPassword(body: unknown): boolean {
  if (!(body instanceof z.ZodType)) return false;
  const told = JSON.stringify(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }));
  return /"(p|\w+P)assword":/.test(told);
}
