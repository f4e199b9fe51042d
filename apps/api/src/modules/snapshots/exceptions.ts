import type { SnapshotKind } from '@cmp/shared/snapshots';

/** A table, or columns of one, that snapshots of a kind leave out. */
export interface Exception {
  table: string;
  columns?: string[];
  reason: string;
}

const moving: Exception[] = [
  { table: 'sessions', reason: 'Devices sign in again.' },
  { table: 'refresh_tokens', reason: 'They open sessions.' },
  { table: 'idempotency_keys', reason: 'Answers to repeats, kept for a day.' },
  { table: 'rate_limits', reason: 'Counters of the last minutes.' },
  { table: 'plans', reason: 'They are of the rows as they were, for an hour.' },
  { table: 'plan_entries', reason: 'They go with their plans.' },
  { table: 'jobs', reason: 'Work under way belongs to the queue.' },
  {
    table: 'snapshots',
    reason: 'Which files lie where is not data: a restore must not forget them.',
  },
  { table: 'events', reason: 'News of the last weeks.' },
  { table: 'deliveries', reason: 'Restored, they would be sent again.' },
  { table: 'telegram_codes', reason: 'They open a linking, for minutes.' },
  { table: 'telegram_updates', reason: 'What was worked through of late.' },
  { table: 'bot_state', reason: 'How the bot fares now.' },
  { table: 'webhook_state', reason: 'How the receiver fares now.' },
  { table: 'certificate_checks', reason: 'What was seen of late.' },
  { table: 'matview_states', reason: 'How fresh the status view is here.' },
  { table: 'worker_beats', reason: 'Which processes are at work now.' },
  { table: 'schema_migrations', reason: 'The manifest names the migrations.' },
];

/** The short list: all else is in every snapshot of the kind. */
export const exceptions: Readonly<Record<SnapshotKind, readonly Exception[]>> = {
  database: moving,
  config: [
    ...moving,
    {
      table: 'accounts',
      columns: ['password_hash', 'one_time_until'],
      reason: 'Accounts without secrets.',
    },
    { table: 'grants', reason: 'They are of servers.' },
    { table: 'notification_preferences', reason: 'They are of accounts.' },
    { table: 'telegram_chats', reason: 'They act for accounts.' },
    { table: 'servers', reason: 'Data, not configuration.' },
    { table: 'users', reason: 'Data, not configuration.' },
    { table: 'changes', reason: 'The log.' },
    { table: 'entries', reason: 'The log.' },
    { table: 'sign_in_attempts', reason: 'The log.' },
  ],
};

/**
 * What a configuration consists of: named, because what a later release adds may be a secret. A test asks that
 * everything there is stands here or above.
 */
export const configured: Readonly<Record<string, { columns: string[]; where?: string }>> = {
  settings: {
    columns: ['id', 'section', 'fields', 'secrets', 'secret_states', 'version', 'updated_at'],
  },
  services: {
    columns: [
      ...['id', 'name', 'name_key', 'aliases', 'devices', 'data_limit_gb', 'price_cents'],
      ...['position', 'version', 'created_at', 'updated_at'],
    ],
  },
  accounts: {
    columns: [
      ...['id', 'username', 'name_key', 'display_name', 'email', 'role', 'must_change_password'],
      ...['disabled_at', 'version', 'created_at', 'updated_at'],
    ],
  },
  images: {
    columns: ['id', 'purpose', 'account_id', 'media_type', 'bytes', 'sha256', 'updated_at'],
    where: "purpose <> 'avatar'",
  },
};
