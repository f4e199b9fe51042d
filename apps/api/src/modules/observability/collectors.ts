import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StatusBounds } from '@cmp/shared/status';
import type { Pool } from 'pg';
import type { MatviewUse } from '#config.ts';
import type { Db } from '#database/client.ts';
import { readCertificateFacts } from '#modules/certificates/certificate-facts.service.ts';
import { readWorkers } from '#modules/jobs/heartbeat.service.ts';
import { readJobFigures } from '#modules/jobs/job-figures.service.ts';
import { readMatviewFacts } from '#modules/matviews/matviews.service.ts';
import { readOutboxFacts } from '#modules/notifications/outbox-facts.service.ts';
import { countTotals } from '#modules/overview/overview.service.ts';
import type { SettingsPlace } from '#modules/settings/settings.service.ts';
import { readFacts } from '#modules/snapshots/snapshot-facts.service.ts';
import { readFolder } from '#modules/snapshots/snapshot-place.ts';
import { readBotFacts } from '#modules/telegram/bot.service.ts';
import { systemActor } from '#plugins/access.ts';
import { type Figure, figure } from './gauges.ts';
import { countNow, countPlans } from './observability.repository.ts';

/** What figures are read from. */
export interface Watched extends SettingsPlace {
  db: Db;
  pool: Pool;
  dataDir: string;
  snapshotsDir: string;
  matviewUse: MatviewUse;
  boundsNow: () => Promise<StatusBounds>;
  now: () => Date;
}

export interface Collector {
  /** How long its answer may be repeated: nothing is asked for at every scrape of every Prometheus. */
  keptMs: number;
  collect: (watched: Watched) => Promise<Figure[]>;
}

const secondsMs = 5_000;
const minuteMs = 60_000;

/** All that is read to be told, in the order in which it is asked for. */
export const collectors = {
  counts: {
    keptMs: secondsMs,
    collect: async ({ db }) => {
      const { sessions, servers, strays, bytes } = await countNow(db);
      return [
        figure('cmp_sessions_active', 'Sessions that have not ended.', sessions),
        figure('cmp_servers', 'Servers.', servers),
        figure('cmp_entries_default', 'Entries for which no month’s partition was there.', strays),
        figure('cmp_database_bytes', 'Size of the database.', bytes),
      ];
    },
  },
  jobs: { keptMs: secondsMs, collect: collectJobs },
  outbox: { keptMs: secondsMs, collect: collectOutbox },
  telegram: { keptMs: secondsMs, collect: collectBot },
  snapshots: { keptMs: secondsMs, collect: collectSnapshots },
  matview: { keptMs: secondsMs, collect: collectMatview },
  certificate: { keptMs: minuteMs, collect: collectCertificate },
  plans: {
    keptMs: minuteMs,
    collect: async ({ db }) => [
      {
        name: 'cmp_plans',
        help: 'Plans of the last hours, by what they would do and how far they are.',
        samples: (await countPlans(db)).map(({ action, state, count }) => ({
          labels: { action, state },
          value: count,
        })),
      },
    ],
  },
  disk: { keptMs: minuteMs, collect: collectDisk },
  users: { keptMs: minuteMs, collect: collectUsers },
} satisfies Record<string, Collector>;

async function collectUsers({ db, boundsNow, matviewUse }: Watched): Promise<Figure[]> {
  const { scope } = systemActor('system');
  const { counts } = await countTotals(db, scope, await boundsNow(), matviewUse);
  const { active, soon, expired, disabled } = counts;
  return [
    {
      name: 'cmp_users',
      help: 'Users, by status; at most minutes old.',
      samples: Object.entries({ active, soon, expired, disabled }).map(([status, value]) => ({
        labels: { status },
        value,
      })),
    },
  ];
}

async function collectJobs({ db }: Watched): Promise<Figure[]> {
  const [queues, workers] = [await readJobFigures(db), await readWorkers(db)];
  const byQueue = (name: string, help: string, key: 'oldestSeconds' | 'done' | 'failed') => ({
    ...{ name, help },
    samples: queues.map(({ queue, ...facts }) => ({ labels: { queue }, value: facts[key] })),
  });
  return [
    {
      name: 'cmp_jobs',
      help: 'Jobs that wait and jobs under way, by queue.',
      samples: queues.flatMap(({ queue, waiting, running }) => [
        { labels: { queue, state: 'waiting' }, value: waiting },
        { labels: { queue, state: 'running' }, value: running },
      ]),
    },
    byQueue(
      'cmp_jobs_oldest_age_seconds',
      'How long the oldest job waits that nobody has begun; 0 where none does.',
      'oldestSeconds',
    ),
    byQueue('cmp_jobs_done_day', 'Jobs that ended well within a day.', 'done'),
    byQueue('cmp_jobs_failed_day', 'Jobs that failed within a day.', 'failed'),
    {
      name: 'cmp_jobs_duration_seconds',
      help: 'How long the jobs took that ended within a day: the median, and the longest.',
      samples: queues.flatMap(({ queue, medianSeconds, longestSeconds }) =>
        medianSeconds === null || longestSeconds === null
          ? []
          : [
              { labels: { queue, quantile: '0.5' }, value: medianSeconds },
              { labels: { queue, quantile: '1' }, value: longestSeconds },
            ],
      ),
    },
    figure('cmp_workers', 'Processes that said within a minute that they work.', workers.working),
  ];
}

