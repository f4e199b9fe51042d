import type { SystemPart } from '@cmp/shared/system';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { readConfig } from '#config.ts';
import { sayAtWork } from '#modules/jobs/heartbeat.service.ts';
import { test as base } from '#test/fixtures.ts';
import { addCheck, addDelivery, addJob, addSnapshot, set } from '#test/watched.ts';

const test = base.extend('look', async ({ api }) => {
  const admin = await api.as('admin');
  return async (part: string): Promise<SystemPart> => {
    const response = await admin.get('/system');
    expect(response.statusCode).toBe(200);
    return response.json().parts.find((each: SystemPart) => each.part === part);
  };
});

test('GET /system names every part, and what of it there is to know', async ({ api }) => {
  const admin = await api.as('admin');

  const { at, parts } = (await admin.get('/system')).json();

  expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
  expect(parts.map(({ part, state, code }: SystemPart) => `${part} ${state} ${code}`)).toEqual([
    'version good null',
    'database good null',
    'pool good null',
    'worker bad worker_missing',
    'jobs good null',
    'snapshot bad snapshot_missing',
    'certificate off null',
    'telegram off null',
    'outbox good null',
    'webhook off null',
    'matview off null',
  ]);
  expect(parts[0].facts).toMatchObject({
    ...{ appVersion: 'cmp ver test', gitSha: null, nodeVersion: process.versions.node },
  });
  expect(parts[1].facts).toMatchObject({ version: expect.any(String), bytes: expect.any(Number) });
  expect(parts[2].facts).toMatchObject({ size: 4, waiting: 0 });
});

test('GET /system shows no secret', async ({ api, startInstance }) => {
  const token = '123456:canary-of-the-bot-token';
  const app = await startInstance({
    settings: readConfig({ TELEGRAM_BOT_TOKEN: token }).settings,
  });
  const admin = await api.as('admin', [], app);

  const response = await admin.get('/system');

  expect(response.payload).toContain('bot_silent');
  expect(response.payload).not.toContain('canary');
});

describe('the worker', () => {
  test('is at work while it says so, and is missed once it does not', async ({ look, db }) => {
    const beating = sayAtWork(db, (failure) => expect.fail(String(failure)));
    await beating.began;
    expect(await look('worker')).toMatchObject({ state: 'good', facts: { working: 1 } });

    await sql`update worker_beats set at = now() - interval '61 seconds'`.execute(db);
    const killed = await look('worker');
    await beating.stop();
    const stopped = await look('worker');

    expect(killed).toMatchObject({ state: 'bad', code: 'worker_missing', facts: { working: 0 } });
    expect(killed.facts.lastSeconds).toBeGreaterThanOrEqual(61);
    expect(stopped).toMatchObject({ state: 'bad', facts: { lastSeconds: null } });
  });

  test('knows itself whether it is heard', async ({ db, owner }) => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const tell = vi.fn<(failure: unknown) => void>();
    await sql`alter table worker_beats rename to away`.execute(owner);
    const beating = sayAtWork(db, tell);
    await expect.poll(() => tell).toHaveBeenCalledTimes(1);
    const atFirst = beating.isBeating();

    vi.advanceTimersByTime(61_000);
    const unheard = beating.isBeating();
    await sql`alter table away rename to worker_beats`.execute(owner);
    vi.advanceTimersByTime(15_000);

    expect([atFirst, unheard]).toEqual([true, false]);
    await expect.poll(beating.isBeating).toBe(true);
    await beating.stop();
  });

  test('is not to blame for a database that is away', async ({ db, outage }) => {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const tell = vi.fn<(failure: unknown) => void>();
    await outage.begin();
    const beating = sayAtWork(db, tell);
    await expect.poll(() => tell).toHaveBeenCalledTimes(1);

    vi.advanceTimersByTime(59_000);
    await expect.poll(() => tell).toHaveBeenCalledTimes(4);
    vi.advanceTimersByTime(59_000);
    const isBeating = beating.isBeating();
    await beating.stop();

    expect(isBeating).toBe(true);
  });

  test('says so where a process does the work, before it is one', async ({
    look,
    owner,
    startInstance,
  }) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const busy = owner.transaction().execute(async (trx) => {
      await sql`lock table worker_beats in exclusive mode`.execute(trx);
      setTimeout(release, 1_500);
      await released;
    });

    await startInstance({}, { work: 'does' });

    expect(await look('worker')).toMatchObject({ state: 'good' });
    await busy;
  });
});

test('jobs are told of that wait too long, and that failed', async ({ look, db }) => {
  await addJob(db, { state: 'waiting', createdAt: '5 minutes' });
  const waiting = await look('jobs');
  await addJob(db, { state: 'failed', createdAt: '25 hours', endedAt: '25 hours' });
  const longAgo = await look('jobs');
  await addJob(db, { state: 'failed', createdAt: '25 hours', endedAt: '23 hours' });
  const failed = await look('jobs');
  await addJob(db, { state: 'waiting', createdAt: '11 minutes' });
  const stuck = await look('jobs');

  expect(waiting).toMatchObject({ state: 'good', facts: { waiting: 1, failed: 0 } });
  expect(longAgo).toMatchObject({ state: 'good', facts: { failed: 0 } });
  expect(failed).toMatchObject({ state: 'warn', code: 'jobs_failed', facts: { failed: 1 } });
  expect(stuck).toMatchObject({ state: 'bad', code: 'jobs_stuck', facts: { waiting: 2 } });
  expect(stuck.facts.oldestSeconds).toBeGreaterThanOrEqual(660);
});

