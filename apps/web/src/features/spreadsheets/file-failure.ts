import * as z from 'zod';
import { ApiError } from '#lib/api-error.ts';
import { explain } from '#lib/explain.ts';
import { failureInWords } from '#lib/failure-words.ts';
import { i18next } from '#lib/i18n.ts';
import { isKey } from '#lib/is-key.ts';
import { en } from '#locales/en.ts';

/** Why a file was refused as a whole, and the names it is about. */
export interface FileFailure {
  text: string;
  names: string[];
}

const Details = z.object({
  reason: z.string().optional(),
  kind: z.string().optional(),
  limit: z.string().optional(),
  problem: z.enum(['unknown', 'duplicate', 'missing']).optional(),
  names: z
    .array(z.union([z.string(), z.object({ name: z.string(), suggestion: z.string().nullable() })]))
    .optional(),
});

/** The failure of a plan, or the refusal of an upload, as a person can act on it. */
export function fileFailureOf(failure: { code: string; details?: unknown } | Error): FileFailure {
  if (failure instanceof Error) {
    if (!(failure instanceof ApiError)) return { text: explain(failure), names: [] };
    return inWords(failure.details) ?? { text: explain(failure), names: [] };
  }
  return inWords(failure.details) ?? { text: failureInWords(failure), names: [] };
}

function inWords(told: unknown): FileFailure | undefined {
  const { data } = Details.safeParse(told);
  if (!data) return undefined;
  if (data.problem) {
    return {
      text: i18next.t(`sheets.wrong.${columnsWord[data.problem]}`),
      names: (data.names ?? []).map(nameInWords),
    };
  }
  const key = [data.reason, data.kind, data.limit].find((one) => one && isKey(plainWords, one));
  if (key === undefined || !isKey(plainWords, key)) return undefined;
  return { text: i18next.t(`sheets.wrong.${key}`), names: [] };
}

const columnsWord = {
  unknown: 'unknownColumns',
  duplicate: 'duplicateColumns',
  missing: 'missingColumns',
} as const;

const { unknownColumns, perhaps, duplicateColumns, missingColumns, ...plainWords } =
  en.sheets.wrong;

function nameInWords(name: string | { name: string; suggestion: string | null }): string {
  if (typeof name === 'string') return name;
  if (name.suggestion === null) return name.name;
  return i18next.t('sheets.wrong.perhaps', { name: name.name, suggestion: name.suggestion });
}
