-- Counts kept beside the data for very large sites: `user_status_matview` is made and dropped by a switch, so it is in
-- no migration, and one that alters a column it reads must drop it first. Never a status, which is worked out with
-- today, and never a row's truth.

-- How its refreshes stand, for all instances. Everybody who asks for one gets a number; a refresh serves every number
-- given before it began.
create table matview_states (
  name text primary key check (name = 'user_status_matview'),
  asked bigint not null default 0,
  -- The highest number that the refresh under way serves, that the last one served, that one failed to serve.
  serving bigint not null default 0,
  served bigint not null default 0,
  failed bigint not null default 0,
  -- Of the refresh under way, and of one that was killed: which of them it is says the lock.
  running_since timestamptz,
  -- When the last one began: what it read is as old as that.
  last_success timestamptz,
  last_failure timestamptz,
  -- The last good ones, the newest last: when it began, how long it took, how many rows there are since.
  refreshes jsonb not null default '[]' check (jsonb_typeof(refreshes) = 'array' and jsonb_array_length(refreshes) <= 20),
  failure text check (char_length(failure) <= 500)
);
insert into matview_states (name) values ('user_status_matview');
call let_app('select, update', 'matview_states');

-- Held by whoever makes, drops or refreshes it, and gone with them. Not to be waited for by a caller that may look again.
create function try_matview_lock() returns boolean language sql
set search_path = pg_catalog as $$
  select pg_try_advisory_xact_lock(hashtext('user_status_matview'))
$$;
create procedure take_matview_lock() language plpgsql
set search_path = pg_catalog set lock_timeout = '60s' as $$
begin
  perform pg_advisory_xact_lock(hashtext('user_status_matview'));
end $$;

-- These three are a definer's, because the application owns nothing.
create procedure make_user_status_matview() language plpgsql
security definer set search_path = public, pg_temp as $$
begin
  perform current_change();
  call take_matview_lock();
  -- Coalesced: a refresh beside readers finds rows by their key, and would write one with a null anew every time.
  create materialized view if not exists user_status_matview as
    select u.server_id, coalesce(u.service_id, 0) as service_id, u.enabled, u.expires_on, count(*)::int as users
    from users u join servers s on s.id = u.server_id
    where u.deleted_at is null and s.deleted_at is null
    group by 1, 2, 3, 4;
  create unique index if not exists user_status_matview_key
    on user_status_matview (server_id, service_id, enabled, expires_on);
  call let_app('select', 'user_status_matview');
end $$;

create procedure drop_user_status_matview() language plpgsql
security definer set search_path = public, pg_temp set lock_timeout = '60s' as $$
begin
  perform current_change();
  call take_matview_lock();
  drop materialized view if exists user_status_matview;
end $$;

-- Whether there is a key by which a refresh can go on beside readers.
create function has_matview_key(matview regclass) returns boolean language sql stable
set search_path = pg_catalog as $$
  select exists (
    select from pg_index
    where indrelid = matview and indisunique and indisvalid and indimmediate
      and indpred is null and indexprs is null)
$$;

-- Nobody waits for one that waits.
create procedure refresh_user_status_matview(out ms float8, out counted integer) language plpgsql
security definer set search_path = public, pg_temp set lock_timeout = '60s' as $$
declare
  began timestamptz := clock_timestamp();
begin
  if has_matview_key('user_status_matview') and
    (select relispopulated from pg_class where oid = 'user_status_matview'::regclass)
  then
    refresh materialized view concurrently user_status_matview;
  else
    refresh materialized view user_status_matview;
  end if;
  ms := extract(epoch from clock_timestamp() - began) * 1000;
  select count(*) into counted from user_status_matview;
end $$;

revoke execute on procedure make_user_status_matview from public;
revoke execute on procedure drop_user_status_matview from public;
revoke execute on procedure refresh_user_status_matview from public;
call let_app('execute', 'procedure make_user_status_matview');
call let_app('execute', 'procedure drop_user_status_matview');
call let_app('execute', 'procedure refresh_user_status_matview');
