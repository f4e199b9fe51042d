import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Says something to systemd and waits until it was heard. Node knows no datagram sockets, and the libraries that do
 * are compiled at the install, so systemd's own program says it.
 */
export async function sendToServiceManager(socket: string, state: string): Promise<void> {
  await promisify(execFile)('/usr/bin/systemd-notify', [state], {
    env: { NOTIFY_SOCKET: socket },
    timeout: 10_000,
  });
}
