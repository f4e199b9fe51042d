import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { restartDelays } from '#lib/backoff.ts';
import { askToStop, ownGroup } from '#lib/child-processes.ts';
import { becomes } from '#lib/process-identity.ts';

/** A message that is with Telegram gets this long to be answered. */
const DRAIN_MS = 8_000;

/** What the API says whenever there begins or ends to be a bot to run. */
const BotWish = z.object({ type: z.literal('bot'), isWanted: z.boolean() });

export interface BotProcessOptions {
  entry: string;
  environment: NodeJS.ProcessEnv;
  log: (line: string) => void;
}

export interface BotProcess {
  /** Takes what the API says; anything else is not for the bot. */
  hear(message: unknown): void;
  stop(): Promise<void>;
}

/** Keeps the bot running while one is wanted: it starts and stops with the settings, and one that dies comes back. */
export function openBotProcess(options: BotProcessOptions): BotProcess {
  const stopping = new AbortController();
  let wanting = new AbortController();
  wanting.abort();
  let running: Promise<void> = Promise.resolve();

  const begin = () => {
    wanting = new AbortController();
    const { signal } = wanting;
    running = running.then(() => keepRunning(options, signal));
  };
  return {
    hear: (message) => {
      const wish = BotWish.safeParse(message);
      if (!wish.success || stopping.signal.aborted) return;
      const isRunning = !wanting.signal.aborted;
      if (wish.data.isWanted === isRunning) return;
      if (isRunning) wanting.abort();
      else begin();
    },
    stop: async () => {
      stopping.abort();
      wanting.abort();
      await running;
    },
  };
}

const handedOn =
  /^(PATH|HOME|LANG|LC_\w+|TZ|TE?MP|TMPDIR|SYSTEMROOT|LOG_LEVEL|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|TELEGRAM_WEBHOOK_\w+)$/i;

/** What a bot needs of ours: the way to the API and what opens it, but nothing that opens the database or the keys. */
export function botEnvironment(
  ours: NodeJS.ProcessEnv,
  { apiUrl, serviceToken }: { apiUrl: string; serviceToken: string },
): NodeJS.ProcessEnv {
  const needed = Object.entries(ours).filter(([name]) => handedOn.test(name));
  return { ...Object.fromEntries(needed), API_URL: apiUrl, BOT_SERVICE_TOKEN: serviceToken };
}

async function keepRunning(options: BotProcessOptions, signal: AbortSignal): Promise<void> {
  const nextDelayMs = restartDelays();
  while (!signal.aborted) {
    const child = spawnBot(options);
    options.log(`The Telegram bot is started (process ${child.pid}).`);
    const ended = end(child);
    const drain = () => void stopBot(child);
    signal.addEventListener('abort', drain, { once: true });
    const reason = await ended;
    signal.removeEventListener('abort', drain);
    if (signal.aborted) return options.log('The Telegram bot is stopped.');
    options.log(`The Telegram bot ended (${reason}); starting it again.`);
    await sleep(nextDelayMs(), undefined, { signal }).catch(() => {});
  }
}

function spawnBot({ entry, environment }: BotProcessOptions): ChildProcess {
  const child = spawn(process.execPath, [entry], {
    env: environment,
    ...ownGroup,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('error', () => {});
  return child;
}

async function end(child: ChildProcess): Promise<string> {
  if (!isOver(child)) await once(child, 'exit').catch(() => {});
  return child.signalCode ?? `exit code ${child.exitCode}`;
}

async function stopBot(child: ChildProcess): Promise<void> {
  askToStop(child);
  if (!(await becomes(() => isOver(child), DRAIN_MS))) child.kill('SIGKILL');
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
