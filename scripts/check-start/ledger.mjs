// One client that writes without a pause and keeps a ledger: every write stands on the version before it,
// so that a lost, doubled or half write shows as a version or a value that nobody was told of.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 25;
const PASSWORD = 'a long walk along the shore';

/**
 * @typedef {object} Ledger
 * @property {string} origin
 * @property {string} cookie
 * @property {{ version: number, value: string }} told what was last acknowledged
 * @property {string[]} unknown what was sent since, without an answer
 * @property {Record<'written' | 'refused' | 'unavailable' | 'cut' | 'landed', number>} seen
 * @property {string[]} faults
 * @property {string} lastFailure what the last write that failed was told
 */

/**
 * Sets the portal up with the printed token, and opens the ledger.
 * @param {string} origin
 * @param {string | undefined} token
 * @returns {Promise<Ledger>}
 */
export async function openLedger(origin, token) {
  const setUp = { token, username: 'checker', password: PASSWORD, displayName: 'Checker' };
  const { status, text } = await request(origin, 'POST', '/api/setup', setUp);
  if (status !== 201) throw new Error(`setup answered ${status}: ${text}`);
  const seen = { written: 0, refused: 0, unavailable: 0, cut: 0, landed: 0 };
  const ledger = {
    origin,
    cookie: '',
    told: { version: 0, value: '' },
    unknown: [],
    seen,
    faults: [],
    lastFailure: '',
  };
  await signIn(ledger);
  ledger.told = await readSetting(ledger);
  return ledger;
}

/**
 * A session of its own for every round keeps the writer under the limit of requests by one session.
 * @param {Ledger} ledger
 */
export async function signIn(ledger) {
  const credentials = { username: 'checker', password: PASSWORD };
  const answer = await request(ledger.origin, 'POST', '/api/auth/login', credentials);
  if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`);
  ledger.cookie = answer.cookie;
}

/**
 * Writes until told to stop; answers how many writes were acknowledged.
 * @param {Ledger} ledger
 * @param {() => boolean} isEnough
 */
export async function writeUntil(ledger, isEnough) {
  while (!isEnough()) {
    if (ledger.unknown.length > 0 && !(await settle(ledger))) await sleep(PAUSE_MS);
    else await write(ledger);
    await sleep(PAUSE_MS);
  }
}

/** @param {Ledger} ledger */
async function write(ledger) {
  const { told, seen } = ledger;
  const value = `write ${seen.written + seen.cut + seen.unavailable + 1}-${Date.now() % 100_000}`;
  const change = { version: told.version, values: { siteName: value } };
  try {
    const answer = await request(
      ledger.origin,
      'PATCH',
      '/api/settings/general',
      change,
      ledger.cookie,
    );
    if (answer.status === 200) {
      const { version } = JSON.parse(answer.text);
      if (version !== told.version + 1)
        ledger.faults.push(`version ${version} after ${told.version}`);
      ledger.told = { version, value };
      seen.written += 1;
      return;
    }
    if (answer.status < 500)
      ledger.faults.push(`a write was answered ${answer.status}: ${answer.text}`);
    seen.unavailable += 1;
    ledger.lastFailure = `${answer.status} ${answer.text}`;
    ledger.unknown.push(value);
  } catch (error) {
    // A refused connection was never accepted: nothing was sent.
    if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') {
      seen.refused += 1;
      return;
    }
    seen.cut += 1;
    ledger.lastFailure = String(error);
    ledger.unknown.push(value);
  }
}

/**
 * Compares what is stored with what was acknowledged; answers whether it could be asked.
 * @param {Ledger} ledger
 */
export async function settle(ledger) {
  const { told, unknown } = ledger;
  const stored = await readSetting(ledger).catch(() => undefined);
  if (!stored) return false;
  const isTold = stored.value === told.value && stored.version === told.version;
  const hasLanded = unknown.includes(stored.value) && stored.version === told.version + 1;
  if (!isTold && !hasLanded) {
    ledger.faults.push(`told ${JSON.stringify(told)}, stored ${JSON.stringify(stored)}`);
  }
  if (hasLanded) ledger.seen.landed += 1;
  ledger.told = stored;
  ledger.unknown = [];
  return true;
}

/** @param {Ledger} ledger */
async function readSetting({ origin, cookie }) {
  const { status, text } = await request(origin, 'GET', '/api/settings/general', undefined, cookie);
  if (status !== 200) throw new Error(`the settings answered ${status}: ${text}`);
  const { version, values } = JSON.parse(text);
  return { version, value: values.siteName };
}

/**
 * A connection of its own for each request: a kept one would hide when the portal stops accepting.
 * @param {string} origin
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @param {string} [cookie]
 * @returns {Promise<{ status: number, text: string, cookie: string }>}
 */
export function request(origin, method, path, body, cookie = '') {
  const headers = { origin, cookie, ...(body && { 'content-type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const call = http.request(
      new URL(path, origin),
      { method, headers, agent: false, family: 4, timeout: 15_000 },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const cookies = answer.headers['set-cookie'] ?? [];
          resolve({
            status: answer.statusCode ?? 0,
            text,
            cookie: cookies.map((line) => line.split(';')[0]).join('; '),
          });
        });
      },
    );
    call.on('timeout', () => call.destroy(new Error('no answer in 15 s')));
    call.on('error', reject);
    call.end(body && JSON.stringify(body));
  });
}
