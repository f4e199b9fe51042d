// Cloudflare's API, as far as certbot asks it, for a machine without network: run beside it. Its zone is `test`, its
// token `good-token`; what is set in the zone goes to pebble's name server.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const zone = { id: 'zone-of-test', name: 'test' };
/** @type {Map<string, { id: string, type: string, name: string, content: string }>} */
const records = new Map();

createServer(async (request, response) => {
  const body = await text(request);
  const answer = (/** @type {number} */ status, /** @type {object} */ said) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  if (request.headers.authorization !== 'Bearer good-token') {
    // As Cloudflare says it.
    const errors = [{ code: 9109, message: 'Invalid access token' }];
    return answer(403, { success: false, errors, messages: [], result: null });
  }
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const result = await resultOf(request.method, url, body);
  answer(200, { success: true, errors: [], messages: [], result });
}).listen(8090, '127.0.0.1');

/**
 * @param {string | undefined} method
 * @param {URL} url
 * @param {string} body
 */
async function resultOf(method, { pathname, searchParams }, body) {
  if (pathname.endsWith('/zones')) return searchParams.get('name') === zone.name ? [zone] : [];
  if (method === 'GET') return [...records.values()];

  if (method === 'POST') {
    const record = { id: `record-${records.size}`, ...JSON.parse(body) };
    records.set(record.id, record);
    await tell('set-txt', { host: `${record.name}.`, value: record.content });
    return record;
  }
  const record = records.get(pathname.split('/').at(-1) ?? '');
  if (record) await tell('clear-txt', { host: `${record.name}.` });
  return { id: record?.id };
}

/**
 * @param {string} path
 * @param {object} body
 */
function tell(path, body) {
  return fetch(`http://127.0.0.1:8055/${path}`, { method: 'POST', body: JSON.stringify(body) });
}
