import type { BotCode, BotStatus } from '@cmp/shared/bot';
import type { Command } from 'commander';
import { loadKeys } from '#lib/keys.ts';
import { readBotStatus } from '#modules/telegram/bot.service.ts';
import { withDatabase } from './database.ts';
import type { Outcome } from './outcome.ts';
import type { Context, Run } from './program.ts';

/** `cmp bot status`: how the Telegram bot fares, also while the portal is down. */
export function addBotCommands(program: Command, run: Run): void {
  program
    .command('bot')
    .description('look after the Telegram bot')
    .command('status')
    .description('what the bot said last: exit code 1 where it is not well')
    .action(() => run(status));
}

async function status(context: Context): Promise<Outcome> {
  const { config } = context;
  const place = { key: loadKeys(config).settings, overrides: config.settings };
  const found = await withDatabase(context, (db) => readBotStatus(db, place, new Date()));
  return { text: told(found), data: found, isBad: !found.ok };
}

function told({ ok, status }: BotStatus): string {
  const { lastSuccess, lastError, code, updatedAt } = status;
  return [
    headlineOf(ok, code),
    `heard of        ${updatedAt ?? 'never'}`,
    `last success    ${lastSuccess ?? 'never'}`,
    ...(lastError === null ? [] : [`last error      ${lastError}`]),
  ].join('\n');
}

function headlineOf(ok: boolean, code: BotCode | null): string {
  if (ok) return 'The bot is well, or nobody misses it.';
  return code === null ? silent : mends[code];
}

const silent =
  'The bot is silent: see that it runs. `npm start` starts it where START_TELEGRAM_BOT is not off.';

/** What is wrong, and what mends it. */
const mends: Record<BotCode, string> = {
  conflict:
    'Another program asks Telegram with this token, or a webhook is set. Stop it, or take a new token from @BotFather.',
  token_refused: 'Telegram refuses the token. Put in the one that @BotFather shows.',
  blocked: 'A chat blocked the bot. Whoever wants to hear from it writes to it again.',
  rate_limited: 'Telegram asks for patience. The bot waits, and goes on by itself.',
  unreachable: 'Telegram cannot be reached. See that this machine may reach api.telegram.org.',
  answer_unknown: 'What answers is not Telegram. See TELEGRAM_API_ROOT.',
};
