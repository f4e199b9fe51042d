// Between the client and the API: it can keep an answer from its client, so that a kill comes before it.
import { once } from 'node:events';
import net from 'node:net';

/**
 * Passes everything on, until it is told to hold the answers.
 * @param {number} port
 */
export async function openProxy(port) {
  const held = { isHolding: false, bytes: 0 };
  const clients = /** @type {Set<net.Socket>} */ (new Set());
  const server = net.createServer((client) => {
    const api = net.connect(port, '127.0.0.1');
    clients.add(client);
    client.pipe(api);
    api.on('data', (chunk) => {
      if (held.isHolding) held.bytes += chunk.length;
      else client.write(chunk);
    });
    api.on('close', () => held.isHolding || client.end());
    api.on('error', () => held.isHolding || client.destroy());
    client.on('error', () => api.destroy());
    client.on('close', () => {
      clients.delete(client);
      api.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: address && typeof address === 'object' ? address.port : 0,
    /** From here on no client hears anything. */
    hold: () => Object.assign(held, { isHolding: true, bytes: 0 }),
    /** How much of an answer there was to hold. */
    heldBytes: () => held.bytes,
    /** Cuts whoever waits: their answers are lost for good. */
    cut: () => {
      if (!held.isHolding) return;
      for (const client of clients) client.destroy();
      held.isHolding = false;
    },
    close: () => {
      for (const client of clients) client.destroy();
      server.close();
    },
  };
}
