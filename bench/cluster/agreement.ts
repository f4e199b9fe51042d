import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Browser, browser, formOf } from './client.ts';
import { admin, type Site } from './site.ts';

/** What a second instance must say within this of what the first one did: docs/architecture.md promises a second. */
const promisedMs = 1_000;

interface Two {
  /** A browser on each instance, with the session of the first. */
  first: Browser;
  second: Browser;
  site: Site;
}

/** What is done on one instance and seen on the other; each says what it saw, or fails. */
const checks: Record<string, (two: Two) => Promise<string>> = {
  'an ended session is refused on both': endedSession,
  'wrong sign-ins are counted over both': signInLimit,
  'the zone decides a status on the other': zone,
  'Telegram is switched on the other': telegram,
  'a service is sold on the other': service,
  'one Idempotency-Key on both at once makes one user': idempotency,
  'a file uploaded on one is planned, committed and watched on the other': upload,
};

/** Signs in on one instance, and asks both. */
export async function checkAgreement(site: Site): Promise<Record<string, string>[]> {
  const rows = [];
  for (const [what, check] of Object.entries(checks)) {
    const [a, b] = site.instances;
    const cookie = await signIn(a.origin);
    const first = browser(a.origin, cookie);
    const second = browser(b.origin, cookie);
    assert.equal(
      (await second.ask('GET', '/api/auth/session')).status,
      200,
      'a session is of both',
    );
    rows.push({ what, seen: await check({ first, second, site }) });
    first.close();
    second.close();
  }
  return rows;
}

async function signIn(origin: string): Promise<string> {
  const { ask, close } = browser(origin);
  const { status, cookies, body } = await ask('POST', '/api/auth/login', { body: admin });
  close();
  assert.equal(status, 200, body);
  return cookies.join('; ');
}

async function endedSession({ first, second }: Two): Promise<string> {
  await expectStatus(first.ask('POST', '/api/auth/logout'), 204);
  const ms = await msUntil(
    async () => (await second.ask('GET', '/api/auth/session')).status === 401,
  );
  await expectStatus(first.ask('GET', '/api/auth/session'), 401);
  return `refused after ${ms} ms`;
}

async function signInLimit({ first, second }: Two): Promise<string> {
  const body = { username: 'nobody-there', password: 'not-the-password-of-anybody' };
  const statuses = [];
  // Five with one name in a minute.
  for (const { ask } of [first, second, first, second, first, second, first])
    statuses.push((await ask('POST', '/api/auth/login', { body, headers: { cookie: '' } })).status);
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429]);
  return `the sixth, on the other: ${statuses.join(' ')}`;
}

async function zone({ first, second }: Two): Promise<string> {
  // A day that is over in the one zone and goes on in the other, at any hour.
  const [early, late] = ['Pacific/Kiritimati', 'Pacific/Pago_Pago'];
  const expiresOn = new Intl.DateTimeFormat('sv', { timeZone: late }).format(new Date());
  const body = { accountName: `zone-${randomUUID()}`, expiresOn };
  const { id } = await json(first.ask('POST', '/api/servers/1/users', { body }), 201);
  const times = [];
  for (const timeZone of [early, late]) {
    const { version } = await json(first.ask('GET', '/api/settings/general'));
    await json(
      first.ask('PATCH', '/api/settings/general', { body: { version, values: { timeZone } } }),
    );
    const isOver = timeZone === early;
    times.push(
      await msUntil(async () => {
        const { status } = await json(second.ask('GET', `/api/users/${id}`));
        return (status === 'expired') === isOver;
      }),
    );
  }
  return `after ${times.join(' and ')} ms`;
}

async function telegram({ first, second, site }: Two): Promise<string> {
  const token = '123456789:AAExampleExampleExampleExampleExamp';
  const ofBot = { headers: { authorization: `Bearer ${site.botToken}` } };
  const read = () => json(second.ask('GET', '/internal/bot/config', ofBot));
  assert.equal((await read()).token, null);
  const { version } = await json(first.ask('GET', '/api/settings/telegram'));
  const values = { enabled: true, token };
  const body = { version, values, password: admin.password };
  await json(first.ask('PATCH', '/api/settings/telegram', { body }));
  return `the bot is given its token after ${await msUntil(async () => (await read()).token === token)} ms`;
}

