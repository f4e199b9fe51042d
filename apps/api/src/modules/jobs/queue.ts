import { JobKind } from '@cmp/shared/jobs';
import { CompiledQuery } from 'kysely';
import { type Db as BossDb, PgBoss } from 'pg-boss';
import type { Db, Trx } from '#database/client.ts';

/** Hands jobs to whichever process works, and on to another where that one died. */
export interface JobQueue {
  /** Puts a job in line: it is there if the transaction is. */
  send: (trx: Trx, kind: JobKind, jobId: string) => Promise<void>;
  /** Tells this process's workers to look now; those of others look by themselves. */
  wake: (kind: JobKind) => void;
  /** Begins to work. What `run` throws is tried again; what fails for good goes to `bury`. */
  work: (
    run: (jobId: string, signal: AbortSignal) => Promise<void>,
    bury: (jobId: string) => Promise<void>,
  ) => Promise<void>;
  /** Takes nothing new, and waits for what is being done. */
  stop: () => Promise<void>;
}

const queueOf = {
  'import:parse': 'import.parse',
  'import:commit': 'import.commit',
  'snapshot:create': 'snapshot.create',
  'snapshot:verify': 'snapshot.verify',
  'snapshot:drill': 'snapshot.drill',
  'restore:read': 'restore.read',
  'restore:write': 'restore.write',
  'undo:commit': 'undo.commit',
} as const satisfies Record<JobKind, string>;

/** Opens the queue. Its tables belong to the owner; this process only reads and writes their rows. */
export async function openQueue(db: Db, tell: (failure: unknown) => void): Promise<JobQueue> {
  const boss = new PgBoss({
    db: adapter(db),
    schema: 'pgboss',
    migrate: false,
    createSchema: false,
    schedule: false,
    supervise: true,
    // A dead worker's job is another's within half a minute.
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    // Both are the owner's to do.
    reindex: false,
    monitorVacuum: false,
  });
  boss.on('error', tell);
  await boss.start();
  const workers = new Map<JobKind, string>();

  return {
    send: async (trx, kind, jobId) => {
      await boss.send(queueOf[kind], { jobId }, { id: jobId, db: adapter(trx) });
    },
    wake: (kind) => {
      const worker = workers.get(kind);
      if (worker) boss.notifyWorker(worker);
    },
    work: async (run, bury) => {
      const polling = { pollingIntervalSeconds: 2 };
      for (const kind of JobKind.options) {
        const worker = await boss.work<JobData>(
          queueOf[kind],
          { ...polling, heartbeatRefreshSeconds: 3 },
          async ([job]) => {
            if (job) await run(job.data.jobId, job.signal);
          },
        );
        workers.set(kind, worker);
      }
      await boss.work<JobData>('dead', polling, async ([job]) => {
        if (job) await bury(job.data.jobId);
      });
    },
    stop: () => boss.stop({ close: false, graceful: true, timeout: 20_000 }),
  };
}

interface JobData {
  jobId: string;
}

function adapter(db: Db): BossDb {
  return {
    executeSql: async (text, values = []) => {
      const { rows } = await db.withoutPlugins().executeQuery(CompiledQuery.raw(text, [...values]));
      return { rows };
    },
  };
}
