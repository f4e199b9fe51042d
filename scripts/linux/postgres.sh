# shellcheck shell=bash
# Sourced by the steps of the installer that speak to Debian's PostgreSQL as its administrator.

# Whether the database and its roles are the installer's own: nothing else may be deleted.
# shellcheck disable=SC2034
readonly MADE=/etc/cmp/database-made

# Sets `cluster_port`, of the newest cluster that runs and is new enough.
find_cluster() {
  local newest
  newest=$(pg_lsclusters --no-header | awk '$4 ~ /^online/ && $1 >= 15' | sort -V | tail -n 1)
  [ -n "$newest" ] ||
    fail 'No PostgreSQL of version 15 or newer runs here: start it (systemctl start postgresql), or give one by DATABASE_URL.'
  cluster_port=$(awk '{ print $3 }' <<<"$newest")
}

# sql STATEMENTS [DATABASE]: by its input, so that no password is among the processes.
sql() {
  (cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -p "$cluster_port" -d "${2:-postgres}") <<<"$1"
}