async function service({ first, second }: Two): Promise<string> {
  const name = `Service ${randomUUID().slice(0, 8)}`;
  await json(first.ask('POST', '/api/services', { body: { name } }), 201);
  const ms = await msUntil(async () =>
    (await second.ask('GET', '/api/services')).body.includes(name),
  );
  const body = { accountName: `sold-${randomUUID()}`, service: name };
  await json(second.ask('POST', '/api/servers/1/users', { body }), 201);
  return `after ${ms} ms`;
}

async function idempotency({ first, second }: Two): Promise<string> {
  const tries = 20;
  for (let at = 0; at < tries; at += 1) {
    const wish = {
      body: { accountName: `once-${randomUUID()}` },
      headers: { 'idempotency-key': randomUUID() },
    };
    const answers = await Promise.all(
      [first, second].map(({ ask }) => ask('POST', '/api/servers/1/users', wish)),
    );
    // Who came second is told so, or what the first one was told: never that the name is taken.
    const statuses = answers.map(({ status, body }) =>
      status === 409 ? JSON.parse(body).code : status,
    );
    const good = statuses.filter((status) => status === 201).length;
    assert.ok(
      good >= 1 && statuses.every((status) => status === 201 || status === 'request_running'),
      `${statuses}`,
    );
    const { total } = await json(
      second.ask('GET', `/api/servers/1/users?q=${wish.body.accountName}`),
    );
    assert.equal(total, 1);
  }
  return `${tries} of ${tries} times`;
}

async function upload({ first, second }: Two): Promise<string> {
  const rows = 3_000;
  const csv = ['account_name', ...Array.from({ length: rows }, () => `import-${randomUUID()}`)];
  const form = formOf(Buffer.from(`${csv.join('\r\n')}\r\n`), 'list.csv', 3);
  const sent = await first.ask('POST', '/api/servers/3/users/import?mode=merge', form);
  assert.ok(sent.status === 201 || sent.status === 202, sent.body);
  const { id } = JSON.parse(sent.body);
  const planned = await settled(second, `/api/plans/${id}`, ['parsing']);
  assert.equal(planned.state, 'ready', JSON.stringify(planned));
  assert.equal(planned.counts.added, rows);
  const begun = await json(second.ask('POST', `/api/plans/${id}/commit`, { body: {} }));
  const seen = { first: new Set<string>(), second: new Set<string>() };
  for (let state = ''; state !== 'done'; ) {
    const [a, b] = await Promise.all(
      [first, second].map(({ ask }) => json(ask('GET', `/api/jobs/${begun.jobId}`))),
    );
    seen.first.add(`${a.phase} ${a.done}`);
    seen.second.add(`${b.phase} ${b.done}`);
    assert.notEqual(b.state, 'failed', JSON.stringify(b.failure));
    state = a.state === b.state ? a.state : '';
    await wait(20);
  }
  const { total } = await json(first.ask('GET', '/api/servers/3/users?q=import-'));
  assert.equal(total, rows);
  return `${rows} users; steps seen on one ${seen.first.size}, on the other ${seen.second.size}`;
}

async function settled({ ask }: Browser, path: string, moving: string[]) {
  for (;;) {
    const plan = await json(ask('GET', path));
    if (!moving.includes(plan.state)) return plan;
    await wait(50);
  }
}

async function json(asked: ReturnType<Browser['ask']>, wanted = 200) {
  return JSON.parse((await expectStatus(asked, wanted)).body);
}

async function expectStatus(asked: ReturnType<Browser['ask']>, wanted: number) {
  const answer = await asked;
  assert.equal(answer.status, wanted, answer.body);
  return answer;
}

/** Until it is so, and never later than was promised. */
async function msUntil(isSo: () => Promise<boolean>): Promise<number> {
  const beganAt = performance.now();
  while (!(await isSo())) {
    assert.ok(performance.now() - beganAt < promisedMs + slackMs, 'not within what was promised');
    await wait(20);
  }
  return Math.round(performance.now() - beganAt);
}

/** A busy machine answers later than it knows. */
const slackMs = 500;
