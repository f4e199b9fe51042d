import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { describe, expect, onTestFinished } from 'vitest';
import { certificateFor } from '#test/certificates.ts';
import { test as base } from '#test/command-fixtures.ts';
import { httpReceiver } from '#test/receivers.ts';

const token = '42:canary-token-of-the-alarm';
/** Nobody's: the check must not ask it. */
const noDatabase = { DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none' };

const test = base
  .extend('served', async () => async (days: number) => {
    const server = createServer(certificateFor('localhost', days));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  })
  /** Slack and Telegram, and the variables that name them. */
  .extend('alarm', async () => async () => {
    const slack = await httpReceiver((_, response) => response.end('ok'));
    const telegram = await httpReceiver((_, response) => response.end('{"ok":true}'));
    const environment = {
      ...noDatabase,
      TELEGRAM_API_ROOT: telegram.url,
      CERT_EXPIRY_SLACK_WEBHOOK: `${slack.url}/services/T0/B0/canary-of-slack`,
      CERT_EXPIRY_TELEGRAM_BOT_TOKEN: token,
      CERT_EXPIRY_TELEGRAM_CHAT_ID: '-100',
    };
    return { slack, telegram, environment };
  });

describe('cmp cert check', () => {
  test.for([
    [40, 0, 'fine', 39],
    [31, 1, 'warn', 30],
    [20, 1, 'warn', 19],
    [11, 2, 'critical', 10],
    [5, 2, 'critical', 4],
  ] as const)(
    'of one made for %d days gives %d, as it is %s',
    async ([days, exitCode, level, daysLeft], { cmp, served, alarm }) => {
      const port = await served(days);
      const { slack, telegram, environment } = await alarm();

      const answer = await cmp(`--json cert check localhost --port ${port}`, environment);

      expect(answer).toMatchObject({ exitCode, err: '' });
      const told = level === 'fine' ? [] : ['Slack', 'Telegram'];
      expect(JSON.parse(answer.out)).toMatchObject({
        ...{ domain: 'localhost', level, daysLeft, issuer: 'localhost', told, failed: [] },
      });
      expect([slack.posts.length, telegram.posts.length]).toEqual(
        level === 'fine' ? [0, 0] : [1, 1],
      );
      if (level === 'fine') return;
      const sentence = `The certificate of localhost ends in ${daysLeft} days`;
      expect(JSON.parse(slack.posts[0]?.body ?? '').text).toContain(sentence);
      expect(telegram.posts[0]?.path).toBe(`/bot${token}/sendMessage`);
      expect(JSON.parse(telegram.posts[0]?.body ?? '')).toEqual({
        chat_id: '-100',
        text: expect.stringContaining(sentence),
      });
    },
  );

  test('takes its thresholds and targets by what is typed, too', async ({ cmp, served, alarm }) => {
    const port = await served(40);
    const { slack, telegram } = await alarm();
    const environment = { ...noDatabase, TELEGRAM_API_ROOT: telegram.url };
    const targets = `--slack-webhook ${slack.url} --telegram-bot-token 7:abc --telegram-chat-id 5`;

    const warned = await cmp(
      `cert check localhost --port ${port} --warn=45 ${targets}`,
      environment,
    );
    const days = { CERT_EXPIRY_WARN_DAYS: '60', CERT_EXPIRY_CRITICAL_DAYS: '50' };
    const named = { ...environment, ...days, DOMAIN_NAME: 'localhost' };
    const critical = await cmp(`cert check --port ${port}`, named);

    expect(warned).toMatchObject({ exitCode: 1, err: '' });
    expect(warned.out).toMatch(
      /^The certificate of localhost ends in 39 days, on .*\nSlack was told\.\nTelegram was told\.\n$/,
    );
    expect(critical.exitCode).toBe(2);
    expect([slack.posts.length, telegram.posts.length]).toEqual([1, 1]);
  });

  test('tells also that nothing could be seen, and that somebody could not be told', async ({
    cmp,
    alarm,
  }) => {
    const { slack, telegram, environment } = await alarm();
    telegram.answerWith((_, response) => response.writeHead(401).end(`Unauthorized ${token}`));

    const answer = await cmp('cert check localhost --port 1', environment);

    expect(answer.exitCode).toBe(2);
    expect(answer.out).toBe(
      [
        'The certificate of localhost cannot be seen: Nothing answers there.',
        'Slack was told.',
        'Not told: Telegram: it answered 401: Unauthorized •••',
        '',
      ].join('\n'),
    );
    expect(slack.posts).toHaveLength(1);
  });

  test.for([
    'cert check',
    'cert check https://localhost/',
    'cert check localhost --warn=soon',
    'cert check localhost --port=99999',
    'cert check localhost --slack-webhook ftp://x',
    'cert check localhost --telegram-bot-token 1:x',
  ])('refuses %s with 2, which is no warning', async (line, { cmp }) => {
    const { exitCode, out, err } = await cmp(line, noDatabase);

    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).not.toBe('');
  });
});
