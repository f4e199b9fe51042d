import { Host } from '@cmp/shared/settings/fields';
import type { Command } from 'commander';
import { asTargetError } from '#lib/target-error.ts';
import { raiseAlarm } from '#modules/certificates/certificate-alarm.service.ts';
import { readCertificate } from '#modules/targets/certificate.service.ts';
import { CommandRefused, type Outcome } from './outcome.ts';
import type { Context, Run } from './program.ts';

const exitCodeOf = { fine: 0, warn: 1, critical: 2 } as const;

interface Options {
  port: string;
  warn?: string;
  critical?: string;
  slackWebhook?: string;
  telegramBotToken?: string;
  telegramChatId?: string;
}

/** `cmp cert check`: looks at a certificate and raises the alarm, by a timer and without a database. */
export function addCertificateCommand(program: Command, run: Run): void {
  program
    .command('cert')
    .description('watch certificates')
    .command('check')
    .description('look at what a domain’s server shows, and tell when it ends soon')
    .argument('[domain]', 'DOMAIN_NAME where none is given')
    .option('--port <port>', 'where it is served', '443')
    .option('--warn <days>', 'so many days left are a warning (CERT_EXPIRY_WARN_DAYS, 30)')
    .option('--critical <days>', 'so many days left are critical (CERT_EXPIRY_CRITICAL_DAYS, 10)')
    .option('--slack-webhook <url>', 'tells Slack (CERT_EXPIRY_SLACK_WEBHOOK)')
    .option('--telegram-bot-token <token>', 'tells Telegram (CERT_EXPIRY_TELEGRAM_BOT_TOKEN)')
    .option('--telegram-chat-id <id>', 'in this chat (CERT_EXPIRY_TELEGRAM_CHAT_ID)')
    .addHelpText(
      'after',
      '\nExit codes: 0 fine, 1 few days are left, 2 very few or none, or it could not be seen or told.' +
        '\nOther users of the machine can read what is typed: give secrets by the environment.',
    )
    .action((domain: string | undefined, options: Options) =>
      run((context) => check(context, domain, options), { failed: 2 }),
    );
}

async function check(
  context: Context,
  given: string | undefined,
  options: Options,
): Promise<Outcome> {
  const settings = settingsOf(context, given, options);
  const { domain } = settings;
  const seen = await look(context, settings);
  const level = 'failure' in seen ? 'critical' : seen.level;
  const text =
    'failure' in seen
      ? `The certificate of ${domain} cannot be seen: ${seen.failure}`
      : sentenceOf(domain, seen);

  const targets = targetsOf(context, options);
  const alarms =
    level === 'fine' ? { sent: [], failed: [] } : await raiseAlarm(text, targets, context.signal);
  const told = alarms.sent.map((name) => `${name} was told.`);
  const untold = alarms.failed.map((failure) => `Not told: ${failure}`);
  return {
    text: [text, ...told, ...untold].join('\n'),
    data: { domain, level, ...seen, told: alarms.sent, failed: alarms.failed },
    exitCode: alarms.failed.length > 0 ? 2 : exitCodeOf[level],
  };
}

type Settings = Parameters<typeof readCertificate>[0] & { domain: string };

function settingsOf(
  { config }: Context,
  given: string | undefined,
  { port, warn, critical }: Options,
): Settings {
  const environment = config.settings.certificate ?? {};
  const domain = Host.safeParse(given ?? environment.domain?.value);
  if (!domain.success) throw new CommandRefused('Name the domain, as portal.example.net.');
  return {
    domain: domain.data,
    port: numberOf('--port', port, 65_535),
    warnDays: numberOf('--warn', warn ?? environment.warnDays?.value ?? 30, 3650),
    criticalDays: numberOf('--critical', critical ?? environment.criticalDays?.value ?? 10, 3650),
    // Whoever types it is on the machine already.
    allowPrivateAddresses: true,
  };
}

async function look(context: Context, settings: Settings) {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(10_000)]);
  try {
    const { daysLeft, level, validTo, issuer, distrust } = await readCertificate(
      settings,
      new Date(),
      { signal },
    );
    return { daysLeft, level, validTo, issuer, distrust };
  } catch (error) {
    const failure = asTargetError(error);
    if (!failure) throw error;
    return { failure: failure.message };
  }
}

function sentenceOf(
  domain: string,
  { daysLeft, validTo, distrust }: { daysLeft: number; validTo: string; distrust: string | null },
): string {
  const ends =
    daysLeft < 0
      ? `ended on ${validTo}`
      : `ends in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}, on ${validTo}`;
  const doubt = distrust === null ? '' : ` Browsers do not believe it: ${distrust}.`;
  return `The certificate of ${domain} ${ends}.${doubt}`;
}

function targetsOf({ config }: Context, options: Options) {
  const { certificateAlarm, telegramApiRoot: apiRoot } = config;
  const token = options.telegramBotToken ?? certificateAlarm.telegramBotToken;
  const chatId = options.telegramChatId ?? certificateAlarm.telegramChatId;
  if ((token === undefined) !== (chatId === undefined))
    throw new CommandRefused('For Telegram, give both the token and the chat.');
  const slackWebhook = options.slackWebhook ?? certificateAlarm.slackWebhook;
  if (slackWebhook !== undefined && !/^https?:\/\//.test(slackWebhook))
    throw new CommandRefused('The address of Slack’s webhook begins with https://.');
  return { slackWebhook, telegram: token && chatId ? { token, chatId, apiRoot } : undefined };
}

function numberOf(name: string, given: string | number | boolean, most: number): number {
  const number = Number(String(given));
  if (given === '' || !Number.isInteger(number) || number < 0 || number > most)
    throw new CommandRefused(`${name} is a whole number up to ${most}.`);
  return number;
}
