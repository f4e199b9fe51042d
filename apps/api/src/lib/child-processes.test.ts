import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { askToStop } from './child-processes.ts';

const child = `
  process.on('SIGTERM', () => process.exit(40));
  process.on('disconnect', () => process.exit(50));
  setTimeout(() => process.exit(1), 20_000);
  process.send('ready');`;

test.each([
  ['linux', 40],
  ['win32', 50],
] as const)('a process of ours hears on %s that it is to stop', async (platform, heard) => {
  const ours = spawn(process.execPath, ['--eval', child], { stdio: ['ignore', 1, 2, 'ipc'] });
  await once(ours, 'message');

  askToStop(ours, platform);

  expect(await once(ours, 'exit')).toEqual([heard, null]);
});
