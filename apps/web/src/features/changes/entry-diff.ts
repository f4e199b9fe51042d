import type { AuditEntry } from '@cmp/shared/changes';

/** One field that is not as it was. */
export interface FieldDiff {
  field: string;
  before: unknown;
  after: unknown;
}

/** What became of a row. */
export type Fate = 'added' | 'gone' | 'back' | 'changed';

type Sides = Pick<AuditEntry, 'before' | 'after'>;

/** The fields that differ; of a row that came or went, those it has. */
export function diffOf(sides: Sides): FieldDiff[] {
  const [before, after] = [opened(sides.before), opened(sides.after)];
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...fields]
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null }))
    .filter((diff) => JSON.stringify(diff.before) !== JSON.stringify(diff.after))
    .filter(({ field }) => !silent.has(field));
}

/** Settings keep their values in a field of their own: they are fields like any other. */
function opened(fields: AuditEntry['before']): AuditEntry['before'] {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, value]) =>
      isRecord(value) ? Object.entries(value) : [[field, value]],
    ),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every alteration moves these; they say nothing of their own. */
const silent = new Set(['updatedAt', 'createdAt']);

/** A row is deleted by moving it to the bin, and brought back from there. */
export function fateOf({ before, after }: Sides): Fate {
  if (Object.keys(before).length === 0) return 'added';
  if (Object.keys(after).length === 0) return 'gone';
  const [was, is] = [before.deletedAt ?? null, after.deletedAt ?? null];
  if (was === null && is !== null) return 'gone';
  if (was !== null && is === null) return 'back';
  return 'changed';
}

/** Whether a field's value is for nobody's eyes. The log keeps none of them; this holds if it ever does. */
export function isSecret(field: string): boolean {
  return /password|secret|token|hash|apiKey|privateKey/i.test(field) && !/^mustChange/.test(field);
}

/** A row as JSON, with what is secret left out. */
export function withoutSecrets(entry: AuditEntry): AuditEntry {
  return { ...entry, before: masked(entry.before), after: masked(entry.after) };
}

function masked(fields: AuditEntry['before']): AuditEntry['before'] {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      isSecret(field) && value !== null ? '••••••' : value,
    ]),
  );
}
