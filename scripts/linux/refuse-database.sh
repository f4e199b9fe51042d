#!/usr/bin/env bash
# Refuses a database that cannot become the portal's, before anything is altered.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"
# shellcheck source=scripts/linux/postgres.sh
. "$here/postgres.sh"

if [ "$CMP_DATABASE" = given ]; then
  if [ -z "${DATABASE_URL:-}" ]; then exit 0; fi # A later run: .env has it.
  "$CMP_RELEASE/node_modules/.bin/node" "$here/probe-database.mjs" "$CMP_RELEASE" || exit 1
  exit 0
fi

if ! command -v pg_lsclusters >/dev/null || [ -e "$MADE" ]; then exit 0; fi
find_cluster
foreign=$(sql "select string_agg(what, ', ') from (
    select 'the role ' || rolname as what from pg_roles where rolname in ('cmp_owner', 'cmp_app')
    union all select 'the database cmp' from pg_database where datname = 'cmp') as there")
[ -z "$foreign" ] ||
  fail "PostgreSQL has $foreign already, which this installer did not make: give them by DATABASE_URL and DATABASE_OWNER_URL, or rename them."
