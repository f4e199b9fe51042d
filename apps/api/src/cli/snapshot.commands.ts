import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Snapshot, SnapshotKind } from '@cmp/shared/snapshots';
import { type Command, Option } from 'commander';
import { keysOf, loadKeys } from '#lib/keys.ts';
import { openSnapshot } from '#modules/snapshots/archive-reader.ts';
import { makeSnapshotNow } from '#modules/snapshots/create-snapshot.service.ts';
import { dumpDatabase } from '#modules/snapshots/pg-dump.service.ts';
import { exportRecoveryKey } from '#modules/snapshots/recovery-key.service.ts';
import { folderOf, type SnapshotPlace } from '#modules/snapshots/snapshot-place.ts';
import { listSnapshots } from '#modules/snapshots/snapshots.repository.ts';
import { systemActor } from '#plugins/access.ts';
import { openDatabase, withDatabase } from './database.ts';
import { CommandRefused, type Outcome } from './outcome.ts';
import type { Context, Run } from './program.ts';

const actor = systemActor('cli');

interface Wish {
  kind: SnapshotKind;
  pgDump?: boolean;
}

interface Unlocking {
  passphraseFile?: string;
  identityFile?: string;
  recoveryKeyFile?: string;
  trustForeign?: boolean;
}

/** `cmp snapshot …`: the same as in the panel, also while the portal is down. */
export function addSnapshotCommands(program: Command, run: Run): void {
  const snapshot = program.command('snapshot').description('make snapshots and look after them');

  snapshot
    .command('create')
    .description('write a snapshot into the folder of the settings')
    .addOption(new Option('--kind <kind>').choices(SnapshotKind.options).default('database'))
    .option('--pg-dump', 'with PostgreSQL’s own program instead, which restores by pg_restore')
    .action((wish: Wish) =>
      run((context) => (wish.pgDump ? dump(context) : create(context, wish.kind))),
    );

  snapshot
    .command('list')
    .description('the snapshots that are whole, newest first')
    .action(() =>
      run((context) => withDatabase(context, async (db) => told(await listSnapshots(db)))),
    );

  snapshot
    .command('verify')
    .description('check the signature and every checksum of a file; needs no database')
    .argument('<path>')
    .option('--passphrase-file <path>', 'a file whose first line opens the snapshot')
    .option('--identity-file <path>', 'an age identity that opens it')
    .option('--recovery-key-file <path>', 'of the installation that made it')
    .option('--trust-foreign', 'another installation may have made it')
    .action((path: string, unlocking: Unlocking) =>
      run((context) => verify(context, path, unlocking)),
    );
}

/** `cmp key export`: what opens the snapshots of this installation anywhere. */
export function addKeyCommand(program: Command, run: Run): void {
  program
    .command('key')
    .description('the key of this installation')
    .command('export')
    .description('print the recovery key, to be kept in another place')
    .action(() =>
      run((context) =>
        withDatabase(context, async (db) => {
          const exported = await exportRecoveryKey(db, loadKeys(context.config), actor);
          const text = `${exported.recoveryKey}\nKeep it where this machine's loss does not reach. Whoever has it can read the portal's secrets.`;
          return { text, data: exported };
        }),
      ),
    );
}

async function create(context: Context, kind: SnapshotKind): Promise<Outcome> {
  return withDatabase(context, async (db, { appUrl: databaseUrl }) => {
    const wish = { kind, reason: 'asked', signal: context.signal } as const;
    const place = { ...placeOf(context), databaseUrl };
    const made = await makeSnapshotNow(db, place, actor, wish);
    const rows = Object.values(made.counts).reduce((sum, count) => sum + count, 0);
    return { text: `Made ${made.fileName}: ${rows} rows, ${made.bytes} bytes.`, data: made };
  });
}

async function dump(context: Context): Promise<Outcome> {
  const folder = await withDatabase(context, (db) => folderOf(db, placeOf(context)));
  const database = await openDatabase(context);
  try {
    if (!database.ownerUrl)
      throw new CommandRefused(
        'pg_dump reads as the role that owns the tables. Set DATABASE_OWNER_URL. A snapshot needs none.',
      );
    const { path, bytes, program } = await dumpDatabase(database.ownerUrl, folder, context.signal);
    const text = `Made ${path}: ${bytes} bytes, by ${program}. It is neither signed, listed nor copied; pg_restore reads it.`;
    return { text, data: { path, bytes, program } };
  } finally {
    await database.close();
  }
}

function told(snapshots: Snapshot[]): Outcome {
  const lines = snapshots.map((snapshot) => {
    const { createdAt, kind, reason, bytes, fileName, folder, verifyFailure } = snapshot;
    const path = folder === null ? fileName : join(folder, fileName);
    const cells = [createdAt, kind, reason, `${bytes} bytes`, path, verifyFailure ?? ''];
    return cells.join('  ').trimEnd();
  });
  return {
    text: lines.length > 0 ? lines.join('\n') : 'There are none yet.',
    data: { snapshots },
    isBad: snapshots.some(({ verifyFailure }) => verifyFailure !== null),
  };
}

async function verify(
  { config }: Context,
  path: string,
  { passphraseFile, identityFile, recoveryKeyFile, trustForeign = false }: Unlocking,
): Promise<Outcome> {
  if (!existsSync(path)) throw new CommandRefused(`There is no file ${path}.`);
  const { secretKeyFile } = config.keys;
  const hasKey = existsSync(secretKeyFile);
  if (!hasKey && !trustForeign)
    throw new CommandRefused(
      `${secretKeyFile} is not there, so this is another installation: say --trust-foreign.`,
    );
  const file = await openSnapshot(path, {
    // Without a key of our own every file is foreign.
    keys: keysOf(hasKey ? readFileSync(secretKeyFile) : randomBytes(32)),
    passphrase: firstLine(passphraseFile),
    identity: firstLine(identityFile),
    recoveryKey: firstLine(recoveryKeyFile),
    trustForeign,
  });
  await file.verifyAll().finally(file.close);
  const { manifest, isForeign, isEncrypted } = file;
  const { kind, createdAt, siteName, appVersion, parts } = manifest;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const text = `Whole: ${kind} of ${siteName}, ${createdAt}, ${rows} rows in ${parts.length} tables, made by ${appVersion}${isForeign ? ' of another installation' : ''}.`;
  return { text, data: { kind, createdAt, siteName, appVersion, rows, isForeign, isEncrypted } };
}

/** Not the comments that age writes above an identity. */
function firstLine(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .find((line) => line !== '' && !line.startsWith('#'));
}

function placeOf({ config }: Context): SnapshotPlace {
  const { snapshotsDir, versions } = config;
  return { snapshotsDir, versions, keys: loadKeys(config) };
}
