import { SnapshotKind } from '@cmp/shared/snapshots';
import * as z from 'zod';
import { AppError } from '#lib/errors.ts';

export const manifestName = 'manifest.json';
export const partPath = (table: string): string => `tables/${table}.ndjson`;

/** A table's rows: a line each, as `to_jsonb` says it, in the order of the primary key. */
export const Part = z.object({
  table: z.string(),
  path: z.string(),
  columns: z.array(z.string()),
  rows: z.int().min(0),
  bytes: z.int().min(0),
  sha256: z.string().length(64),
});
export type Part = z.infer<typeof Part>;

/** What a snapshot says of itself; read only after the signature of the whole file was found right. */
export const Manifest = z.object({
  format: z.literal(1),
  kind: SnapshotKind,
  appVersion: z.string(),
  /** By name, in order: the schema the rows are of. */
  migrations: z.array(z.string()),
  createdAt: z.iso.datetime(),
  siteName: z.string(),
  parts: z.array(Part),
  /** What a snapshot of this kind leaves out, and why. Without columns: the whole table. */
  excluded: z.array(
    z.object({ table: z.string(), columns: z.array(z.string()).optional(), reason: z.string() }),
  ),
  /** By name: the next value that each gives, where it was ever asked. */
  sequences: z.record(z.string(), z.int().nullable()),
  /** Opens the sealed secrets in the rows; only in a file that is encrypted itself. */
  recoveryKey: z.string().optional(),
});
export type Manifest = z.infer<typeof Manifest>;

export const currentFormat = 1;

/** Formats of earlier releases become the current one here; each has a kept file that a test opens. */
const converters: Readonly<Record<number, (kept: unknown) => Manifest>> = {
  [currentFormat]: (kept) => Manifest.parse(kept),
};

const Format = z.object({ format: z.int().positive(), migrations: z.array(z.string()) });

/** Reads the manifest of any format there was. Refuses what a later release wrote. */
export function readManifest(text: string, knownMigrations: readonly string[]): Manifest {
  try {
    const kept: unknown = JSON.parse(text);
    const { format, migrations } = Format.parse(kept);
    const convert = converters[format];
    const unknown = migrations.filter((name) => !knownMigrations.includes(name));
    if (!convert || unknown.length > 0)
      throw new AppError(
        'snapshot_newer',
        convert
          ? `A newer release made this snapshot: this one does not know ${unknown.join(', ')}.`
          : `This snapshot is of format ${format}; this release reads up to ${currentFormat}.`,
        { format, unknownMigrations: unknown },
      );
    return convert(kept);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'snapshot_unreadable',
      'The manifest of this snapshot cannot be read.',
      { part: manifestName },
      { cause },
    );
  }
}
