import type { Received } from '#lib/outbound-http.ts';
import { sendHttp } from '#lib/outbound-http.ts';
import { asTargetError } from '#lib/target-error.ts';
import { withoutSecrets } from '#lib/without-secrets.ts';

/** Where `cmp cert check` raises the alarm, by the word of whoever runs the machine: also within its own network. */
export interface AlarmTargets {
  slackWebhook: string | undefined;
  telegram: { token: string; chatId: string; apiRoot: string } | undefined;
}

/** What was raised, and what could not be. */
export interface Alarms {
  sent: string[];
  failed: string[];
}

/** Tells everybody who is to be told. One that does not answer keeps nobody else's news. */
export async function raiseAlarm(
  text: string,
  { slackWebhook, telegram }: AlarmTargets,
  signal: AbortSignal,
): Promise<Alarms> {
  const posts = [
    ...(slackWebhook
      ? [{ name: 'Slack', url: slackWebhook, body: { text }, secrets: [slackWebhook] }]
      : []),
    ...(telegram
      ? [
          {
            name: 'Telegram',
            url: `${telegram.apiRoot}/bot${telegram.token}/sendMessage`,
            body: { chat_id: telegram.chatId, text },
            secrets: [telegram.token],
          },
        ]
      : []),
  ];
  const results = await Promise.all(
    posts.map(async ({ name, url, body, secrets }) => ({
      name,
      failure: await post(url, body, signal).then(failureOf, (error) => wordsOf(error)),
      secrets,
    })),
  );
  return {
    sent: results.filter(({ failure }) => failure === null).map(({ name }) => name),
    failed: results
      .filter(({ failure }) => failure !== null)
      .map(({ name, failure, secrets }) => `${name}: ${withoutSecrets(failure ?? '', secrets)}`),
  };
}

function post(url: string, body: object, stopping: AbortSignal): Promise<Received> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(10_000)]);
  const headers = { 'content-type': 'application/json' };
  const sent = { method: 'POST', headers, body: JSON.stringify(body) } as const;
  return sendHttp(new URL(url), sent, { allowPrivate: true, signal });
}

function failureOf({ status, body }: Received): string | null {
  return status >= 200 && status < 300 ? null : `it answered ${status}: ${body}`;
}

function wordsOf(error: unknown): string {
  const failure = asTargetError(error);
  if (!failure) throw error;
  return failure.message;
}
