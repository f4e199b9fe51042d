#!/usr/bin/env bash
# The database: Debian's PostgreSQL with a role that owns and one that serves, or the one that was given.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"
# shellcheck source=scripts/linux/dotenv.sh
. "$here/dotenv.sh"
# shellcheck source=scripts/linux/packages.sh
. "$here/packages.sh"
# shellcheck source=scripts/linux/postgres.sh
. "$here/postgres.sh"

main() {
  if [ "$CMP_DATABASE" = given ]; then
    if [ -n "${DATABASE_URL:-}" ]; then
      setting DATABASE_URL "$DATABASE_URL"
      setting DATABASE_OWNER_URL "$DATABASE_OWNER_URL"
    fi
    kept 'The database is the given one.'
    return
  fi
  install_postgres
  find_cluster
  "$here/refuse-database.sh"
  if [ ! -e "$MADE" ]; then
    # Before they are made: what is half made is the installer's, too.
    echo "The roles cmp_owner and cmp_app and the database cmp are the installer's." >"$MADE"
  fi
  role cmp_owner DATABASE_OWNER_URL
  role cmp_app DATABASE_URL
  database
}

install_postgres() {
  if command -v pg_lsclusters >/dev/null; then
    kept 'PostgreSQL is installed.'
  else
    apt_install postgresql
    changed 'PostgreSQL is installed.'
  fi
}

# role NAME VARIABLE: its password is in the address that .env keeps.
role() {
  local url password verb
  url=$(setting_of "$2")
  if opens "$url"; then
    kept "The role $1 is there."
    return
  fi
  if [ "$(sql "select count(*) from pg_roles where rolname = '$1'")" = 1 ]; then verb=alter; else verb=create; fi
  # A password that is kept stays: others may have been told of it.
  password=$(sed -n "s|^postgres://$1:\([0-9a-f]*\)@.*|\1|p" <<<"$url")
  password=${password:-$(openssl rand -hex 24)}
  sql "$verb role $1 login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password '$password'"
  setting "$2" "postgres://$1:$password@127.0.0.1:$cluster_port/cmp"
  changed "The role $1."
}

# opens ADDRESS: by the environment, which no other account sees. The account writes the file that it comes from, so
# nothing of it may become an option of a program that root runs.
opens() {
  [[ $1 =~ ^postgres(ql)?://([^:/@]+):([^@/]+)@([^:/?@]+):([0-9]+)/([^/?]+)$ ]] || return 1
  PGUSER=${BASH_REMATCH[2]} PGPASSWORD=${BASH_REMATCH[3]} PGHOST=${BASH_REMATCH[4]} PGPORT=${BASH_REMATCH[5]} \
    PGDATABASE=${BASH_REMATCH[6]} psql -XAtqw -c 'select 1' >/dev/null 2>&1 </dev/null
}

database() {
  if [ "$(sql "select count(*) from pg_database where datname = 'cmp'")" = 1 ]; then
    kept 'The database cmp is there.'
  else
    sql "create database cmp owner cmp_owner encoding 'UTF8' locale 'C.UTF-8' template template0"
    changed 'The database cmp.'
  fi
  # Each time: an end may have come between the database and these.
  sql 'revoke connect, temporary on database cmp from public;
    grant connect, temporary on database cmp to cmp_app'
}

main
