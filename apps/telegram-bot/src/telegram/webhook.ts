import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Health } from '#health.ts';
import { Update } from './updates.ts';

const MOST_BYTES = 1_000_000;

/** What Telegram proves itself by. Worked out, so that it is the same after a restart and kept nowhere. */
export function webhookSecret(serviceToken: string, botToken: string): string {
  return createHmac('sha256', serviceToken).update(`webhook ${botToken}`).digest('hex');
}

/**
 * Lets Telegram call until the signal ends it. The answer comes after the work: an update that was not worked through
 * is sent again.
 */
export async function listen(
  { port, secret, health }: { port: number; secret: string; health: Health },
  workThrough: (update: Update) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const server = createServer({ requestTimeout: 15_000 }, (request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    if (!isSame(request.headers['x-telegram-bot-api-secret-token'], secret))
      return end(response, 401);
    if (request.method !== 'POST') return end(response, 405);
    if (!(Number(request.headers['content-length']) <= MOST_BYTES)) return end(response, 413);
    const update = Update.safeParse(json(await text(request)));
    // What is of no interest is still received: refused, it would come again.
    if (update.success) {
      health.received(1);
      await workThrough(update.data);
    }
    end(response, 200);
  };
  server.listen(port);
  try {
    await once(server, 'listening', { signal });
    await once(signal, 'abort');
  } finally {
    server.close();
    server.closeIdleConnections();
  }
}

/** Takes as long for a near miss as for anything else. */
function isSame(given: string | string[] | undefined, secret: string): boolean {
  const digest = (value: string) => createHmac('sha256', secret).update(value).digest();
  return timingSafeEqual(digest(String(given)), digest(secret));
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end();
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
