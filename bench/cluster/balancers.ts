import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#servers.ts';
import { programs } from './debian.ts';
import { beginServer } from './processes.ts';

/** What stands before the instances. */
export interface Balancer {
  name: 'haproxy' | 'nginx';
  origin: string;
  /** How long after an instance is ready it surely is given requests again: no other may stop before. */
  settledMs: number;
  stop: () => Promise<void>;
}

const folders = new URL('../../deploy/', import.meta.url);

/** The shipped file, but for its addresses. */
export function startHaproxy(ports: readonly [string, string]): Promise<Balancer> {
  return start('haproxy', 'haproxy/cmp.cfg', ports, {
    settledMs: 2_000,
    listen: 'bind :80',
    command: (file) => [programs.haproxy, '-db', '-q', '-f', file],
  });
}

/** The shipped upstream, in a server that does nothing but hand on. */
export function startNginx(ports: readonly [string, string]): Promise<Balancer> {
  return start('nginx', '../bench/cluster/nginx.conf', ports, {
    settledMs: 6_000,
    listen: 'listen 80;',
    command: (file, folder) => [programs.nginx, '-p', folder, '-c', file, '-g', 'daemon off;'],
    around: (text, folder) => `
      worker_processes 1;
      error_log ${folder}/error.log;
      pid ${folder}/pid;
      events { worker_connections 2048; }
      http {
        access_log off;
        client_body_temp_path ${folder}/body;
        proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/fastcgi;
        uwsgi_temp_path ${folder}/uwsgi;
        scgi_temp_path ${folder}/scgi;
        ${text}
      }`,
  });
}

interface Kind {
  settledMs: number;
  listen: string;
  command: (file: string, folder: string) => [string, ...string[]];
  around?: (text: string, folder: string) => string;
}

async function start(
  name: Balancer['name'],
  path: string,
  [first, second]: readonly [string, string],
  { settledMs, listen, command, around = (text) => text }: Kind,
): Promise<Balancer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), `cmp-${name}-`));
  chmodSync(folder, 0o711);
  const shipped = readFileSync(new URL(path, folders), 'utf8');
  const text = [
    [listen, listen.replace(/:?80/, `127.0.0.1:${port}`)],
    ['127.0.0.1:3001', new URL(first).host],
    ['127.0.0.1:3002', new URL(second).host],
  ].reduce((config, [from = '', to = '']) => {
    if (!config.includes(from)) throw new Error(`deploy/${path} says nothing of “${from}”.`);
    return config.replaceAll(from, to);
  }, shipped);
  const file = join(folder, 'conf');
  writeFileSync(file, around(text, folder));
  const child = await beginServer(command(file, folder), port);
  return {
    ...{ name, settledMs, origin: `http://127.0.0.1:${port}` },
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