async function collectOutbox({ db }: Watched): Promise<Figure[]> {
  const { channels, webhook } = await readOutboxFacts(db);
  const byChannel = (
    name: string,
    help: string,
    key: 'waiting' | 'failing' | 'oldestSeconds' | 'parked',
  ) => ({
    ...{ name, help },
    samples: channels.map(({ channel, ...facts }) => ({ labels: { channel }, value: facts[key] })),
  });
  return [
    byChannel('cmp_outbox_waiting', 'Deliveries that wait to be sent.', 'waiting'),
    byChannel('cmp_outbox_failing', 'Of them, those that were tried at least once.', 'failing'),
    byChannel(
      'cmp_outbox_oldest_age_seconds',
      'How long the oldest delivery waits that is due or was tried; 0 where none does.',
      'oldestSeconds',
    ),
    byChannel('cmp_outbox_parked', 'Deliveries that were given up on.', 'parked'),
    figure(
      'cmp_webhook_failures',
      'Tries of the webhook since its last success.',
      webhook.failures,
    ),
  ];
}

/** Whether the bot is up is told only where one is wanted. */
async function collectBot({ db, overrides }: Watched): Promise<Figure[]> {
  const { isOn, isUp, silentSeconds, updates, messages, errors, latencyMs } = await readBotFacts(
    db,
    { overrides },
  );
  const counter = (name: string, help: string, value: number): Figure => ({
    ...figure(name, help, value),
    isCounter: true,
  });
  return [
    figure('cmp_bot_up', 'Whether the bot says that it is well.', isOn ? isUp : null),
    figure('cmp_bot_silent_seconds', 'Since the bot said how it fares.', silentSeconds),
    counter('cmp_bot_updates_total', 'What Telegram told the bot since it started.', updates),
    counter('cmp_bot_messages_total', 'Messages that the bot sent since it started.', messages),
    counter('cmp_bot_errors_total', 'Calls of Telegram that failed since it started.', errors),
    figure(
      'cmp_bot_latency_seconds',
      'How long Telegram took to answer the bot.',
      latencyMs === null ? null : latencyMs / 1000,
    ),
  ];
}

async function collectSnapshots({ db, now }: Watched): Promise<Figure[]> {
  const { newestAt, bytes, verifiedAt, failures, failedTries, isKeySaved } = await readFacts(db);
  const age = (at: string | null) =>
    at === null ? null : (now().getTime() - Date.parse(at)) / 1000;
  // Without one there is nothing to tell the age of: an alert asks for the absence.
  return [
    figure('cmp_snapshot_age_seconds', 'Since the newest snapshot of the database.', age(newestAt)),
    figure('cmp_snapshot_bytes', 'Size of the newest snapshot.', bytes),
    figure('cmp_snapshot_verified_age_seconds', 'Since one was found good.', age(verifiedAt)),
    figure('cmp_snapshot_failures', 'Snapshots that failed within a day.', failures),
    figure(
      'cmp_snapshot_schedule_failures',
      'Tries of the schedule that failed since it last made one.',
      failedTries,
    ),
    figure('cmp_recovery_key_saved', 'Whether the recovery key was ever exported.', isKeySaved),
  ];
}

/** Nothing where there is no view. */
async function collectMatview({ db }: Watched): Promise<Figure[]> {
  const facts = await readMatviewFacts(db);
  if (!facts) return [];
  const { refreshing, pending, ageSeconds } = facts;
  return [
    figure(
      'cmp_matview_refresh_running',
      'Whether the status view is being refreshed.',
      refreshing,
    ),
    figure(
      'cmp_matview_refresh_pending',
      'Whether a refresh was asked for that has not begun.',
      pending,
    ),
    figure(
      'cmp_matview_last_success_age_seconds',
      'Since the last good refresh of the status view.',
      ageSeconds,
    ),
  ];
}

/** Nothing where no domain is watched, and no days where its certificate was never seen. */
async function collectCertificate(watched: Watched): Promise<Figure[]> {
  const found = await readCertificateFacts(watched.db, watched);
  if (!found) return [];
  const { seen, daysLeft } = found;
  return [
    figure('cmp_certificate_left_days', 'Days until the site’s certificate ends.', daysLeft),
    figure(
      'cmp_certificate_unreadable',
      'Whether the last look at it saw no certificate.',
      (seen?.failure ?? null) !== null,
    ),
  ];
}

/** Of the folders that grow; one that cannot be reached has nothing to tell. */
async function collectDisk({ db, dataDir, snapshotsDir }: Watched): Promise<Figure[]> {
  const folders = { data: dataDir, snapshots: (await readFolder(db)) ?? snapshotsDir };
  const seen = await Promise.all(
    Object.entries(folders).map(async ([folder, path]) => {
      const { bavail, blocks, bsize } = await statfs(nearest(path));
      return { labels: { folder }, free: bavail * bsize, size: blocks * bsize };
    }),
  );
  return [
    {
      name: 'cmp_disk_free_bytes',
      help: 'Room where this folder lies.',
      samples: seen.map(({ labels, free }) => ({ labels, value: free })),
    },
    {
      name: 'cmp_disk_bytes',
      help: 'Size of what this folder lies on.',
      samples: seen.map(({ labels, size }) => ({ labels, value: size })),
    },
  ];
}

/** A folder that will be made lies where the nearest one above it is. */
function nearest(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearest(dirname(path));
}
