import type { SystemPart, SystemPartName } from '@cmp/shared/system';
import type { Pool } from 'pg';
import type { Config } from '#config.ts';
import type { Db } from '#database/client.ts';
import { readParts } from '#modules/system/system.service.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

/** The parts that are asked of the database, as the panel's own page of the system asks. */
const parts = [
  'worker',
  'jobs',
  'outbox',
  'telegram',
  'webhook',
  'matview',
] as const satisfies readonly SystemPartName[];

/** What is to be said of the work that goes on behind the panel. */
export async function checkParts(
  db: Db,
  pool: Pool,
  key: Buffer,
  { settings: overrides, versions }: Config,
  isRunning: boolean,
): Promise<Finding[]> {
  const watched = { db, pool, key, overrides, versions, now: () => new Date() };
  const found = (await readParts(watched, parts)).map(judge);
  // A portal that was stopped does no work, and nothing is wrong with that.
  return found.map((each) =>
    each.check === 'worker' && each.state === 'bad' && !isRunning
      ? { ...each, state: 'warn' }
      : each,
  );
}

function judge({ part, state, code, facts }: SystemPart): Finding {
  if (state === 'off') return ok(part, 'not used');
  if (state === 'good' || code === null) return ok(part, told(facts) || 'well');
  const { says, mend } = sentences[code] ?? {
    says: code.replaceAll('_', ' '),
    mend: 'See the page System of the panel.',
  };
  const whole = [says, told(facts)].filter(Boolean).join('; ');
  return state === 'bad' ? bad(part, whole, mend) : warn(part, whole, mend);
}

/** As “2 waiting, 0 failed”: what there is to say of it in numbers. */
function told(facts: SystemPart['facts']): string {
  return Object.entries(facts)
    .filter(([, fact]) => typeof fact === 'number')
    .map(([name, fact]) => wordsOf(name, Number(fact)))
    .join(', ');
}

function wordsOf(name: string, fact: number): string {
  const unit = /^(.*)Seconds$/.exec(name)?.[1];
  return unit === undefined ? `${Math.round(fact)} ${name}` : `${unit} ${Math.round(fact)} s`;
}

const bot =
  'Run `cmp bot status`: it says what mends it. Without a bot, switch Telegram off in the panel.';
const outbox = 'See the deliveries in the panel, and why they fail.';
/** What is wrong by the part's code, and what mends it. */
const sentences: Record<string, { says: string; mend: string }> = {
  worker_missing: {
    says: 'nobody does the long work: no snapshot, no import, no message',
    mend: 'Start the portal; where WORK=off, start cmp-worker, too.',
  },
  jobs_stuck: {
    says: 'jobs wait for longer than ten minutes',
    mend: 'See that a worker runs, and what it says: journalctl -u cmp-worker -n 50',
  },
  jobs_failed: { says: 'jobs failed within a day', mend: 'See why, in the panel under Jobs.' },
  outbox_stuck: { says: 'messages wait for longer than ten minutes', mend: outbox },
  outbox_parked: { says: 'messages were given up on within a day', mend: outbox },
  bot_silent: { says: 'the bot is silent', mend: bot },
  bot_conflict: { says: 'another program asks Telegram with this token', mend: bot },
  bot_token_refused: { says: 'Telegram refuses the token', mend: bot },
  bot_blocked: { says: 'a chat blocked the bot', mend: bot },
  bot_rate_limited: { says: 'Telegram asks for patience', mend: bot },
  bot_unreachable: { says: 'the bot cannot reach Telegram', mend: bot },
  bot_answer_unknown: { says: 'what answers the bot is not Telegram', mend: bot },
  webhook_failing: {
    says: 'the receiver of the webhook refuses',
    mend: 'See what it answers: its Test button in the panel, under Notifications.',
  },
  matview_stale: {
    says: 'the status view is old',
    mend: 'Run `cmp matview refresh`; a worker keeps it fresh.',
  },
};
