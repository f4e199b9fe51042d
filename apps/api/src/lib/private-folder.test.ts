import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect, vi } from 'vitest';
import { makePrivateFolder } from './private-folder.ts';

const test = base.extend('place', async ({}, { onCleanup }) => {
  const place = mkdtempSync(join(tmpdir(), 'cmp-private-'));
  onCleanup(() => rmSync(place, { recursive: true }));
  return place;
});

test('a folder is for its account alone, and one that is there stays as it is', ({ place }) => {
  const folder = join(place, 'a', 'keys');

  makePrivateFolder(folder);
  const made = statSync(folder).mode & 0o777;
  chmodSync(folder, 0o711);
  makePrivateFolder(folder);

  expect(made).toBe(0o700);
  expect(statSync(folder).mode & 0o777).toBe(0o711);
});

describe('on Windows, before a stand-in for icacls', () => {
  const withIcacls = (place: string, script: string) => {
    writeFileSync(join(place, 'icacls'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${place}:${process.env.PATH}`);
  };

  test('a new folder inherits no access, and is given to three alone', ({ place }) => {
    withIcacls(place, `printf '%s ' "$@" > ${place}/called`);
    const folder = join(place, 'keys');

    makePrivateFolder(folder, 'win32');

    expect(readFileSync(join(place, 'called'), 'utf8').trim()).toBe(
      `${folder} /inheritance:r /grant:r *S-1-3-4:(OI)(CI)F /grant:r *S-1-5-18:(OI)(CI)F /grant:r *S-1-5-32-544:(OI)(CI)F`,
    );
  });

  test('a folder that cannot be closed is refused, and not left open', ({ place }) => {
    withIcacls(place, 'exit 5');
    const folder = join(place, 'keys');

    expect(() => makePrivateFolder(folder, 'win32')).toThrow(
      `${folder} cannot be closed to other accounts: icacls failed.`,
    );
    expect(existsSync(folder)).toBe(false);
  });
});
