import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

export interface Portal {
  url: string;
  port: number;
  /** The one-time link that the start printed. */
  setupLink: string;
  /** Where its database and keys lie. */
  dataDir: string;
  stop: () => Promise<void>;
}

/** The product as its user starts it, on an empty data directory: embedded PostgreSQL, API, panel. */
export async function startPortal(environment: Record<string, string> = {}): Promise<Portal> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-e2e-'));
  const port = await freePort();
  const process_ = spawn(process.execPath, [path.join(root, 'apps/api/src/supervise.ts')], {
    cwd: root,
    env: {
      ...process.env,
      ...environment,
      DATA_DIR: dataDir,
      PORT: String(port),
      HOST: '127.0.0.1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(process_, 'exit');

  const setupLink = await new Promise<string>((resolve, reject) => {
    let said = '';
    const read = (chunk: Buffer) => {
      said += chunk.toString();
      const link = /Setup\s+(http\S+)/.exec(said)?.[1];
      if (link) resolve(link);
    };
    process_.stdout.on('data', read);
    process_.stderr.on('data', read);
    void exited.then(() => reject(new Error(`The portal did not start: ${said}`)));
  });

  return {
    url: `http://localhost:${port}`,
    port,
    setupLink,
    dataDir,
    stop: async () => {
      process_.kill('SIGTERM');
      await exited;
      fs.rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
