import { performance } from 'node:perf_hooks';
import { NotificationSettings } from '@cmp/shared/settings/notifications';
import { type System, type SystemPart, SystemPartName } from '@cmp/shared/system';
import type { Pool } from 'pg';
import type { Config } from '#config.ts';
import type { Db } from '#database/client.ts';
import { readCertificateFacts } from '#modules/certificates/certificate-facts.service.ts';
import { readWorkers } from '#modules/jobs/heartbeat.service.ts';
import { readJobFigures } from '#modules/jobs/job-figures.service.ts';
import { readMatviewFacts } from '#modules/matviews/matviews.service.ts';
import { readOutboxFacts } from '#modules/notifications/outbox-facts.service.ts';
import { readEffective, type SettingsPlace } from '#modules/settings/settings.service.ts';
import { readFacts } from '#modules/snapshots/snapshot-facts.service.ts';
import { readBotStatus, readTelegram } from '#modules/telegram/bot.service.ts';
import { readDatabase } from './system.repository.ts';

export interface SystemPlace extends SettingsPlace {
  versions: Config['versions'];
  now: () => Date;
}

interface Watched extends SystemPlace {
  db: Db;
  pool: Pool;
}

/** How one part fares: the worst that is true of it. */
type Verdict = Omit<SystemPart, 'part'>;

/** How the portal and what it leans on fare now. */
export async function readSystem(db: Db, pool: Pool, place: SystemPlace): Promise<System> {
  const watched = { ...place, db, pool };
  return {
    at: place.now().toISOString(),
    parts: await readParts(watched, SystemPartName.options),
  };
}

/** How these parts fare, one after the other: whoever looks at a system in trouble must not take its connections. */
export async function readParts(
  watched: Watched,
  names: readonly SystemPartName[],
): Promise<SystemPart[]> {
  const parts: SystemPart[] = [];
  for (const part of names) parts.push({ part, ...(await partsOf[part](watched)) });
  return parts;
}

