import type { PlanFailure } from '@cmp/shared/changes';
import type { ErrorBody } from '@cmp/shared/errors';
import type * as z from 'zod';

/** A refusal the API explained. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorBody['code'];
  readonly status: number;
  readonly requestId: string;
  readonly details: Record<string, unknown>;
  readonly retryAfterSeconds: number | undefined;

  constructor(body: ErrorBody, response: Response) {
    super(body.message);
    this.code = body.code;
    this.status = response.status;
    this.requestId = body.requestId;
    this.details = body.details ?? {};
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    this.retryAfterSeconds = Number.isFinite(seconds) ? seconds : undefined;
  }
}

/** Work that outlived its request came to nothing, for this reason. */
export class JobFailed extends Error {
  override readonly name = 'JobFailed';
  readonly failure: PlanFailure;

  constructor(failure: PlanFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** No answer came: the network, the portal or the way between is down. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Whether the row was altered by someone else since it was read. */
export function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'stale_version';
}

/** The row as it is now, where a refusal says that someone else altered it. */
export function theirsIn<Row>(error: unknown, row: z.ZodType<Row>): Row | undefined {
  if (!(error instanceof ApiError) || !isStale(error)) return undefined;
  return row.safeParse(error.details.current).data;
}

/** Whether it is the API's refusal with this code. */
export const isRefusal = (error: unknown, code: ApiError['code']): boolean =>
  error instanceof ApiError && error.code === code;
