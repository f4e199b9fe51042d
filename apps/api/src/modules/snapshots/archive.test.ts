import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { keysOf } from '#lib/keys.ts';
import { type Opening, openSnapshot } from './archive-reader.ts';
import { signing, writeSnapshotFile } from './archive-writer.ts';
import type { Encryption } from './encryption.ts';
import { recoveryKeyOf } from './recovery-key.ts';
import { unsignedComment } from './signature.ts';

const folder = await mkdtemp(join(tmpdir(), 'cmp-archive-'));
afterAll(() => rm(folder, { recursive: true }));

const lines = Array.from({ length: 2500 }, (_, id) =>
  JSON.stringify({ id, name: `Zoë ${id} 🌊`, salt: (id * 2_654_435_761) % 4_294_967_296 }),
);
const root = Buffer.alloc(32, 7);
const keys = keysOf(root);
const others = keysOf(Buffer.alloc(32, 8));
const identity = await generateIdentity();
const recipients = [await identityToRecipient(identity)];
let written = 0;

describe('a snapshot', () => {
  test.for<[string, Encryption | undefined, Partial<Opening>]>([
    ['plain', undefined, {}],
    ['for recipients', { recipients }, { identity }],
    ['under a passphrase', { passphrase: 'høst 🌾' }, { passphrase: 'høst 🌾' }],
  ])('gives back the rows that went in: %s', async ([, encryption, opens]) => {
    const path = await write({ encryption });

    const file = await openSnapshot(path, { keys, ...opens });
    const rows = (await Array.fromAsync(file.rows('users'))).flat();
    await file.verifyAll();
    await file.close();

    expect(rows).toEqual(lines);
    expect(file).toMatchObject({ isForeign: false, isEncrypted: encryption !== undefined });
    expect(file.manifest.parts).toMatchObject([
      { table: 'users', rows: lines.length },
      { table: 'servers', rows: 0, bytes: 0 },
    ]);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('of another installation is opened when that is wanted, and its keys come with its recovery key', async () => {
    const path = await write({ by: others });
    const recoveryKey = recoveryKeyOf(others.root);

    expect(await refusalOf(path)).toMatchObject({ code: 'snapshot_foreign' });
    expect(
      await refusalOf(path, { trustForeign: true, recoveryKey: recoveryKeyOf(root) }),
    ).toMatchObject({ code: 'snapshot_unlock_failed' });
    const file = await openSnapshot(path, { keys, trustForeign: true, recoveryKey });
    await file.close();
    expect(file).toMatchObject({ isForeign: true, foreignKeys: { settings: others.settings } });
  });

  test('that is encrypted asks for what opens it', async () => {
    const path = await write({ encryption: { passphrase: 'right' } });
    const forOthers = await write({ encryption: { recipients } });

    expect(await refusalOf(path)).toMatchObject({ code: 'snapshot_locked' });
    expect(await refusalOf(path, { passphrase: 'wrong' })).toMatchObject({
      code: 'snapshot_unlock_failed',
    });
    expect(await refusalOf(forOthers, { identity: await generateIdentity() })).toMatchObject({
      code: 'snapshot_unlock_failed',
    });
    expect(await refusalOf(forOthers, { identity: 'AGE-SECRET-KEY-1' })).toMatchObject({
      code: 'snapshot_unlock_failed',
    });
  });

  test('of a later release is told apart', async () => {
    const later = await signedZip({
      'manifest.json': JSON.stringify({ format: 2, migrations: [] }),
    });
    const migrated = await signedZip({
      'manifest.json': JSON.stringify({
        ...head(),
        format: 1,
        parts: [],
        migrations: ['9999_later.sql'],
      }),
    });

    expect(await refusalOf(later)).toMatchObject({
      code: 'snapshot_newer',
      details: { format: 2 },
    });
    expect(await refusalOf(migrated)).toMatchObject({
      code: 'snapshot_newer',
      message: expect.stringContaining('9999_later.sql'),
    });
  });

  test('of format 1 opens: the kept file', async () => {
    const path = new URL('./fixtures/format-1.zip', import.meta.url).pathname;

    const file = await openSnapshot(path, { keys });
    const rows = (await Array.fromAsync(file.rows('users'))).flat();
    await file.close();

    expect(rows).toEqual(lines);
    expect(file.manifest).toMatchObject({ format: 1, kind: 'database', siteName: 'Portal' });
  });
});

describe('what is no whole snapshot', () => {
  const seed = Date.now() % 1_000_000;
  const sealed: [string, Encryption | undefined, Partial<Opening>][] = [
    ['plain', undefined, {}],
    ['encrypted', { recipients }, { identity }],
  ];

  test.for(sealed)(
    'is refused with any byte altered, and cut anywhere: %s',
    { timeout: 120_000 },
    async ([, encryption, opens]) => {
      const whole = await readFile(await write({ encryption }));
      const random = dice(seed);
      const path = join(folder, 'damaged.zip');
      const found = new Map<string, number>();
      const refuse = async (bytes: Buffer) => {
        await writeFile(path, bytes);
        const { code } = await refusalOf(path, opens);
        found.set(code, (found.get(code) ?? 0) + 1);
      };
      console.info(`seed ${seed}, ${whole.length} bytes`);

      // Every region has its share: the flips walk through the file by even steps and a little chance.
      for (let flip = 0; flip < 1000; flip += 1) {
        const bytes = Buffer.from(whole);
        const at = Math.min(
          whole.length - 1,
          Math.floor(((flip + random()) / 1000) * whole.length),
        );
        bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        await refuse(bytes);
      }
      const flipped = new Map(found);
      found.clear();
      for (let cut = 0; cut < 100; cut += 1)
        await refuse(whole.subarray(0, Math.floor(((cut + random()) / 100) * whole.length)));

      const allowed = [
        'snapshot_altered',
        'snapshot_unreadable',
        'snapshot_truncated',
        'snapshot_unlock_failed',
      ];
      expect(
        [...flipped.keys(), ...found.keys()].filter((code) => !allowed.includes(code)),
      ).toEqual([]);
      expect(sum(flipped)).toBe(1000);
      expect(sum(found)).toBe(100);
      expect(flipped.get('snapshot_altered')).toBeGreaterThan(950);
      if (!encryption) expect(found.get('snapshot_truncated')).toBeGreaterThan(95);
    },
  );

  test.for([
    ['nothing', Buffer.alloc(0), 'snapshot_unreadable'],
    ['noise', randomBytes(5000), 'snapshot_unreadable'],
    ['only the line of age', Buffer.from('age-encryption.org/v1\n'), 'snapshot_altered'],
  ] as const)('is refused: %s', async ([, bytes, code]) => {
    const path = join(folder, 'nothing.zip');
    await writeFile(path, bytes);

    expect(await refusalOf(path, { identity })).toMatchObject({ code });
  });

  test('is refused where it is an archive that nobody signed', async () => {
    const path = await zipped({ 'manifest.json': '{}' });

    expect(await refusalOf(path)).toMatchObject({ code: 'snapshot_unreadable' });
  });
});

describe('what was signed and is no snapshot all the same', () => {
  const manifest = JSON.stringify({ ...head(), format: 1, parts: [] });

  test.for([
    ['../x', 'leads out'],
    ['/etc/x', 'leads out'],
    ['a\\b', 'leads out'],
    ['C:/x', 'leads out'],
    ['Manifest.json', 'two parts'],
    ['manifest.json', 'two parts'],
    ['tables/ü.ndjson', 'a name'],
    ['tables/', 'a name'],
    ['tables/extra.ndjson', 'does not name'],
  ])('is unsafe with a part named %s', async ([name = '', says = '']) => {
    const path = await signedZip({ 'manifest.json': manifest, placeholder: 'x' }, name);

    expect(await refusalOf(path)).toMatchObject({
      code: 'snapshot_unsafe',
      message: expect.stringContaining(says),
    });
  });

  test('is unsafe with a link', async () => {
    const path = await signedZip(
      { 'manifest.json': manifest, 'tables/x': '/etc/passwd' },
      undefined,
      0o120777,
    );

    expect(await refusalOf(path)).toMatchObject({ code: 'snapshot_unsafe' });
  });

  test('is too large where it unpacks to far more than it is', async () => {
    const bytes = 30_000_000;
    const part = {
      table: 'users',
      path: 'tables/users.ndjson',
      columns: [],
      rows: 0,
      bytes,
      sha256: '0'.repeat(64),
    };
    const path = await signedZip({
      'manifest.json': JSON.stringify({ ...head(), format: 1, parts: [part] }),
      'tables/users.ndjson': '\n'.repeat(bytes),
    });

    expect(await refusalOf(path)).toMatchObject({
      code: 'snapshot_too_large',
      details: { part: 'tables/users.ndjson' },
    });
  });

  test.for([
    ['is not what the manifest says', '{}\n', { sha256: '0'.repeat(64) }],
    ['is no text', '\xff\n', {}],
    ['has other rows than the manifest says', '{}\n{}\n', {}],
    ['ends in the middle of a row', '{}\n{}', {}],
  ] as const)('is altered where a part %s', async ([, content, says]) => {
    const part = {
      table: 'users',
      path: 'tables/users.ndjson',
      columns: [],
      rows: 1,
      bytes: content.length,
      sha256: createHash('sha256').update(content, 'latin1').digest('hex'),
      ...says,
    };
    const path = await signedZip({
      'manifest.json': JSON.stringify({ ...head(), format: 1, parts: [part] }),
      'tables/users.ndjson': content,
    });

    const file = await openSnapshot(path, { keys });
    const failure = await file.verifyAll().catch((error) => error);
    await file.close();
    expect(failure).toMatchObject({
      code: 'snapshot_altered',
      details: { part: 'tables/users.ndjson' },
    });
  });
});

function head() {
  return {
    kind: 'database' as const,
    appVersion: 'cmp ver test',
    migrations: ['0001_changes.sql'],
    createdAt: '2026-03-04T05:06:07.000Z',
    siteName: 'Portal',
    excluded: [{ table: 'sessions', reason: 'Moving facts.' }],
    sequences: { users_id_seq: 2501 },
  };
}

async function write({
  encryption,
  by = keys,
}: {
  encryption?: Encryption | undefined;
  by?: typeof keys;
}) {
  written += 1;
  const path = join(folder, `${written}.zip`);
  async function* batches() {
    for (let at = 0; at < lines.length; at += 700)
      yield Buffer.from(`${lines.slice(at, at + 700).join('\n')}\n`);
  }
  async function* nothing() {}
  await writeSnapshotFile(path, {
    keys: by,
    encryption,
    head: head(),
    tables: [
      { table: 'users', columns: ['id', 'name', 'salt'], lines: batches() },
      { table: 'servers', columns: ['id'], lines: nothing() },
    ],
  });
  return path;
}

/** Opens a file to its last row; gives the refusal that this must come to. */
async function refusalOf(path: string, opens: Partial<Opening> = {}): Promise<{ code: string }> {
  try {
    const file = await openSnapshot(path, { keys, ...opens });
    await file.close();
  } catch (error) {
    return error as { code: string };
  }
  throw new Error('It was not refused.');
}

async function zipped(contents: Record<string, string>, mode = 0o100600, comment = '') {
  written += 1;
  const path = join(folder, `${written}.zip`);
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(contents))
    zip.addBuffer(Buffer.from(content, 'latin1'), name, { mode });
  zip.end({ comment, forceZip64Format: false });
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

/** An archive that bears our signature; `rename` gives its last part a name that the writer refuses. */
async function signedZip(
  contents: Record<string, string>,
  rename?: string | undefined,
  mode?: number,
) {
  const path = await zipped(contents, mode, unsignedComment(keys.snapshots));
  const whole = await readFile(path);
  const bytes = rename === undefined ? whole : renamed(whole, 'placeholder', rename);
  await pipeline([bytes], signing(keys.snapshots), createWriteStream(path));
  return path;
}

/** Names of one length would keep every offset; others move the end's note of where the directory begins. */
function renamed(archive: Buffer, from: string, to: string): Buffer {
  const name = Buffer.from(to);
  const central = archive.lastIndexOf(from) - 46;
  const end = archive.lastIndexOf('PK\x05\x06');
  const entry = Buffer.from(archive.subarray(central, central + 46));
  entry.writeUInt16LE(name.length, 28);
  const tail = Buffer.from(archive.subarray(end));
  tail.writeUInt32LE(tail.readUInt32LE(12) - from.length + name.length, 12);
  return Buffer.concat([
    archive.subarray(0, central),
    entry,
    name,
    archive.subarray(central + 46 + from.length, end),
    tail,
  ]);
}

function sum(counts: Map<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

/** A small generator, so that a seed repeats a run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
