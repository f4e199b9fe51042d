import { ErrorCode } from '@cmp/shared/errors';
import { expect, test } from 'vitest';
import { ApiError, Unreachable } from './api-error.ts';
import { explain } from './explain.ts';

const refused = (code: ErrorCode, headers: Record<string, string> = {}) =>
  new ApiError({ code, message: code, requestId: 'r1' }, new Response(null, { headers }));

test.each(ErrorCode.options)('%s is said in a sentence', (code) => {
  expect(explain(refused(code))).toMatch(/^[A-Z].*\.$/);
});

test('how long to wait is said where the API says it, rounded up', () => {
  expect(explain(refused('rate_limited', { 'retry-after': '40' }))).toContain('40 s');
  expect(explain(refused('rate_limited', { 'retry-after': '1741' }))).toContain('30 min');
});

test('silence and nonsense have sentences of their own', () => {
  const silence = explain(new Unreachable());
  const nonsense = explain(new SyntaxError('Unexpected token <'));

  expect(silence).toContain('does not answer');
  expect(nonsense).not.toContain('token');
  expect(nonsense).not.toBe(silence);
});
