// One admin who imports files, and names every command so that it can be sent again.
import { setTimeout as sleep } from 'node:timers/promises';

export const account = { username: 'importer', password: 'a long walk along the shore' };
const PATIENCE_MS = 120_000;

/**
 * Sets the portal up with the printed token, and signs in.
 * @param {import('./product.mjs').Product} product
 */
export async function openImporter({ origin, setupToken }) {
  let cookie = '';
  /**
   * @param {string} method
   * @param {string} path
   * @param {{ json?: object, form?: FormData, key?: string }} [content]
   * @returns {Promise<{ status: number, body: any }>}
   */
  const call = async (method, path, { json, form, key } = {}) => {
    const response = await fetch(new URL(`/api${path}`, origin), {
      method,
      headers: {
        ...{ origin, cookie, connection: 'close' },
        ...(json && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
      },
      body: form ?? (json && JSON.stringify(json)),
      signal: AbortSignal.timeout(30_000),
    });
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) cookie = cookies.map((line) => line.split(';')[0]).join('; ');
    return { status: response.status, body: await response.json().catch(() => undefined) };
  };

  /**
   * Sends until there is an answer that is neither a cut nor a 5xx.
   * @param {Parameters<typeof call>} request
   */
  const insist = async (...request) => {
    let last = '';
    for (const startedAt = Date.now(); Date.now() - startedAt < PATIENCE_MS; await sleep(100)) {
      try {
        const { status, body } = await call(...request);
        if (status < 400) return body;
        last = `${status} ${JSON.stringify(body)}`;
        if (status < 500 && status !== 429) break;
      } catch (error) {
        last = String(error);
      }
    }
    throw new Error(`${request[0]} ${request[1]}: ${last}`);
  };

  await insist('POST', '/setup', {
    json: { token: setupToken, ...account, displayName: 'Importer' },
  });
  await insist('POST', '/auth/login', { json: account });

  return {
    call,
    insist,
    /** @param {string} name */
    addServer: async (name) => (await insist('POST', '/servers', { json: { name } })).id,
    /** @param {number} serverId */
    countUsers: async (serverId) =>
      (await insist('GET', `/servers/${serverId}/users?limit=1`)).total,
    /** @param {Upload} upload */
    uploadOf: ({ serverId, list, mode, key }) => {
      const form = new FormData();
      form.set('file', new Blob([list.content]), `users.${list.format}`);
      return /** @type {Parameters<typeof call>} */ ([
        'POST',
        `/servers/${serverId}/users/import?mode=${mode}`,
        { form, key },
      ]);
    },
    /**
     * @param {number} planId
     * @param {string} key
     */
    commitOf: (planId, key) =>
      /** @type {Parameters<typeof call>} */ ([
        'POST',
        `/plans/${planId}/commit`,
        { json: {}, key },
      ]),
    /**
     * @param {number} planId
     * @param {string[]} states
     */
    awaitPlan: async (planId, states) => {
      for (const startedAt = Date.now(); ; await sleep(150)) {
        const plan = await insist('GET', `/plans/${planId}`);
        if (states.includes(plan.state)) return plan;
        const isLate = Date.now() - startedAt > PATIENCE_MS;
        if (isLate || plan.state === 'failed')
          throw new Error(`plan ${planId} is ${plan.state}: ${JSON.stringify(plan.failure)}`);
      }
    },
    /** The imports that were made, newest first. */
    listImports: async () => {
      const { items } = await insist('GET', '/changes?limit=200');
      return items.filter(
        (/** @type {{ action: string }} */ { action }) => action === 'users:import',
      );
    },
    countOpenJobs: async () => {
      const lists = ['running', 'waiting'].map((state) => insist('GET', `/jobs?state=${state}`));
      return (await Promise.all(lists)).reduce((sum, { items }) => sum + items.length, 0);
    },
  };
}
/** @typedef {Awaited<ReturnType<typeof openImporter>>} Importer */
/** @typedef {{ serverId: number, list: import('./lists.mjs').List, mode: import('./lists.mjs').Mode, key: string }} Upload */
