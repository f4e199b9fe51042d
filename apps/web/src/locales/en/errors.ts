import type { ErrorCode } from '@cmp/shared/errors';

/** What, where, what now. A code without a sentence does not compile. */
export const errors = {
  invalid_request: 'The portal did not accept what was sent. Check the fields and try again.',
  invalid_json: 'The portal could not read what was sent. Reload the page and try again.',
  unauthenticated: 'You are signed out. Sign in to go on.',
  sign_in_failed: 'Username and password do not match. Check both and try again.',
  session_reused: 'This session was ended for your safety. Sign in again.',
  forbidden: 'Your account may not do this. Ask an Admin.',
  origin_refused:
    'The request came from another address than the portal’s. Open the portal by its own address and try again.',
  password_change_required: 'Choose a new password first.',
  setup_closed: 'This portal is already set up. Sign in instead.',
  setup_token_wrong:
    'This is not the setup token. Copy it from the link that the start command printed.',
  not_found: 'This no longer exists.',
  method_not_allowed: 'The portal does not offer this. Reload the page and try again.',
  stale_version: 'Someone else changed this meanwhile. Look at their version before saving yours.',
  server_order_stale: 'The servers have changed meanwhile. Here is the current order.',
  request_running: 'The same request is still running. Wait a moment.',
  answer_not_kept: 'This was already done, and its answer is not kept. Reload to see the result.',
  request_timeout: 'The portal took too long to receive this. Try again.',
  payload_too_large: 'This is larger than the portal accepts.',
  headers_too_large:
    'Your browser sent more than the portal accepts. Clear this site’s cookies, then try again.',
  unsupported_media_type: 'The portal does not accept this kind of file.',
  plan_not_ready: 'This is still being worked out. Wait a moment, then try again.',
  plan_committed: 'This was already done. Reload to see the result.',
  plan_moved: 'The data has changed since this was worked out. Look at it again before going on.',
  plan_has_errors:
    'Some rows of the file cannot be read. Mend them and import the file again, or leave them out.',
  job_ended: 'This has ended already.',
  interrupted:
    'The portal was interrupted while it worked on this. Nothing was written; start it again.',
  storage_full: 'The portal’s disk is full. Whoever runs it has to make room first.',
  restore_running: 'A restore is under way already. Wait until it has ended.',
  restore_unavailable:
    'This portal’s database role may not replace everything. Run the restore where the owner’s address (DATABASE_OWNER_URL) is set.',
  password_wrong: 'This is not your password. Nothing was done.',
  site_name_wrong: 'This is not the site’s name. Type it exactly as it is shown.',
  snapshot_unreadable: 'This is not a snapshot, or not all of it. Choose another file.',
  snapshot_truncated:
    'The end of this snapshot is missing. Copy the file again, or take another one.',
  snapshot_altered:
    'This snapshot is not as it was written: its signature or a checksum is wrong. Take another one.',
  snapshot_unsafe: 'This archive holds names that no snapshot has. It was not opened.',
  snapshot_too_large: 'This snapshot unpacks to more than the portal accepts.',
  snapshot_foreign:
    'This snapshot was made by another installation. Confirm that you trust it, and it is shown first.',
  snapshot_newer: 'This snapshot was made by a newer release. Update this portal first.',
  snapshot_locked: 'This snapshot is encrypted. Give its passphrase or its identity.',
  snapshot_unlock_failed: 'This passphrase or identity does not open the snapshot.',
  target_unset: 'This is not filled in yet. Save it first, then test it.',
  target_refused:
    'The portal may not connect to this address. Allow private addresses if it is yours.',
  target_failed: 'The other side could not be reached or refused.',
  image_refused: 'The portal takes PNG, JPEG, WebP and GIF pictures of up to 16 megapixels.',
  telegram_unlinked: 'This chat is not linked to an account.',
  link_code_wrong: 'This code is not right, or its time is over. Make a new one.',
  update_repeated: 'This was done before.',
  bot_held: 'Another bot is at work with this portal.',
  matview_missing: 'The status view is not there. Switch it on first.',
  host_unavailable:
    'This portal cannot ask anything of its machine: it is not installed there as services.',
  host_refused: 'The machine did not do it. Its journal says why: journalctl -t cmp-helper.',
  host_refused_for: 'The machine did not do it: {{said}}.',
  plan_empty: 'There is nothing left to change.',
  plan_expired: 'This was worked out more than an hour ago and is no longer kept. Start it again.',
  rule_broken: 'This is not possible as things stand.',
  file_too_large: 'The file is larger than the portal accepts. Split it, and import the parts.',
  file_type_refused:
    'The portal reads .xlsx and .csv files. Save the file as one of these and try again.',
  file_unreadable:
    'The file cannot be read. Open it in a spreadsheet program, save it as .xlsx, and try again.',
  file_empty: 'The file has no rows of users. Fill in the template, or export a list first.',
  columns_wrong:
    'The file’s first row does not name the columns as the portal expects. Compare it with the template.',
  name_taken: 'This name is taken. Choose another.',
  past_last_date: 'No term ends later than 9999-12-31. Extend it by fewer months.',
  password_too_weak:
    'This password is too easy to guess. Make it longer, or use several unrelated words.',
  password_unchanged: 'This is the password you have now. Choose another.',
  last_admin: 'This is the last Admin who can sign in. Make someone else an Admin first.',
  own_account: 'You cannot do this to your own account. Ask another Admin.',
  service_in_use: 'Users still have this service, perhaps in the bin. Give them another one first.',
  viewer_grant: 'A Viewer can only view. Change the role first, or choose View.',
  idempotency_key_reused: 'This request was already used for something else. Reload and try again.',
  rate_limited: 'Too many attempts. Wait a moment, then try again.',
  rate_limited_for: 'Too many attempts. Try again in {{wait}}.',
  internal:
    'Something went wrong in the portal. Try again; if it stays, give the request id to whoever runs it.',
  busy: 'The portal is busy right now. Try again in a moment.',
  unavailable: 'The portal cannot reach its database. It keeps trying; so can you.',
  offline: 'The portal does not answer. Check your connection; nothing you typed is lost.',
  unexpected: 'The portal answered in a way this page does not understand. Reload the page.',
} satisfies Record<
  ErrorCode | 'rate_limited_for' | 'host_refused_for' | 'offline' | 'unexpected',
  string
>;
