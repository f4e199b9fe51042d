import type { Keys } from '#lib/keys.ts';
import { openSnapshot } from '#modules/snapshots/archive-reader.ts';
import { mendForeign } from './mend.ts';
import type { Openers } from './restore.service.ts';
import type { RestoreSource } from './source.ts';

export type Opened = Awaited<ReturnType<typeof openSnapshot>>;

/** Opens a snapshot once its signature was found right, and closes it whatever happens. */
export async function withSnapshot<Result>(
  path: string,
  keys: Keys,
  openers: Openers,
  use: (source: RestoreSource, snapshot: Opened) => Promise<Result>,
): Promise<Result> {
  const snapshot = await openSnapshot(path, { keys, ...openers });
  try {
    return await use(sourceOf(snapshot, keys), snapshot);
  } finally {
    await snapshot.close();
  }
}

function sourceOf(snapshot: Opened, keys: Keys): RestoreSource {
  const { manifest, isForeign, foreignKeys } = snapshot;
  const resealing = foreignKeys && { from: foreignKeys.settings, to: keys.settings };
  return {
    createdAt: manifest.createdAt,
    isForeign,
    tables: manifest.parts.map(({ table, rows, columns }) => ({ name: table, rows, columns })),
    // The manifest says what each would give next.
    sequences: Object.fromEntries(
      Object.entries(manifest.sequences).flatMap(([name, next]) =>
        next === null ? [] : [[name, next - 1]],
      ),
    ),
    rows: async function* (table) {
      for await (const lines of snapshot.rows(table))
        yield isForeign
          ? lines.flatMap((line) => mendForeign(table, line, resealing) ?? [])
          : lines;
    },
  };
}
