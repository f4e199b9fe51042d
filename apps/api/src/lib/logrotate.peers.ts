import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { client, test, unlimited } from '#test/fixtures.ts';

const rules = fileURLToPath(new URL('../../../../deploy/logrotate/cmp', import.meta.url));
const run = promisify(execFile);

test('Debian’s logrotate takes the log away under sign-ins, and no line with it', {
  timeout: 120_000,
}, async ({ startInstance, onTestFinished }) => {
  const folder = await mkdtemp(join(tmpdir(), 'cmp-logrotate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // It takes no rules that others may write, and none for an account that is not there.
  const [log, ours] = [join(folder, 'auth.log'), join(folder, 'rules')];
  const text = await readFile(rules, 'utf8');
  await writeFile(ours, text.replace('/var/log/cmp/', `${folder}/`).replace('su cmp cmp', ''));
  await chmod(ours, 0o600);
  const app = await startInstance({ authLogPath: log, limits: unlimited });
  const stranger = client(app);
  const names = Array.from({ length: 200 }, (_, index) => `nobody-${index}`);

  let isDone = false;
  const signIns = Promise.all(
    Array.from({ length: 8 }, async (_, lane) => {
      for (let next = lane; next < names.length; next += 8)
        await stranger.post('/auth/login', { username: names[next], password: 'wrong' });
    }),
  ).finally(() => {
    isDone = true;
  });
  let rounds = 0;
  while (!isDone && rounds < 11) {
    await run('/usr/sbin/logrotate', ['--force', '--state', join(folder, 'state'), ours]);
    rounds += 1;
  }
  await signIns;

  const written = async () => {
    const files = (await readdir(folder)).filter((name) => name.startsWith('auth.log'));
    const texts = await Promise.all(files.map((name) => readWhole(join(folder, name))));
    return texts.flatMap((content) => [...content.matchAll(/name="([^"]*)"/g)].map(([, n]) => n));
  };
  await expect.poll(async () => (await written()).length).toBe(names.length);
  expect(new Set(await written())).toEqual(new Set(names));
  expect(rounds).toBeGreaterThan(2);
});

async function readWhole(file: string): Promise<string> {
  const bytes = await readFile(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}
