# shellcheck shell=bash
# Sourced by the steps of the installer that speak to Debian's PostgreSQL as its administrator.

# Whether the database and its roles are the installer's own: nothing else may be deleted.
# shellcheck disable=SC2034
readonly MADE=/etc/cmp/database-made

# Sets `cluster_port`: of the cluster that .env names, since a newer one may have come beside it, or else of the newest
# that runs and is new enough.
find_cluster() {
  local known newest
  known=$(sed -n "s|^DATABASE_OWNER_URL='\{0,1\}postgres://cmp_owner:[0-9a-f]*@127\.0\.0\.1:\([0-9]*\)/cmp.*|\1|p" /srv/cmp/.env 2>/dev/null || true)
  newest=$(pg_lsclusters --no-header | awk -v known="$known" '$4 ~ /^online/ && $1 >= 15 && (known == "" || $3 == known)' | sort -V | tail -n 1)
  [ -n "$newest" ] ||
    fail "No PostgreSQL of version 15 or newer runs here${known:+ at port $known, where the database of the portal is}: start it (systemctl start postgresql), or give one by DATABASE_URL."
  cluster_port=$(awk '{ print $3 }' <<<"$newest")
}

# sql STATEMENTS [DATABASE]: by its input, so that no password is among the processes.
sql() {
  (cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -p "$cluster_port" -d "${2:-postgres}") <<<"$1"
}
