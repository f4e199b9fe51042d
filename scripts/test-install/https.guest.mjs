// A client on one kept-alive connection, run by the machine's own Node: `https.guest.mjs NAME ROOT STOP` asks ten times
// a second until the file STOP is there, then says what it saw, as JSON.
import fs from 'node:fs';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const [name = '', root = '', stop = ''] = process.argv.slice(2);
const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: fs.readFileSync(root) });
const seen = { answers: 0, failures: /** @type {string[]} */ ([]), connections: 0 };
const ports = new Set();

while (!fs.existsSync(stop)) {
  try {
    const { status, port } = await ask();
    ports.add(port);
    seen.answers += 1;
    if (status !== 200) seen.failures.push(`answered ${status}`);
  } catch (error) {
    seen.failures.push(String(error));
  }
  await sleep(100);
}
agent.destroy();
console.log(JSON.stringify({ ...seen, connections: ports.size }));

/** @returns {Promise<{ status: number | undefined, port: number | undefined }>} */
function ask() {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: name, path: '/api/health', agent }, (answer) => {
      const port = answer.socket.localPort;
      answer.resume().on('end', () => resolve({ status: answer.statusCode, port }));
    });
    request.on('error', reject);
  });
}
