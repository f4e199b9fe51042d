import { type ErrorCode, Issue } from '@cmp/shared/errors';
import type { FieldPath, FieldValues, UseFormSetError } from 'react-hook-form';
import * as z from 'zod';
import { ApiError } from './api-error.ts';
import { explain } from './explain.ts';
import { i18next } from './i18n.ts';

/** A field of a form, and the refusals that are about it. */
interface RefusableField<Values extends FieldValues> {
  name: FieldPath<Values>;
  codes?: readonly ErrorCode[];
  /** What the API calls it, where the form has another name. */
  path?: string;
}

/**
 * Lays a refusal on the fields it is about: the one its code belongs to, else those the API lists,
 * else on the form as a whole, as `root.refusal`.
 */
export function showRefusal<Values extends FieldValues>(
  setError: UseFormSetError<Values>,
  error: unknown,
  fields: readonly RefusableField<Values>[],
): void {
  const refusal = error instanceof ApiError ? error : undefined;
  const owner = fields.find(({ codes }) => refusal && codes?.includes(refusal.code));
  if (owner) {
    const message = explain(error);
    setError(owner.name, { type: 'refused', message }, { shouldFocus: true });
    return;
  }
  const paths = issuePaths(refusal);
  const refused = fields.filter(({ name, path = name }) => paths.includes(path));
  for (const [index, { name }] of refused.entries()) {
    const message = i18next.t('validation.notAccepted');
    setError(name, { type: 'refused', message }, { shouldFocus: index === 0 });
  }
  if (refused.length > 0 && refused.length === paths.length) return;
  setError('root.refusal', { type: 'refused', message: explain(error) });
}

/** The paths the API found fault with, as a form names them. */
function issuePaths(refusal: ApiError | undefined): string[] {
  const issues = z.array(Issue).safeParse(refusal?.details.issues);
  return (issues.data ?? []).map(({ path }) =>
    path.replace(/^(body[./]|\/)?(values[./])?/, '').replaceAll('/', '.'),
  );
}
