-- What the portal is the ledger of: servers, the services that are sold, and the users who bought them.
-- Name keys are folded by nameKey alone and compared as they are ("C"), so that a prefix is a range of the index.

create extension if not exists pg_trgm;

create table services (
  id integer generated always as identity primary key,
  name text not null check (char_length(name) between 1 and 40),
  name_key text collate "C" not null unique,
  -- Other names under which spreadsheets know it, as name keys.
  aliases text[] not null default '{}',
  devices integer check (devices >= 0),
  data_limit_gb double precision check (data_limit_gb >= 0 and data_limit_gb < 'Infinity'),
  price_cents integer check (price_cents >= 0),
  position integer not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint services_position exclude using btree (position with =) deferrable
);

create table servers (
  id integer generated always as identity primary key,
  name text not null check (char_length(name) between 1 and 80),
  name_key text collate "C" not null,
  owner text check (char_length(owner) <= 80),
  service_type text check (char_length(service_type) <= 80),
  ip_address text check (char_length(ip_address) <= 45),
  domain_name text check (char_length(domain_name) <= 253),
  note text check (char_length(note) <= 2000),
  position integer not null check (position > 0),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  -- Deferrable, so that one update may renumber every row; a partial unique index cannot be.
  constraint servers_position exclude using btree (position with =) where (deleted_at is null) deferrable
);
create unique index servers_name on servers (name_key) where deleted_at is null;

-- A user's position is the order of arrival: a sequence, so that two arrivals never wait for each other.
create sequence user_positions;
create table users (
  id integer generated always as identity primary key,
  server_id integer not null references servers,
  account_name text not null check (char_length(account_name) between 1 and 80),
  name_key text collate "C" not null,
  service_id integer references services,
  contact text check (char_length(contact) <= 200),
  -- The last valid day in the site's zone. 'infinity' never expires: a key to page by has no nulls
  -- (client.ts reads it as null).
  expires_on date not null default 'infinity',
  total_devices integer check (total_devices >= 0),
  -- Null is unlimited.
  data_limit_gb double precision check (data_limit_gb >= 0 and data_limit_gb < 'Infinity'),
  remark text check (char_length(remark) <= 1000),
  enabled boolean not null default true,
  -- Name, contact and remark, folded by nameKey: SQL folds no case.
  search_key text collate "C" not null,
  position bigint not null default nextval('user_positions'),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz
);
create unique index users_name on users (server_id, name_key) where deleted_at is null;
create unique index users_position on users (server_id, position) where deleted_at is null;
-- Both also answer the counts by status and service, from the index alone.
create index users_expiry on users (server_id, expires_on, id) include (enabled, service_id) where deleted_at is null;
create index users_by_expiry on users (expires_on, id) include (enabled, service_id) where deleted_at is null;
create index users_by_name on users (name_key, id) where deleted_at is null;
create index users_search on users using gin (search_key gin_trgm_ops) where deleted_at is null;
-- Counts are read from an index alone only while vacuum keeps up with the churn.
alter table users set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

call audit('services', omitted => '{name_key,updated_at}');
call audit('servers', omitted => '{name_key,updated_at}', server => 'r.id');
call audit('users', omitted => '{name_key,search_key,updated_at}', server => 'r.server_id');

call let_app('select, insert, update, delete', 'services');
call let_app('select, insert, update, delete', 'servers');
call let_app('select, insert, update, delete', 'users');
call let_app('usage', 'sequence user_positions');
