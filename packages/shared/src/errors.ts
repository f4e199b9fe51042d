import * as z from 'zod';

/** Every way the API refuses. The panel words them, so that any language can. */
export const ErrorCode = z.enum([
  'invalid_request',
  'invalid_json',
  'unauthenticated',
  'sign_in_failed',
  'session_reused',
  'forbidden',
  'origin_refused',
  'password_change_required',
  'setup_closed',
  'setup_token_wrong',
  'not_found',
  'method_not_allowed',
  'stale_version',
  'server_order_stale',
  'request_running',
  'answer_not_kept',
  'plan_not_ready',
  'plan_committed',
  'plan_moved',
  'plan_has_errors',
  'job_ended',
  'interrupted',
  'plan_empty',
  'plan_expired',
  'request_timeout',
  'payload_too_large',
  'headers_too_large',
  'file_too_large',
  'unsupported_media_type',
  'file_type_refused',
  'rule_broken',
  'file_unreadable',
  'file_empty',
  'columns_wrong',
  'name_taken',
  'past_last_date',
  'password_too_weak',
  'password_unchanged',
  'last_admin',
  'own_account',
  'viewer_grant',
  'service_in_use',
  'idempotency_key_reused',
  'rate_limited',
  'internal',
  'busy',
  'unavailable',
  'storage_full',
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** One thing wrong with a request: where, and what would be accepted. */
export const Issue = z.object({ path: z.string(), code: z.string(), message: z.string() });
export type Issue = z.infer<typeof Issue>;

/** The body of every response that is not a success. */
export const ErrorBody = z.object({
  code: ErrorCode,
  message: z.string(),
  requestId: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
