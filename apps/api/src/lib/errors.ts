import type { ErrorBody, ErrorCode } from '@cmp/shared/errors';

const statusOf = {
  invalid_request: 400,
  invalid_json: 400,
  unauthenticated: 401,
  sign_in_failed: 401,
  session_reused: 401,
  forbidden: 403,
  origin_refused: 403,
  password_change_required: 403,
  last_admin: 403,
  own_account: 403,
  password_wrong: 403,
  setup_closed: 403,
  setup_token_wrong: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  stale_version: 409,
  server_order_stale: 409,
  request_running: 409,
  answer_not_kept: 409,
  plan_not_ready: 409,
  plan_committed: 409,
  plan_moved: 409,
  job_ended: 409,
  restore_running: 409,
  restore_unavailable: 409,
  plan_expired: 410,
  payload_too_large: 413,
  file_too_large: 413,
  snapshot_too_large: 413,
  unsupported_media_type: 415,
  file_type_refused: 415,
  rule_broken: 422,
  file_unreadable: 422,
  file_empty: 422,
  columns_wrong: 422,
  plan_empty: 422,
  plan_has_errors: 422,
  name_taken: 422,
  past_last_date: 422,
  password_too_weak: 422,
  password_unchanged: 422,
  viewer_grant: 422,
  service_in_use: 422,
  site_name_wrong: 422,
  snapshot_unreadable: 422,
  snapshot_truncated: 422,
  snapshot_altered: 422,
  snapshot_unsafe: 422,
  snapshot_foreign: 422,
  snapshot_newer: 422,
  snapshot_locked: 422,
  snapshot_unlock_failed: 422,
  target_unset: 422,
  target_refused: 422,
  target_failed: 422,
  image_refused: 422,
  telegram_unlinked: 403,
  link_code_wrong: 422,
  update_repeated: 409,
  bot_held: 409,
  matview_missing: 409,
  host_unavailable: 409,
  host_refused: 409,
  idempotency_key_reused: 422,
  rate_limited: 429,
  headers_too_large: 431,
  internal: 500,
  busy: 503,
  unavailable: 503,
  interrupted: 503,
  storage_full: 507,
} as const satisfies Record<ErrorCode, number>;

interface Extras {
  /** Seconds after which it is worth trying again. */
  retryAfter?: number;
  cause?: unknown;
}

/** A refusal the caller can understand and act on. Anything else that is thrown is a bug. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: ErrorBody['details'];
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details?: ErrorBody['details'],
    { retryAfter, cause }: Extras = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.details = details;
    this.retryAfter = retryAfter;
  }

  get statusCode(): number {
    return statusOf[this.code];
  }
}

/** A row outside the caller's grants answers exactly like one that does not exist. */
export function notFound(): AppError {
  return new AppError('not_found', 'This does not exist, or not for you.');
}

/** What is kept from outside answers like an address that leads nowhere. */
export function notHere(): AppError {
  return new AppError('not_found', 'There is nothing at this address.');
}

/** The row moved since the caller read it; `current` is how it is now. */
export function staleVersion(current: object): AppError {
  return new AppError('stale_version', 'This was changed meanwhile. Look again, then decide.', {
    current,
  });
}