const partsOf: Record<SystemPartName, (watched: Watched) => Promise<Verdict> | Verdict> = {
  version: ({ versions }) =>
    good({
      ...versions,
      nodeVersion: process.versions.node,
      uptimeSeconds: Math.floor(process.uptime()),
    }),

  database: async ({ db }) => {
    const begunAt = performance.now();
    const facts = await readDatabase(db);
    const ms = Math.round(performance.now() - begunAt);
    return worst({ ...facts, ms }, [ms > slowMs && (['warn', 'database_slow'] as const)]);
  },

  pool: ({ pool }) => {
    const facts = {
      size: pool.options.max,
      used: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount,
    };
    return worst({ ...facts }, [
      facts.waiting >= facts.size && (['bad', 'pool_exhausted'] as const),
      facts.waiting > 0 && (['warn', 'pool_busy'] as const),
    ]);
  },

  worker: async ({ db }) => {
    const facts = await readWorkers(db);
    return worst({ ...facts }, [facts.working === 0 && (['bad', 'worker_missing'] as const)]);
  },

  jobs: async ({ db }) => {
    const queues = await readJobFigures(db);
    const facts = {
      waiting: sumOf(queues, 'waiting'),
      running: sumOf(queues, 'running'),
      oldestSeconds: oldestOf(queues),
      failed: sumOf(queues, 'failed'),
    };
    return worst({ ...facts }, [
      (facts.oldestSeconds ?? 0) > stuckSeconds && (['bad', 'jobs_stuck'] as const),
      facts.failed > 0 && (['warn', 'jobs_failed'] as const),
    ]);
  },

  snapshot: async ({ db, now }) => {
    const { newestAt, verifiedAt, bytes, failures, failedTries, damaged, isKeySaved } =
      await readFacts(db);
    const facts = { newestAt, verifiedAt, bytes, failures, failedTries, damaged, isKeySaved };
    const isOld = (at: string) => now().getTime() - Date.parse(at) > oldSnapshotMs;
    return worst({ ...facts }, [
      newestAt === null && (['bad', 'snapshot_missing'] as const),
      newestAt !== null && isOld(newestAt) && (['bad', 'snapshot_old'] as const),
      damaged > 0 && (['bad', 'snapshot_damaged'] as const),
      (verifiedAt === null || isOld(verifiedAt)) && (['warn', 'snapshot_unverified'] as const),
      failures > 0 && (['warn', 'snapshot_failed'] as const),
      !isKeySaved && (['warn', 'recovery_key_unsaved'] as const),
    ]);
  },

  certificate: async (watched) => {
    const found = await readCertificateFacts(watched.db, watched);
    if (!found) return off;
    const { domain, seen, daysLeft, level } = found;
    if (!seen) return worst({ domain }, [['warn', 'certificate_unseen']]);
    const { at, expiresAt, issuer, failure } = seen;
    return worst({ domain, at, daysLeft, expiresAt, issuer, failure }, [
      failure !== null && (['bad', 'certificate_unreadable'] as const),
      daysLeft !== null && daysLeft < 0 && (['bad', 'certificate_ended'] as const),
      level === 'critical' && (['bad', 'certificate_ending'] as const),
      level === 'warn' && (['warn', 'certificate_ending'] as const),
    ]);
  },

  telegram: async (watched) => {
    const { values, secrets } = await readTelegram(watched.db, watched);
    if (!values.enabled || secrets.token === undefined) return off;
    const { ok, status } = await readBotStatus(watched.db, watched, watched.now());
    const { code, ...facts } = status;
    return worst({ ...facts }, [
      code !== null && (['bad', `bot_${code}`] as const),
      !ok && (['bad', 'bot_silent'] as const),
    ]);
  },

  outbox: async ({ db }) => {
    const { channels } = await readOutboxFacts(db);
    const facts = {
      waiting: sumOf(channels, 'waiting'),
      oldestSeconds: oldestOf(channels),
      parked: sumOf(channels, 'parkedLately'),
    };
    const oldest = facts.oldestSeconds ?? 0;
    return worst({ ...facts }, [
      oldest > 6 * stuckSeconds && (['bad', 'outbox_stuck'] as const),
      oldest > stuckSeconds && (['warn', 'outbox_stuck'] as const),
      facts.parked > 0 && (['warn', 'outbox_parked'] as const),
    ]);
  },

  webhook: async (watched) => {
    const { values, version } = await readEffective(
      watched.db,
      watched,
      'notifications',
      NotificationSettings,
    );
    if (values.webhookUrl === null) return off;
    // Switched off: by somebody, or by itself, of which there was a notice.
    if (!values.webhookEnabled) return off;
    const { webhook } = await readOutboxFacts(watched.db);
    // Of another address, which it had before.
    const failures = webhook.version === version ? webhook.failures : 0;
    const facts = { host: new URL(values.webhookUrl).host, failures };
    return worst({ ...facts }, [failures > 0 && (['warn', 'webhook_failing'] as const)]);
  },

  matview: async ({ db }) => {
    const facts = await readMatviewFacts(db);
    if (!facts) return off;
    const { ageSeconds } = facts;
    return worst({ ...facts }, [
      (ageSeconds === null || ageSeconds > staleViewSeconds) &&
        (['warn', 'matview_stale'] as const),
    ]);
  },
};

function sumOf<Name extends string>(rows: Record<Name, number>[], name: Name): number {
  return rows.reduce((sum, row) => sum + row[name], 0);
}

/** Null where nothing waits that could have gone. */
function oldestOf(rows: { oldestSeconds: number }[]): number | null {
  return Math.max(...rows.map(({ oldestSeconds }) => oldestSeconds)) || null;
}

const slowMs = 500;
/** What waits so long waits for nobody. */
const stuckSeconds = 600;
/** A day and some hours: the night's may take its time. */
const oldSnapshotMs = 30 * 3_600_000;
/** Four times what lies between two refreshes. */
const staleViewSeconds = 2 * 3_600;

const off: Verdict = { state: 'off', code: null, facts: {} };

function good(facts: SystemPart['facts']): Verdict {
  return { state: 'good', code: null, facts };
}

/** The first that is true, from the worst on. */
function worst(
  facts: SystemPart['facts'],
  troubles: (readonly ['bad' | 'warn', string] | false)[],
): Verdict {
  const [trouble] = troubles.filter((each) => each !== false);
  return trouble ? { state: trouble[0], code: trouble[1], facts } : good(facts);
}
