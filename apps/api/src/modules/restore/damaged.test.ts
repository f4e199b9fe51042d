import { RestoreMode } from '@cmp/shared/snapshots';
import { describe, expect } from 'vitest';
import { type Entry, fromBuffer } from 'yauzl';
import { canonicalDump } from '#test/edge-rows.ts';
import { test as base, keys } from '#test/fixtures.ts';
import { leftOut, plannedRestore, snapshotFile } from '#test/restore-client.ts';

const test = base.extend('app', ({ startInstance }) => startInstance({}, { work: 'does' }));
const data = { ...leftOut, sign_in_attempts: 'all' } as const;
const passphrase = 'opens what was altered';

// archive.test.ts alters a thousand bytes of a file; here the file comes in by the door, and there is a database behind.
describe('a file with one bit altered', () => {
  test.for(RestoreMode.options)(
    'is refused in every region before anything is written: %s',
    { timeout: 60_000 },
    async (mode, { api, given, owner }) => {
      const [home] = await given.servers('home');
      await given.users(home.id, 'ann', 'bea');
      // An account may send thirty files a minute.
      const admins = [await api.as('admin'), await api.as('admin')] as const;
      const plain = await snapshotFile(owner, { keys });
      const sealed = await snapshotFile(owner, { keys, encryption: { passphrase } });
      const before = await canonicalDump(owner, data);
      const regions = await regionsOf(plain);
      const head = sealed.indexOf('\n--- ');
      const sealedRegions = {
        'the line of age': 3,
        'the stanza': sealed.indexOf('-> ') + 6,
        'the code of the head': head + 8,
        'the first chunk': sealed.indexOf('\n', head + 1) + 40,
        'the last chunk': sealed.length - 5,
      };
      const damaged = [
        ...Object.entries(regions).map(([name, at]) => ({ name, file: flipped(plain, at) })),
        ...Object.entries(sealedRegions).map(([name, at]) => ({ name, file: flipped(sealed, at) })),
        ...[plain, sealed].flatMap((file) =>
          [1, file.length >> 1, file.length - 1].map((to) => ({
            name: `cut to ${to} of ${file.length}`,
            file: file.subarray(0, to),
          })),
        ),
      ];

      const refused: unknown[] = [];
      for (const [index, { name, file }] of damaged.entries()) {
        const plan = await plannedRestore(admins[index % 2 ? 1 : 0], file, { mode, passphrase });
        refused.push([name, plan.state, plan.failure?.code]);
      }

      const codes = /^snapshot_(altered|truncated|unreadable|unlock_failed)$/;
      expect(refused).toEqual(
        damaged.map(({ name }) => [name, 'failed', expect.stringMatching(codes)]),
      );
      expect(Object.keys(regions).filter((name) => name.endsWith(', rows')).length).toBeGreaterThan(
        4,
      );
      expect(await canonicalDump(owner, data)).toEqual(before);
      const whole = await plannedRestore(admins[0], sealed, { mode, passphrase });
      expect(whole.state).toBe('ready');
    },
  );
});

/** A byte of every region: each part's head and rows, the manifest, the directory, the end, and the comment. */
async function regionsOf(file: Buffer): Promise<Record<string, number>> {
  const regions: Record<string, number> = {};
  for (const { fileName, relativeOffsetOfLocalHeader: at, compressedSize } of await entriesOf(
    file,
  )) {
    const rows = at + 30 + file.readUInt16LE(at + 26) + file.readUInt16LE(at + 28);
    regions[`${fileName}, head`] = at + 12;
    regions[`${fileName}, rows`] = rows + (compressedSize >> 1);
  }
  const end = file.lastIndexOf('PK\x05\x06');
  const comment = end + 22;
  return {
    ...regions,
    'the directory': file.readUInt32LE(end + 16) + 20,
    'the last of the directory': end - 1,
    'the end': end + 10,
    'the label': comment + 3,
    'the key': comment + 30,
    'the signature': file.length - 10,
  };
}

function entriesOf(file: Buffer): Promise<Entry[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Entry[]>();
  fromBuffer(file, {}, (error, zip) => {
    if (!zip) return reject(error);
    const entries: Entry[] = [];
    zip.on('entry', (entry) => entries.push(entry));
    zip.on('end', () => resolve(entries));
    zip.on('error', reject);
  });
  return promise;
}

function flipped(file: Buffer, at: number): Buffer {
  const altered = Buffer.from(file);
  altered.writeUInt8(altered.readUInt8(at) ^ 4, at);
  return altered;
}
