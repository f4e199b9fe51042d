-- Work that outlives a request, as its owner sees it. pg-boss (0007) hands it to a worker and hands it on where
-- that worker died; what became of it is said here, in the transaction that made it so.

create table jobs (
  id uuid primary key,
  kind text not null check (kind in (
    'import:parse', 'import:commit', 'undo:commit', 'snapshot:create', 'snapshot:verify', 'snapshot:drill',
    'restore:read', 'restore:write')),
  state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'stopped')),
  -- Null for what the portal does by itself.
  account_id integer references accounts on delete cascade,
  account_name text not null,
  -- From where it was asked for: its change says so too.
  ip text,
  request_id text,
  plan_id integer references plans on delete set null,
  -- What a job without a plan is about.
  subject jsonb not null default '{}',
  change_id bigint references changes,
  phase text not null default 'waiting',
  done integer not null default 0,
  total integer,
  failure jsonb,
  -- Which run of it counts: one that was given up, and lives on, can finish nothing.
  attempt integer not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz
);
create index jobs_by_account on jobs (account_id, created_at);
create index jobs_by_time on jobs (created_at);

call let_app('select, insert, update, delete', 'jobs');
