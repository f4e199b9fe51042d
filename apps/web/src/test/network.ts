import type { ErrorBody } from '@cmp/shared/errors';
import { HttpResponse } from 'msw';
import { setupServer } from 'msw/node';

/** The API, as far as a test says what it answers. What it does not say fails the test. */
export const network = setupServer();

/** A refusal as the API sends it. */
export function refusal(
  status: number,
  code: ErrorBody['code'],
  more: { details?: ErrorBody['details']; headers?: Record<string, string> } = {},
) {
  const { details, headers = {} } = more;
  const body = { code, message: code, requestId: 'r1', ...(details && { details }) };
  return HttpResponse.json(body, { status, headers });
}
