import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface HelperServer {
  path: string;
  /** What it was sent, call by call. */
  calls: string[];
  close: () => Promise<void>;
}

/** Stands where the root-owned helper listens, and speaks as it does. */
export async function openHelper(
  answer: (line: string, socket: Socket) => string | undefined,
): Promise<HelperServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-helper-'));
  const path = join(folder, 'helper.sock');
  const calls: string[] = [];
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, async (socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    const line = await text(socket).catch(() => '');
    calls.push(line);
    const said = answer(line, socket);
    if (said !== undefined) socket.end(said);
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    path,
    calls,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** As the helper tells of the units of a portal where all is well. */
export const wellUnits = [
  'ok status',
  'cmp-api active running success 1795259624',
  'cmp-worker active running success 1795259587',
  'cmp-telegram-bot failed failed watchdog 1795259588',
  'cmp-certificate-renew inactive dead success ',
  '',
].join('\n');