test('the snapshot is judged by its age, its proof and its key', async ({ look, db }) => {
  await addSnapshot(db, { age: '31 hours' });
  const old = await look('snapshot');
  await addSnapshot(db, { age: '2 hours', failure: 'The signature is not ours.' });
  const damaged = await look('snapshot');
  await sql`delete from snapshots`.execute(db);
  await addSnapshot(db, { age: '2 hours' });
  const withoutKey = await look('snapshot');

  expect(old).toMatchObject({ state: 'bad', code: 'snapshot_old' });
  expect(damaged).toMatchObject({ state: 'bad', code: 'snapshot_old', facts: { damaged: 1 } });
  expect(withoutKey).toMatchObject({
    ...{ state: 'warn', code: 'recovery_key_unsaved' },
    facts: { isKeySaved: false, damaged: 0 },
  });
});

test('the certificate is judged by the last look at the domain, and the thresholds', async ({
  look,
  db,
}) => {
  await set(db, 'certificate', { domain: 'portal.example.org', warnDays: 20, criticalDays: 5 });
  const states = [await look('certificate')];
  await addCheck(db, { domain: 'another.example.org', left: '1 day' });
  states.push(await look('certificate'));
  for (const left of ['40 days', '19 days', '4 days', '-1 day']) {
    await addCheck(db, { domain: 'portal.example.org', left });
    states.push(await look('certificate'));
  }
  await addCheck(db, { domain: 'portal.example.org', failure: 'Nobody answers.' });
  states.push(await look('certificate'));

  expect(states.map(({ state, code }) => `${state} ${code}`)).toEqual([
    'warn certificate_unseen',
    'warn certificate_unseen',
    'good null',
    'warn certificate_ending',
    'bad certificate_ending',
    'bad certificate_ended',
    'bad certificate_unreadable',
  ]);
  expect(states[3]?.facts).toMatchObject({ domain: 'portal.example.org', daysLeft: 18 });
});

test('the bot is told of that is silent, or that Telegram refuses', async ({
  api,
  db,
  startInstance,
}) => {
  const app = await startInstance({
    settings: { telegram: { token: { variable: 'TELEGRAM_BOT_TOKEN', value: '123:secret' } } },
  });
  const admin = await api.as('admin', [], app);
  const look = async () => (await admin.get('/system')).json().parts[7];
  await set(db, 'telegram', { enabled: true });

  const never = await look();
  await sql`update bot_state set updated_at = now(), last_success = now()`.execute(db);
  const well = await look();
  await sql`update bot_state set code = 'conflict', last_error = 'terminated by other'`.execute(db);
  const refused = await look();
  await sql`update bot_state set code = null, updated_at = now() - interval '3 minutes'`.execute(
    db,
  );
  const silent = await look();
  await set(db, 'telegram', { enabled: false });
  const off = await look();

  expect(never).toMatchObject({ part: 'telegram', state: 'bad', code: 'bot_silent' });
  expect(well).toMatchObject({ state: 'good', code: null });
  expect(refused).toMatchObject({
    ...{ state: 'bad', code: 'bot_conflict' },
    facts: { lastError: 'terminated by other' },
  });
  expect(silent).toMatchObject({ state: 'bad', code: 'bot_silent' });
  expect(off).toMatchObject({ state: 'off', facts: {} });
});

test('the outbox is told of where it stands still, not where it waits for the morning', async ({
  look,
  db,
}) => {
  await addDelivery(db, { since: '9 hours', due: '-1 hour' });
  const quiet = await look('outbox');
  await addDelivery(db, { since: '11 minutes', due: '11 minutes' });
  const slow = await look('outbox');
  await addDelivery(db, { since: '61 minutes', due: '61 minutes' });
  const stuck = await look('outbox');
  await sql`update deliveries set state = 'parked'`.execute(db);
  const parked = await look('outbox');

  expect(quiet).toMatchObject({ state: 'good', facts: { waiting: 1, oldestSeconds: null } });
  expect(slow).toMatchObject({ state: 'warn', code: 'outbox_stuck' });
  expect(stuck).toMatchObject({ state: 'bad', code: 'outbox_stuck', facts: { waiting: 3 } });
  expect(parked).toMatchObject({ state: 'warn', code: 'outbox_parked', facts: { waiting: 0 } });
});

test('the webhook and the view are told of where they are used', async ({ look, db, api }) => {
  const admin = await api.as('admin');
  await set(db, 'notifications', { webhookEnabled: true, webhookUrl: 'https://hook.test/x?k=1' });
  const quiet = await look('webhook');
  await sql`update webhook_state set version = 1, failures = 3`.execute(db);
  const failing = await look('webhook');
  await admin.put('/admin/matviews/user_status_matview', { exists: true });
  const fresh = await look('matview');
  await sql`update matview_states set last_success = now() - interval '3 hours'`.execute(db);
  const stale = await look('matview');

  expect(quiet).toMatchObject({ state: 'good', facts: { host: 'hook.test', failures: 0 } });
  expect(failing).toMatchObject({ state: 'warn', code: 'webhook_failing', facts: { failures: 3 } });
  expect(fresh).toMatchObject({ state: 'good', code: null });
  expect(stale).toMatchObject({ state: 'warn', code: 'matview_stale' });
});
