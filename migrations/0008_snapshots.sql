-- Snapshots that are whole, and what was proved of each. A file is listed only when it has its last name.

create table snapshots (
  id integer generated always as identity primary key,
  kind text not null check (kind in ('config', 'database')),
  -- Why it was made: somebody asked, the schedule, before a restore, before an update.
  reason text not null check (reason in ('asked', 'scheduled', 'safety', 'update')),
  file_name text not null unique check (char_length(file_name) <= 200),
  -- The folder that the settings named when it was written. Null: the portal's own, wherever that is now.
  folder text check (char_length(folder) <= 500),
  bytes bigint not null,
  -- Of the whole file, as it lies there.
  sha256 text not null check (char_length(sha256) = 64),
  is_encrypted boolean not null,
  site_name text not null,
  app_version text not null,
  -- By table: how many rows.
  counts jsonb not null,
  account_id integer,
  account_name text not null,
  created_at timestamptz not null default now(),
  -- The last check of the file: signature, checksums, counts.
  verified_at timestamptz,
  verify_failure text,
  -- The last rehearsal: restored beside, and compared.
  drilled_at timestamptz,
  drill_failure text,
  drill_ms integer,
  -- One for each place it was to be copied to: { target, place, at, failure }.
  copies jsonb not null default '[]'
);
create index snapshots_by_time on snapshots (created_at);
call let_app('select, insert, update, delete', 'snapshots');

-- Pictures, decoded and encoded anew: never the file that was sent. Here, so that every instance has them and a
-- snapshot holds them.
create table images (
  id integer generated always as identity primary key,
  -- 'touch-icon' is the favicon again, larger, for a phone's home screen.
  purpose text not null check (purpose in ('logo-light', 'logo-dark', 'favicon', 'touch-icon', 'avatar')),
  account_id integer references accounts on delete cascade,
  media_type text not null check (media_type in ('image/webp', 'image/png')),
  bytes bytea not null check (octet_length(bytes) <= 1048576),
  sha256 text not null check (char_length(sha256) = 64),
  updated_at timestamptz not null default now(),
  check ((purpose = 'avatar') = (account_id is not null)),
  unique nulls not distinct (purpose, account_id)
);
call audit('images', omitted => '{bytes,updated_at}');
call let_app('select, insert, update, delete', 'images');

-- A snapshot says how far each sequence had counted; those of identity columns belong to nobody's grants.
call let_app('select', 'all sequences in schema public');
