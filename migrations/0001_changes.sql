-- Every write happens inside a change, and the database itself writes down what the change altered.
-- Run by cmp_owner. cmp_app, which serves, owns nothing: it may begin a change and read, no more.

-- Where a hosted database let nobody make a second role, there is nobody to grant to: the triggers
-- below refuse the same, and `cmp doctor` says what is weaker.
create procedure let_app(privileges text, object text) language plpgsql as $$
begin
  if exists (select from pg_roles where rolname = 'cmp_app') then
    execute format('grant %s on %s to cmp_app', privileges, object);
  end if;
end $$;

create table changes (
  id bigint generated always as identity primary key,
  -- No foreign key: a change outlives the account that made it, and so does the name.
  account_id integer,
  account_name text not null check (char_length(account_name) <= 64),
  via text not null check (via in ('panel', 'cli', 'system', 'telegram')),
  action text not null,
  reason text check (char_length(reason) <= 500),
  request_id text,
  ip text,
  undoes_change_id bigint references changes,
  -- How many months an extension was for; from and to are in its entries.
  months integer check (months > 0),
  at timestamptz not null default now(),
  xid xid8 not null default pg_current_xact_id()
);
create index changes_by_account on changes (account_id, id);
create index changes_by_undone on changes (undoes_change_id) where undoes_change_id is not null;

-- No foreign key to changes: only the triggers below write here, and a check costs as much as a row.
create sequence entry_ids;
create table entries (
  id bigint not null default nextval('entry_ids'),
  at timestamptz not null,
  change_id bigint not null,
  table_name text not null,
  row_id integer not null,
  -- The server whose grants decide who may read this; null where only an admin may.
  server_id integer,
  before jsonb not null,
  after jsonb not null,
  primary key (id, at)
) partition by range (at);
-- The timeline is read newest change first, whole or of one server: both without a sort.
create index entries_by_change on entries (change_id, id);
create index entries_by_row on entries (table_name, row_id);
create index entries_by_server on entries (server_id, change_id, id);

-- Columns, so that nobody can claim another time or another transaction.
call let_app('select, insert (account_id, account_name, via, action, reason, request_id, ip, undoes_change_id, months)', 'changes');
call let_app('select', 'entries');

-- A missing month must not refuse writes: the default partition takes them, and alerts.
create table entries_default partition of entries default;
-- Named by itself when it is watched, and a partition does not take its parent's grants.
call let_app('select', 'entries_default');

-- Makes this month's partition and the next ones; called at every start and daily. A definer's,
-- because the application owns nothing.
create procedure make_partitions(months_ahead integer default 3) language plpgsql
security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  month date;
  partition text;
begin
  perform pg_advisory_xact_lock(hashtext('make_partitions'));
  for month in
    select generate_series(date_trunc('month', now()), now() + make_interval(months => least(months_ahead, 24)), '1 month')
  loop
    partition := 'entries' || to_char(month, '_YYYY_MM');
    continue when to_regclass(partition) is not null;
    execute format('create table %I partition of entries for values from (%L) to (%L)',
      partition, month, month + interval '1 month');
    call keep_whole(partition::regclass);
  end loop;
end $$;
revoke execute on procedure make_partitions from public;
call let_app('execute', 'procedure make_partitions');

-- The change being made. Its id must be of this very transaction, so that one left on a pooled connection is worth nothing.
create function current_change() returns changes language plpgsql stable
set search_path = public, pg_temp as $$
declare
  change changes;
begin
  select * into change from changes
  where id = nullif(current_setting('cmp.change_id', true), '')::bigint -- Once set, it reads '' ever after.
    and xid = pg_current_xact_id_if_assigned();
  if not found then
    raise exception 'a write outside a change' using errcode = 'CMP01';
  end if;
  return change;
end $$;

create function refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'TRUNCATE % would leave no entries', tg_table_name using errcode = 'CMP02';
end $$;

-- The log is only ever added to, whoever asks: the grants above bind the application, this binds its owner too.
create function refuse_rewriting() returns trigger language plpgsql as $$
begin
  raise exception 'the log is append-only: % % is refused', tg_op, tg_table_name using errcode = 'CMP02';
