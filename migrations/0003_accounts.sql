-- Who signs in, to which servers they have access, and on which devices they are signed in now.

create table accounts (
  id integer generated always as identity primary key,
  username text not null check (char_length(username) between 1 and 64),
  name_key text collate "C" not null unique,
  display_name text not null check (char_length(display_name) between 1 and 80),
  email text check (char_length(email) <= 254),
  role text not null check (role in ('admin', 'server_admin', 'viewer')),
  password_hash text not null,
  must_change_password boolean not null default false,
  -- A one-time password is worth nothing after this.
  one_time_until timestamptz,
  disabled_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table grants (
  id integer generated always as identity primary key,
  account_id integer not null references accounts on delete cascade,
  server_id integer not null references servers,
  level text not null check (level in ('manage', 'view')),
  actions text[] not null,
  unique (account_id, server_id)
);
create index grants_by_server on grants (server_id);

call audit('accounts', omitted => '{name_key,password_hash,updated_at}');
call audit('grants');
call let_app('select, insert, update, delete', 'accounts');
call let_app('select, insert, update, delete', 'grants');

-- Moving facts, which are no changes: they are not audited, and purged when they are old.

create table sessions (
  id integer generated always as identity primary key,
  account_id integer not null references accounts on delete cascade,
  ip text not null,
  user_agent text check (char_length(user_agent) <= 400),
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_because text check (ended_because in ('signed_out', 'ended', 'password', 'reset', 'disabled', 'reused'))
);
create index sessions_by_account on sessions (account_id) where ended_at is null;
create index sessions_by_expiry on sessions (expires_at);

-- A token is used once: its row says when, and its successor is derived from it (see refresh in the API).
create table refresh_tokens (
  hash bytea primary key,
  session_id integer not null references sessions on delete cascade,
  created_at timestamptz not null default now(),
  used_at timestamptz
);
create index refresh_tokens_by_session on refresh_tokens (session_id);

create table sign_in_attempts (
  id bigint generated always as identity primary key,
  name_key text not null check (char_length(name_key) <= 256),
  account_id integer references accounts on delete cascade,
  outcome text not null check (outcome in ('success', 'wrong_password', 'unknown_account', 'disabled')),
  ip text not null,
  user_agent text check (char_length(user_agent) <= 400),
  at timestamptz not null default now()
);
create index sign_in_attempts_by_account on sign_in_attempts (account_id, id);
create index sign_in_attempts_by_time on sign_in_attempts (at);

-- What was answered to a command that named a key, so that its repeat has the same answer and no effect.
create table idempotency_keys (
  account_id integer not null references accounts on delete cascade,
  key text not null check (char_length(key) between 1 and 128),
  fingerprint bytea not null,
  -- Null where the answer held a secret, which is not kept.
  answer jsonb,
  change_id bigint,
  created_at timestamptz not null default now(),
  primary key (account_id, key)
);
create index idempotency_keys_by_time on idempotency_keys (created_at);

-- Counters that all instances share; the shape is rate-limiter-flexible's.
create unlogged table rate_limits (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);

call let_app('select, insert, update, delete', 'sessions');
call let_app('select, insert, update, delete', 'refresh_tokens');
call let_app('select, insert, delete', 'sign_in_attempts');
call let_app('select, insert, delete', 'idempotency_keys');
call let_app('select, insert, update, delete', 'rate_limits');
