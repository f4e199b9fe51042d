import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

export interface Machine {
  /** For HELPER_SOCKET. */
  socket: string;
  /** What was asked besides how the units are. */
  asked: string[];
  close: () => void;
}

const unitOf: Record<string, string> = {
  'restart-api': 'cmp-api',
  'restart-worker': 'cmp-worker',
  'restart-bot': 'cmp-telegram-bot',
  'certificate-renew': 'cmp-certificate-renew',
};
const movingMs = 2_500;

/** Stands where the root-owned helper of an installed portal listens: speaks as it does, and restarts nothing. */
export async function openMachine(): Promise<Machine> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-machine-'));
  const socket = path.join(folder, 'helper.sock');
  const asked: string[] = [];
  const hourAgo = Math.floor(Date.now() / 1000) - 3 * 3600;
  const units: Record<string, string> = {
    'cmp-api': `active running success ${hourAgo}`,
    'cmp-worker': `active running success ${hourAgo}`,
    'cmp-telegram-bot': `failed failed watchdog ${hourAgo + 9_000}`,
    'cmp-certificate-renew': 'inactive dead success ',
  };

  function act(verb: string): string {
    if (verb === 'status\n') return `ok status\n${tell(units)}`;
    const unit = unitOf[verb.trimEnd()];
    if (!unit || verb !== `${verb.trimEnd()}\n`) return 'refused no such verb\n';
    asked.push(verb.trimEnd());
    const end = unit === 'cmp-certificate-renew' ? 'inactive dead' : 'active running';
    units[unit] = `activating start success ${now()}`;
    setTimeout(() => {
      units[unit] = `${end} success ${now()}`;
    }, movingMs);
    return `ok ${unit}\n`;
  }

  const server = net.createServer({ allowHalfOpen: true }, async (call) => {
    call.on('error', () => {});
    call.end(act(await text(call)));
  });
  server.listen(socket);
  await once(server, 'listening');
  return {
    socket,
    asked,
    close: () => {
      server.close();
      fs.rmSync(folder, { recursive: true });
    },
  };
}

const now = () => Math.floor(Date.now() / 1000);

const tell = (units: Record<string, string>) =>
  Object.entries(units)
    .map(([name, rest]) => `${name} ${rest}\n`)
    .join('');
