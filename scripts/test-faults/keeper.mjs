// One admin who makes snapshots and puts them back, however often a restore ends the session.
import { setTimeout as sleep } from 'node:timers/promises';
import { account } from './importer.mjs';

const PATIENCE_MS = 120_000;
const SITE_NAME = 'Portal';

/** @param {import('./importer.mjs').Importer} importer */
export function openKeeper({ insist: insistAs }) {
  /**
   * @param {Parameters<typeof insistAs>} request
   * @returns {Promise<any>}
   */
  const insist = async (...request) => {
    try {
      return await insistAs(...request);
    } catch (error) {
      if (!String(error).includes(': 401 ')) throw error;
      await insistAs('POST', '/auth/login', { json: account });
      return insistAs(...request);
    }
  };

  /**
   * Until a job has come to its end.
   * @param {string} jobId
   */
  const awaitJob = async (jobId) => {
    for (const startedAt = Date.now(); ; await sleep(200)) {
      const job = await insist('GET', `/jobs/${jobId}`);
      if (!['waiting', 'running'].includes(job.state)) return job;
      if (Date.now() - startedAt > PATIENCE_MS)
        throw new Error(`job ${jobId} is still ${job.state}`);
    }
  };

  return {
    insist,
    awaitJob,
    /** @param {string} key */
    askForSnapshot: async (key) => (await insist('POST', '/snapshots', { json: {}, key })).jobId,
    /** Newest first. */
    listSnapshots: async () => (await insist('GET', '/snapshots')).items,
    /**
     * A plan to put a snapshot back, worked out.
     * @param {'merge' | 'replace'} mode
     * @param {number} snapshotId
     * @returns {Promise<number>}
     */
    planRestore: async (mode, snapshotId) => {
      const json = { mode, snapshotId, overwriteNewer: true };
      const { id } = await insist('POST', '/snapshots/restore', { json });
      for (const startedAt = Date.now(); ; await sleep(100)) {
        const plan = await insist('GET', `/plans/${id}`);
        if (plan.state === 'ready') return id;
        if (plan.state !== 'parsing' || Date.now() - startedAt > PATIENCE_MS)
          throw new Error(`plan ${id} is ${plan.state}: ${JSON.stringify(plan.failure)}`);
      }
    },
    /**
     * @param {number} planId
     * @param {'merge' | 'replace'} mode
     * @param {string} key
     * @returns {Promise<string>}
     */
    commit: async (planId, mode, key) => {
      const confirmed = { siteName: SITE_NAME, password: account.password };
      const json = mode === 'merge' ? {} : confirmed;
      return (await insist('POST', `/plans/${planId}/commit`, { json, key })).jobId;
    },
    /**
     * Stops a job; gives whether it had not ended.
     * @param {string} jobId
     */
    stop: async (jobId) => {
      try {
        await insist('DELETE', `/jobs/${jobId}`);
        return true;
      } catch (error) {
        if (String(error).includes('job_ended')) return false;
        throw error;
      }
    },
  };
}
/** @typedef {ReturnType<typeof openKeeper>} Keeper */
