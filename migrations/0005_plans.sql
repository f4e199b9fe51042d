-- A change worked out but not yet made: the exact rows before and after, kept for an hour for its maker.
-- No change is needed to make one, so they are not audited; nothing of theirs is in a snapshot.

create table plans (
  id integer generated always as identity primary key,
  account_id integer references accounts on delete cascade,
  action text not null,
  state text not null check (state in ('parsing', 'ready', 'failed', 'committing', 'committed')),
  subject jsonb not null default '{}',
  -- The servers it is about: whoever may no longer see one of them does not see the plan. Null: admins alone.
  server_ids integer[],
  counts jsonb not null default '{}',
  failure jsonb,
  change_id bigint references changes,
  job_id text,
  -- What opens the file it is about, encrypted under the key file: it is asked for once and needed twice. Never told.
  sealed text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '1 hour'
);
create index plans_by_expiry on plans (expires_at);

create table plan_entries (
  plan_id integer not null references plans on delete cascade,
  ordinal integer not null,
  kind text not null,
  table_name text not null,
  row_id integer,
  server_id integer,
  name text,
  file_row integer,
  -- The version that the row had when the plan was made: at another one the commit refuses. Null for a row
  -- that is only reordered, which moves no version.
  base_version integer,
  before jsonb not null default '{}',
  after jsonb not null default '{}',
  reason text,
  errors jsonb not null default '[]',
  warnings jsonb not null default '[]',
  primary key (plan_id, ordinal)
);
create index plan_entries_by_row on plan_entries (plan_id, table_name, row_id);
create index plan_entries_by_kind on plan_entries (plan_id, kind, ordinal);

call let_app('select, insert, update, delete', 'plans');
call let_app('select, insert, update, delete', 'plan_entries');

-- Several entries of one row in one change make one: folded in the order given, the last one wins a field.
create aggregate jsonb_merge (jsonb) (sfunc = jsonb_concat, stype = jsonb);

-- The altered fields of an entry, null included: an entry leaves a null out.
create function with_nulls(fields jsonb, other jsonb) returns jsonb language sql immutable parallel safe as $$
  select coalesce(jsonb_object_agg(key, null), '{}') || fields from jsonb_object_keys(other) as key
$$;
