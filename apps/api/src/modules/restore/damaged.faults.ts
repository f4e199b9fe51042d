import { createHash } from 'node:crypto';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { expect } from 'vitest';
import { canonicalDump, fillWithEdges } from '#test/edge-rows.ts';
import { test as base, keys, unlimited } from '#test/fixtures.ts';
import { password } from '#test/given.ts';
import { leftOut, plannedRestore, snapshotFile } from '#test/restore-client.ts';
import { type Region, regionsOf, sealedRegionsOf } from '#test/snapshot-regions.ts';

const seed = Number(process.env.SEED ?? Date.now() % 100_000);
const flips = 1000;
const cuts = 100;
/** An account may send thirty files a minute. */
const filesOfAccount = 30;
const atOnce = 6;

const test = base.extend('app', ({ startInstance }) =>
  startInstance({ limits: unlimited }, { work: 'does' }),
);
const data = { ...leftOut, sign_in_attempts: 'all' } as const;
const refusals = /^snapshot_(altered|truncated|unreadable|unlock_failed)$/;

test(`of ${flips} files with a bit altered and ${cuts} cut ones none is taken, and nothing is written`, {
  timeout: 600_000,
}, async ({ api, db, owner }) => {
  await fillWithEdges(db, owner, keys);
  const identity = await generateIdentity();
  const recipients = [await identityToRecipient(identity)];
  const plain = await snapshotFile(owner, { keys });
  const sealed = await snapshotFile(owner, { keys, encryption: { recipients } });
  const random = dice(seed);
  const damaged = [
    ...flipsIn(plain, await regionsOf(plain), random),
    ...flipsIn(sealed, sealedRegionsOf(sealed), random),
    ...cutsOf(plain, random),
    ...cutsOf(sealed, random),
  ].map((one, index) => ({ ...one, mode: index % 2 ? ('merge' as const) : ('replace' as const) }));
  const queue = damaged.entries();
  const accounts = Math.ceil(damaged.length / filesOfAccount);
  const admins = await Promise.all(Array.from({ length: accounts }, () => api.as('admin')));
  const before = hashOf(await canonicalDump(owner, data));
  const startedAt = performance.now();

  const codes = new Map<string, number>();
  const taken: unknown[] = [];
  const send = async () => {
    for (const [index, { name, mode, file }] of queue) {
      const admin = admins[index % accounts] ?? api;
      const plan = await plannedRestore(admin, file(), { mode, identity });
      const code = plan.failure?.code ?? plan.state;
      const options = mode === 'merge' ? {} : { siteName: 'Edges 👾', password };
      const { statusCode } = await admin.post(`/plans/${plan.id}/commit`, options);
      codes.set(code, (codes.get(code) ?? 0) + 1);
      const isRefused = plan.state === 'failed' && refusals.test(code) && statusCode === 409;
      if (!isRefused) taken.push([name, mode, plan.state, code, statusCode]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));

  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const regions = new Set(damaged.map(({ name }) => name)).size;
  console.log(
    `seed ${seed}: ${damaged.length - taken.length} of ${damaged.length} damaged files refused ` +
      `(${flips} flips and ${cuts * 2} cuts in ${regions} regions) in ${seconds} s,`,
    Object.fromEntries(codes),
  );
  expect(taken).toEqual([]);
  expect(hashOf(await canonicalDump(owner, data))).toBe(before);
  const whole = await plannedRestore(await api.as('admin'), sealed, { mode: 'replace', identity });
  expect(whole.state).toBe('ready');
});

/** Half of the flips for each file, as many in each of its regions. */
function flipsIn(file: Buffer, regions: readonly Region[], random: () => number) {
  const rounds = Math.ceil(flips / 2 / regions.length);
  const flipOf = ({ name, start, end }: Region) => {
    const at = start + Math.floor(random() * (end - start));
    const bit = 1 << Math.floor(random() * 8);
    return { name, file: () => flipped(file, at, bit) };
  };
  const all = Array.from({ length: rounds }, () => regions.map(flipOf)).flat();
  return all.slice(0, flips / 2);
}

/** Twice as many as there are lengths: each is merged, and put in the place of all. */
function cutsOf(file: Buffer, random: () => number) {
  return Array.from({ length: cuts / 2 }, (_, index) => {
    const length = Math.floor(((index + random()) / (cuts / 2)) * file.length);
    const cut = { name: 'cut', file: () => file.subarray(0, length) };
    return [cut, cut];
  }).flat();
}

function flipped(file: Buffer, at: number, bit: number): Buffer {
  const altered = Buffer.from(file);
  altered.writeUInt8(altered.readUInt8(at) ^ bit, at);
  return altered;
}

function hashOf(dump: Readonly<Record<string, string[]>>): string {
  return createHash('sha256').update(JSON.stringify(dump)).digest('hex');
}

/** The same throws again for the same seed. */
function dice(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
