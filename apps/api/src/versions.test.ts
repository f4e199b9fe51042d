import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { readVersions } from './versions.ts';

const test = base.extend('root', async ({}, { onCleanup }) => {
  const root = mkdtempSync(join(tmpdir(), 'cmp-release-'));
  onCleanup(() => rmSync(root, { recursive: true }));
  writeFileSync(join(root, 'VERSION'), 'cmp ver 1.2.0\n');
  return root;
});

const release = { name: '1.2.0', version: '1.2.0', gitSha: 'abc', buildTimestamp: '2026-11-21' };

describe('what runs here', () => {
  test('is known from VERSION alone in a checkout', ({ root }) => {
    expect(readVersions(root, {})).toEqual({
      appVersion: 'cmp ver 1.2.0',
      gitSha: null,
      buildTimestamp: null,
    });
  });

  test('is known from what a release brings', ({ root }) => {
    writeFileSync(join(root, 'RELEASE.json'), JSON.stringify(release));

    expect(readVersions(root, {})).toMatchObject({ gitSha: 'abc', buildTimestamp: '2026-11-21' });
  });

  test('is what the environment says, where it does', ({ root }) => {
    writeFileSync(join(root, 'RELEASE.json'), JSON.stringify(release));

    expect(readVersions(root, { GIT_SHA: 'def' })).toMatchObject({
      gitSha: 'def',
      buildTimestamp: '2026-11-21',
    });
  });
});
