-- One row per section of the settings. A section that was never saved has its defaults and version 1.

create table settings (
  id integer generated always as identity primary key,
  section text not null unique,
  fields jsonb not null default '{}',
  -- By name: the secret, encrypted under the key file. Never recorded.
  secrets jsonb not null default '{}',
  -- By name: whether it is set, and its last four characters: what the record shows of a secret.
  secret_states jsonb not null default '{}',
  version integer not null default 1,
  updated_at timestamptz not null default now()
);
call audit('settings', omitted => '{secrets,updated_at}');
call let_app('select, insert, update', 'settings');
