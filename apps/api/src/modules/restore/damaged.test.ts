import { RestoreMode } from '@cmp/shared/snapshots';
import { describe, expect } from 'vitest';
import { canonicalDump } from '#test/edge-rows.ts';
import { test as base, keys } from '#test/fixtures.ts';
import { leftOut, plannedRestore, snapshotFile } from '#test/restore-client.ts';
import { type Region, regionsOf, sealedRegionsOf } from '#test/snapshot-regions.ts';

const test = base.extend('app', ({ startInstance }) => startInstance({}, { work: 'does' }));
const data = { ...leftOut, sign_in_attempts: 'all' } as const;
const passphrase = 'opens what was altered';

// One of each region; damaged.faults.ts sends a thousand.
describe('a file with one bit altered', () => {
  test.for(RestoreMode.options)(
    'is refused in every region before anything is written: %s',
    { timeout: 60_000 },
    async (mode, { api, given, owner }) => {
      const [home] = await given.servers('home');
      await given.users(home.id, 'ann', 'bea');
      const plain = await snapshotFile(owner, { keys });
      const sealed = await snapshotFile(owner, { keys, encryption: { passphrase } });
      const regions = await regionsOf(plain);
      const damaged = [
        ...regions.map((region) => flippedIn(plain, region)),
        ...sealedRegionsOf(sealed).map((region) => flippedIn(sealed, region)),
        ...[plain, sealed].flatMap((file) =>
          [1, file.length >> 1, file.length - 1].map((to) => ({
            name: `cut to ${to} of ${file.length}`,
            file: file.subarray(0, to),
          })),
        ),
      ];

      // An account may send thirty files a minute.
      const admins = [await api.as('admin')];
      while (admins.length * 30 <= damaged.length) admins.push(await api.as('admin'));
      const last = await api.as('admin');
      const before = await canonicalDump(owner, data);

      const refused: unknown[] = [];
      for (const [index, { name, file }] of damaged.entries()) {
        const admin = admins[index % admins.length];
        if (!admin) throw new Error('Nobody is there to send it.');
        const plan = await plannedRestore(admin, file, { mode, passphrase });
        refused.push([name, plan.state, plan.failure?.code]);
      }

      const codes = /^snapshot_(altered|truncated|unreadable|unlock_failed)$/;
      expect(refused).toEqual(
        damaged.map(({ name }) => [name, 'failed', expect.stringMatching(codes)]),
      );
      expect(regions.filter(({ name }) => name.endsWith(', rows')).length).toBeGreaterThan(4);
      expect(await canonicalDump(owner, data)).toEqual(before);
      const whole = await plannedRestore(last, sealed, { mode, passphrase });
      expect(whole.state).toBe('ready');
    },
  );
});

/** One bit in the middle of a region. */
function flippedIn(file: Buffer, { name, start, end }: Region) {
  const altered = Buffer.from(file);
  const at = start + ((end - start) >> 1);
  altered.writeUInt8(altered.readUInt8(at) ^ 4, at);
  return { name, file: altered };
}
