import { connect } from '#database/client.ts';
import { buryJob, buryLostJobs, runJob } from '#modules/jobs/jobs.service.ts';
import { type JobQueue, openQueue } from '#modules/jobs/queue.ts';
import { askForDrill } from '#modules/restore/drill.service.ts';
import { sweepRestores } from '#modules/restore/sweep.service.ts';
import { tendSnapshots } from '#modules/snapshots/tending.service.ts';
import { sweepUploads } from '#modules/spreadsheets/imports.service.ts';
import { allWorks, type WorkPlace } from './works.ts';

interface Place extends WorkPlace {
  databaseUrl: string;
  isPrepared: boolean;
  tell: (failure: unknown) => void;
}

/** Takes jobs and does them, on connections of its own whose statements may take minutes. */
export async function beginWork({
  databaseUrl,
  isPrepared,
  tell,
  ...place
}: Place): Promise<{ queue: JobQueue; stop: () => Promise<void> }> {
  const { db } = connect(databaseUrl, 6, { isPrepared, statementMs: 180_000 });
  const works = allWorks({ ...place, tell });
  const queue = await openQueue(db, tell);
  await queue.work(
    (jobId, signal) => runJob(db, works, jobId, signal),
    (jobId) => buryJob(db, works, jobId),
  );
  const sweep = () =>
    Promise.all([
      sweepUploads(db, place.uploadsDir),
      sweepRestores(db, place),
      askForDrill(db, place, queue),
      buryLostJobs(db, works),
    ]).catch(tell);
  void sweep();
  const sweeping = setInterval(sweep, 60_000);
  const stopTending = tendSnapshots(db, place, queue, tell);

  return {
    queue,
    stop: async () => {
      clearInterval(sweeping);
      stopTending();
      await queue.stop();
      await db.destroy();
    },
  };
}
