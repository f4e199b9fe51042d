import { connect, type Db } from '#database/client.ts';
import { watchCertificate } from '#modules/certificates/certificate-watch.service.ts';
import { sayAtWork } from '#modules/jobs/heartbeat.service.ts';
import { buryJob, buryLostJobs, runJob } from '#modules/jobs/jobs.service.ts';
import { type JobQueue, openQueue } from '#modules/jobs/queue.ts';
import { tendMatview } from '#modules/matviews/matviews.service.ts';
import { matviewRefresher } from '#modules/matviews/refresher.ts';
import { endingTeller, tellReport } from '#modules/notifications/daily.service.ts';
import { keepDelivering } from '#modules/notifications/outbox.service.ts';
import { askForDrill } from '#modules/restore/drill.service.ts';
import { sweepRestores } from '#modules/restore/sweep.service.ts';
import { tendSnapshots } from '#modules/snapshots/tending.service.ts';
import { sweepUploads } from '#modules/spreadsheets/imports.service.ts';
import { allWorks, type WorkPlace } from './works.ts';

interface Place extends WorkPlace {
  isPrepared: boolean;
  tell: (failure: unknown) => void;
}

/** What a process has of the long work: where to put it in line, and how to leave it. */
interface Sending {
  queue: JobQueue;
  stop: () => Promise<void>;
}

interface Work extends Sending {
  /** Whether the way to its database is open: what a watchdog of this process goes by. */
  isAtWork: () => boolean;
}

const jobConnections = 6;
const signConnections = 3;
/** What a process that works holds beside the pool of its requests. */
export const workConnections = jobConnections + signConnections;

/** Takes jobs and does them, on connections of its own whose statements may take minutes. */
export async function beginWork({ isPrepared, tell, ...place }: Place): Promise<Work> {
  const { db } = connect(place.databaseUrl, jobConnections, { isPrepared, statementMs: 180_000 });
  // A replacement keeps everybody from the tables for as long as it takes, and whoever looks at one meanwhile holds a
  // connection: the signs of life of the very job that replaces must not wait behind them, or another is given it.
  const { db: lifeline } = connect(place.databaseUrl, signConnections, { isPrepared });
  const works = allWorks({ ...place, tell });
  const queue = await openQueue(lifeline, tell);
  await queue.work(
    (jobId, signal) => runJob(db, works, jobId, signal),
    (jobId) => buryJob(db, works, jobId),
  );
  const refresher = matviewRefresher(db, place.databaseUrl, tell);
  const sweep = () =>
    Promise.all([
      sweepUploads(db, place.uploadsDir),
      sweepRestores(db, place),
      askForDrill(db, place, queue),
      buryLostJobs(db, works),
      tendMatview(db, refresher, place.matviewUse),
    ]).catch(tell);
  void sweep();
  const sweeping = setInterval(sweep, 15_000);
  const beating = sayAtWork(lifeline, tell);
  const stopTending = tendSnapshots(db, place, queue, tell);
  const telling = {
    key: place.keys.settings,
    overrides: place.settings,
    ...(place.resolve && { resolve: place.resolve }),
  };
  const stopDelivering = keepDelivering(db, telling, tell);
  const tellOfEnding = endingTeller(db);
  const watches = [
    () => tellOfEnding(new Date()),
    () => tellReport(db, telling, new Date()),
    () => watchCertificate(db, telling, new Date()),
  ];
  const watch = () => Promise.all(watches.map((look) => look().catch(tell)));
  void watch();
  const watching = setInterval(watch, 60_000);
  // Nine pollers share its connections: said to be at work before it was said, it would be missed meanwhile.
  await beating.began;

  return {
    queue,
    isAtWork: beating.isBeating,
    stop: async () => {
      clearInterval(sweeping);
      clearInterval(watching);
      await beating.stop();
      stopTending();
      await stopDelivering();
      await queue.stop();
      await lifeline.destroy();
      await db.destroy();
    },
  };
}

/** Only puts jobs in line, for a worker in a process of its own. */
export async function beginSending(db: Db, tell: (failure: unknown) => void): Promise<Sending> {
  const queue = await openQueue(db, tell);
  return { queue, stop: queue.stop };
}
