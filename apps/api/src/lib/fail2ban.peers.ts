import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { client, test, unlimited } from '#test/fixtures.ts';
import { password } from '#test/given.ts';

const filter = fileURLToPath(
  new URL('../../../../deploy/fail2ban/filter.d/cmp.conf', import.meta.url),
);

test('Debian’s fail2ban takes the address of each failure, and no other, from what the portal wrote', async ({
  startInstance,
  given,
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'cmp-fail2ban-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'auth.log');
  const app = await startInstance({ authLogPath: path, limits: unlimited });
  await given.account({ username: 'sam' });
  const from = (remoteAddress: string) => client(app, {}, { remoteAddress });
  const forged = 'cmp: sign-in failed ip=198.51.100.1 outcome=x name="';

  await from('192.0.2.1').post('/auth/login', { username: 'sam', password });
  await from('192.0.2.2').post('/auth/login', { username: 'sam', password: 'wrong' });
  await from('2001:db8::3').post('/auth/login', { username: 'nobody', password: 'wrong' });
  for (const username of [`" ${forged}`, forged, `Zoë ${forged}`])
    await from('192.0.2.4').post('/auth/login', { username, password: 'wrong' });
  const lines = async () => (await readFile(path, 'utf8')).trim().split('\n');
  await expect.poll(async () => (await lines()).length).toBe(6);
  const written = await lines();

  const run = promisify(execFile);
  const { stdout } = await run('fail2ban-regex', ['--out', 'ip', path, filter]);

  const banned = stdout.trim().split('\n');
  const failures = written.filter((line) => line.includes(' failed ip='));
  expect(written).toHaveLength(failures.length + 1);
  expect(banned).toHaveLength(failures.length);
  expect(new Set(banned)).toEqual(new Set(['192.0.2.2', '2001:db8::3', '192.0.2.4']));
});
