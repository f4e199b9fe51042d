import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockDirectory, refuseHeld } from './directory-lock.ts';

let directory = '';
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'cmp-lock-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

it('refuses a second holder, by any path to the directory, and says who and where the first is', async () => {
  const link = `${directory}/again`;
  fs.symlinkSync(directory, link);
  const lock = await lockDirectory(directory);
  lock.announce('http://localhost:3001');

  const second = lockDirectory(link);

  await expect(second).rejects.toThrow(
    `Another running portal (process ${process.pid}, at http://localhost:3001) holds the data in ${link}.`,
  );
  await lock.release();
});

it('can be asked for without being taken', async () => {
  await expect(refuseHeld(directory)).resolves.toBeUndefined();
  await expect(refuseHeld(`${directory}/not-there`)).resolves.toBeUndefined();
  const lock = await lockDirectory(directory);

  await expect(refuseHeld(directory)).rejects.toThrow(
    `Another running portal (process ${process.pid}) holds the data in ${directory}.`,
  );
  await lock.release();
  await expect(refuseHeld(directory)).resolves.toBeUndefined();
});

it('can be taken again after its release', async () => {
  const first = await lockDirectory(directory);
  await first.release();

  const second = await lockDirectory(directory);

  await second.release();
});

it('is free as soon as its holder was killed', async () => {
  const module = JSON.stringify(path.join(import.meta.dirname, 'directory-lock.ts'));
  const program = `const { lockDirectory } = await import(${module});
    await lockDirectory(${JSON.stringify(directory)});
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
  });
  await once(holder.stdout, 'data');
  await expect(lockDirectory(directory)).rejects.toThrow(`process ${holder.pid}`);

  holder.kill('SIGKILL');
  await once(holder, 'exit');

  const lock = await lockDirectory(directory);
  await lock.release();
});
