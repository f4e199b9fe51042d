-- What happened, whom it is told, and by which way: rows in the transaction of the act, so that nothing is told that
-- did not happen, and nothing that happened goes untold.

create table events (
  id bigint generated always as identity primary key,
  event text not null check (char_length(event) <= 40),
  at timestamptz not null default now(),
  -- No foreign keys: it outlives who did it, and a change is never removed.
  change_id bigint,
  account_id integer,
  actor_name text check (char_length(actor_name) <= 64),
  facts jsonb not null default '{}',
  -- By server that was touched: { id, name, users, names }. Told to nobody beyond the servers they see.
  servers jsonb not null default '[]',
  -- What would be the same news again.
  dedup_key text unique check (char_length(dedup_key) <= 200)
);
create index events_by_time on events (at);

-- One row for each who is told, by each way: the outbox, and what came of it.
create table deliveries (
  id bigint generated always as identity primary key,
  event_id bigint not null references events on delete cascade,
  channel text not null check (channel in ('panel', 'telegram', 'mail', 'webhook')),
  -- Null for the site's own chat and webhook.
  account_id integer references accounts on delete cascade,
  chat_id text check (char_length(chat_id) <= 20),
  -- Where it goes instead of where the settings say: the target they had before. Encrypted under the key file.
  sealed_target text,
  -- parked: given up on after as many tries as it gets; dropped: nobody would want it any more.
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'parked', 'dropped')),
  attempts integer not null default 0,
  -- Of them, those that the receiver answered with a no: what counts against the message, and not against the way.
  refusals integer not null default 0,
  -- Since when it is to go out; of one that is sent again, since then.
  waits_since timestamptz not null default now(),
  next_at timestamptz not null default now(),
  -- Somebody is at it until then.
  leased_until timestamptz,
  failure text check (char_length(failure) <= 500),
  sent_at timestamptz,
  read_at timestamptz,
  created_at timestamptz not null default now()
);
create index deliveries_due on deliveries (channel, id) where state = 'waiting';
create index deliveries_by_account on deliveries (account_id, id) where channel = 'panel';
create index deliveries_unread on deliveries (account_id) where channel = 'panel' and read_at is null;
create index deliveries_by_event on deliveries (event_id);
-- The log of what was sent, and what an alert counts.
create index deliveries_by_channel on deliveries (channel, id) where channel <> 'panel';
create index deliveries_parked on deliveries (channel) where state = 'parked';

-- What an account chose; what it does not name is as the site has it.
create table notification_preferences (
  id integer generated always as identity primary key,
  account_id integer not null unique references accounts on delete cascade,
  -- By event, by channel: whether.
  choices jsonb not null default '{}',
  -- Times of the site's day between which a phone stays silent.
  quiet_from text check (quiet_from ~ '^\d\d:\d\d$'),
  quiet_until text check (quiet_until ~ '^\d\d:\d\d$'),
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  check ((quiet_from is null) = (quiet_until is null))
);

-- Chats that act for an account.
create table telegram_chats (
  id integer generated always as identity primary key,
  chat_id text not null check (char_length(chat_id) <= 20),
  telegram_user_id text not null check (char_length(telegram_user_id) <= 20),
  name text not null check (char_length(name) <= 120),
  account_id integer not null references accounts on delete cascade,
  sign_in_alerts boolean not null default true,
  -- Since when Telegram says that nobody there wants to hear from us.
  blocked_at timestamptz,
  created_at timestamptz not null default now(),
  unique (chat_id, telegram_user_id)
);
create index telegram_chats_by_account on telegram_chats (account_id);

call audit('notification_preferences', omitted => '{updated_at}');
call audit('telegram_chats', omitted => '{blocked_at}');
call let_app('select, insert, update, delete', 'notification_preferences');
call let_app('select, insert, update, delete', 'telegram_chats');
call let_app('select, insert, delete', 'events');
call let_app('select, insert, update, delete', 'deliveries');

-- Moving facts of the bot.

-- Opens the linking of a chat, once and for some minutes.
create table telegram_codes (
  hash bytea primary key,
  account_id integer not null unique references accounts on delete cascade,
  expires_at timestamptz not null
);

-- What was worked through: an update that Telegram sends again has no second effect.
create table telegram_updates (
  update_id bigint primary key,
  at timestamptz not null default now()
);

-- One bot asks Telegram at a time; how it fares.
create table bot_state (
  id integer primary key default 1 check (id = 1),
  holder text,
  held_until timestamptz,
  last_success timestamptz,
  last_error text check (char_length(last_error) <= 500),
  code text check (char_length(code) <= 40),
  username text check (char_length(username) <= 64),
  updates bigint not null default 0,
  messages bigint not null default 0,
  errors bigint not null default 0,
  latency_ms integer,
  updated_at timestamptz
);
insert into bot_state default values;

-- How the site's webhook fares under a version of its settings.
create table webhook_state (
  id integer primary key default 1 check (id = 1),
  version integer not null default 0,
  -- Tries without one success between them, and since when.
  failures integer not null default 0,
  failing_since timestamptz
);
insert into webhook_state default values;

-- What the last look at the certificate found.
create table certificate_checks (
  id integer generated always as identity primary key,
  domain text not null check (char_length(domain) <= 253),
  at timestamptz not null default now(),
  expires_at timestamptz,
  issuer text check (char_length(issuer) <= 300),
  failure text check (char_length(failure) <= 500)
);
create index certificate_checks_by_time on certificate_checks (at);

-- Which processes are at work, and when each last said so.
create table worker_beats (
  id uuid primary key,
  started_at timestamptz not null default now(),
  at timestamptz not null default now()
);

call let_app('select, insert, update, delete', 'worker_beats');
call let_app('select, insert, update, delete', 'telegram_codes');
call let_app('select, insert, delete', 'telegram_updates');
call let_app('select, update', 'bot_state');
call let_app('select, update', 'webhook_state');
call let_app('select, insert, delete', 'certificate_checks');

-- A snapshot says how far each sequence had counted.
call let_app('select', 'all sequences in schema public');