end $$;
create trigger append_only before update or delete or truncate on changes
  for each statement execute function refuse_rewriting();
create trigger append_only before update or delete or truncate on entries
  for each statement execute function refuse_rewriting();

-- A statement that names a partition passes the parent's statement triggers by, and only the
-- recording triggers may add an entry. WHEN costs less than a call for each of 100,000 rows.
create trigger append_only_rows before update or delete on entries
  for each row execute function refuse_rewriting();
create trigger recorded_only before insert on entries
  for each row when (pg_trigger_depth() = 0) execute function refuse_rewriting();

-- A partition inherits row triggers alone, so each refuses its own TRUNCATE.
create procedure keep_whole(partition regclass) language plpgsql as $$
begin
  execute format('create trigger append_only before truncate on %s
    for each statement execute function refuse_rewriting()', partition);
end $$;
revoke execute on procedure keep_whole from public;
call keep_whole('entries_default');
call make_partitions();

-- A change says its own time and transaction, whatever an owner might claim.
create function stamp_change() returns trigger language plpgsql as $$
begin
  new.at := now();
  new.xid := pg_current_xact_id();
  return new;
end $$;
create trigger stamp before insert on changes for each row execute function stamp_change();

-- Puts a table under audit. Called again after a column is added. `omitted` columns are never
-- recorded (secrets, and what is worked out from others); `server` is the expression that says
-- whose grants decide who may read the entry, over the row `r`.
-- The text is one, the functions three: a transition table serves one event, and its name must exist.
create procedure audit(audited regclass, omitted text[] default '{}', server text default 'null::integer')
language plpgsql as $audit$
declare
  recorded text;
  altered text;
  event text;
  transition text;
  entry text;
begin
  -- A field that an entry lacks on one side was null there. Most updates alter few fields: adding those one
  -- by one to nothing is a third of the price of an object of all, most of them null.
  select
    string_agg(format('%%1$s.%I', attname), ', '),
    string_agg(format($$case when b.%1$I is distinct from a.%1$I
      then jsonb_strip_nulls(jsonb_build_object(%1$L, %%1$s.%1$I)) else '{}' end$$, attname), ' || ')
  into recorded, altered
  from pg_attribute
  where attrelid = audited and attnum > 0 and not attisdropped and attname <> all (omitted);

  for event, transition, entry in values
    ('insert', 'new table as after_rows', format($$
      select r.id, %s, '{}'::jsonb, jsonb_strip_nulls(to_jsonb(recorded))
      from after_rows r, lateral (select %s) recorded$$, server, format(recorded, 'r'))),
    -- Compared as rows: two objects would be built once to compare them and once to keep them.
    ('update', 'old table as before_rows new table as after_rows', format($$
      select id, coalesce(%s, %s), %s, %s
      from before_rows b join after_rows a using (id)
      where (%s) is distinct from (%s)$$,
      replace(server, 'r.', 'a.'), replace(server, 'r.', 'b.'), format(altered, 'b'), format(altered, 'a'),
      format(recorded, 'b'), format(recorded, 'a'))),
    ('delete', 'old table as before_rows', format($$
      select r.id, %s, jsonb_strip_nulls(to_jsonb(recorded)), '{}'::jsonb
      from before_rows r, lateral (select %s) recorded$$, server, format(recorded, 'r')))
  loop
    -- No nested loop: a session plans this for its first statement's rows, and one row's plan would
    -- take a minute for 20,000.
    execute format($sql$
      create or replace function %1$s() returns trigger language plpgsql
      security definer set search_path = public, pg_temp set enable_nestloop = off as $record$
      declare
        change changes := current_change();
      begin
        insert into entries (at, change_id, table_name, row_id, server_id, before, after)
        select change.at, change.id, tg_table_name, entry.*
        from (%2$s) entry;
        return null;
      end $record$;
      create or replace trigger %1$s after %3$s on %4$s
      referencing %5$s for each statement execute function %1$s();
    $sql$, format('record_%s_%s', audited, event), entry, event, audited, transition);
  end loop;

  execute format('create or replace trigger refuse_truncate before truncate on %s
    for each statement execute function refuse_truncate()', audited);
end $audit$;
revoke execute on procedure audit from public;
revoke execute on procedure let_app from public;
