import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from 'vitest';
import { loadKeys, setupToken } from './keys.ts';

const test = base.extend('dataDir', async ({}, { onCleanup }) => {
  const folder = mkdtempSync(join(tmpdir(), 'cmp-keys-'));
  onCleanup(() => rmSync(folder, { recursive: true }));
  return folder;
});

const sourcesIn = (dataDir: string, jwtSecret?: string) => ({
  dataDir,
  keys: { jwtSecret, botToken: undefined, secretKeyFile: join(dataDir, 'keys', 'secret-key') },
});

test('keys are made once, for their owner alone, and no two are alike', ({ dataDir }) => {
  const first = loadKeys(sourcesIn(dataDir));
  const second = loadKeys(sourcesIn(dataDir));

  expect(second).toEqual(first);
  expect(setupToken(second)).toBe(setupToken(first));
  expect(first.settings).not.toEqual(first.tokens);
  expect(Buffer.from(first.jwtSecret, 'base64')).toHaveLength(32);
  expect(readdirSync(join(dataDir, 'keys')).toSorted()).toEqual([
    'bot-token',
    'jwt-secret',
    'secret-key',
  ]);
  expect(Buffer.from(first.botToken, 'base64url')).toHaveLength(32);
  for (const name of ['bot-token', 'jwt-secret', 'secret-key'])
    expect(statSync(join(dataDir, 'keys', name)).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataDir, 'keys')).mode & 0o777).toBe(0o700);
});

test('another installation has other keys, and another setup token', ({ dataDir }) => {
  const [one, other] = ['one', 'other'].map((name) => loadKeys(sourcesIn(join(dataDir, name))));

  expect(one?.jwtSecret).not.toBe(other?.jwtSecret);
  expect(one && setupToken(one)).not.toBe(other && setupToken(other));
});

test('a secret that was given is used, and a key file that is too short refused', ({ dataDir }) => {
  expect(loadKeys(sourcesIn(dataDir, 'given')).jwtSecret).toBe('given');

  writeFileSync(join(dataDir, 'keys', 'secret-key'), 'short');
  expect(() => loadKeys(sourcesIn(dataDir))).toThrow('shorter than 32 bytes');
});
