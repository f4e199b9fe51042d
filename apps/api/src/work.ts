import { connect, type Db } from '#database/client.ts';
import { buryJob, buryLostJobs, runJob } from '#modules/jobs/jobs.service.ts';
import { type JobQueue, openQueue } from '#modules/jobs/queue.ts';
import { sweepUploads } from '#modules/spreadsheets/imports.service.ts';
import { jobWorks } from './job-works.ts';

interface Place {
  databaseUrl: string;
  isPrepared: boolean;
  uploadsDir: string;
  tell: (failure: unknown) => void;
}

/** What a process has of the long work: where to put it in line, and how to leave it. */
interface Work {
  queue: JobQueue;
  stop: () => Promise<void>;
}

/** Takes jobs and does them, on connections of its own whose statements may take minutes. */
export async function beginWork({
  databaseUrl,
  isPrepared,
  uploadsDir,
  tell,
}: Place): Promise<Work> {
  const { db } = connect(databaseUrl, 6, { isPrepared, statementMs: 180_000 });
  const works = jobWorks(uploadsDir);
  const queue = await openQueue(db, tell);
  await queue.work(
    (jobId, signal) => runJob(db, works, jobId, signal),
    (jobId) => buryJob(db, works, jobId),
  );
  const sweep = () =>
    Promise.all([sweepUploads(db, uploadsDir), buryLostJobs(db, works)]).catch(tell);
  void sweep();
  const sweeping = setInterval(sweep, 60_000);

  return {
    queue,
    stop: async () => {
      clearInterval(sweeping);
      await queue.stop();
      await db.destroy();
    },
  };
}

/** Only puts jobs in line, for a worker in a process of its own. */
export async function beginSending(db: Db, tell: (failure: unknown) => void): Promise<Work> {
  const queue = await openQueue(db, tell);
  return { queue, stop: queue.stop };
}
