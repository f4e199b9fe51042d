#!/usr/bin/env bash
# Takes the portal off this machine: `uninstall.sh --help`. Asks before it deletes data.
set -euo pipefail

readonly MADE=/etc/cmp/database-made
readonly SITE=/etc/nginx/conf.d/cmp.conf
readonly HOOK=/etc/letsencrypt/renewal-hooks/deploy/cmp
readonly DATA=(/srv/cmp /etc/cmp /var/lib/cmp /var/log/cmp)

main() {
  local choice=${CMP_UNINSTALL_DATA:-}
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) usage && exit 0 ;;
      --keep-data) choice=keep ;;
      --delete-data) choice=delete ;;
      *) fail "$1 is not an option: uninstall.sh --help shows them all." ;;
    esac
    shift
  done
  [ "$(id -u)" = 0 ] || fail 'Services and accounts are for root to take away: run this as root (sudo).'
  case $choice in
    keep | delete) ;;
    '') ask ;;
    *) fail "CMP_UNINSTALL_DATA is keep or delete, and not $choice." ;;
  esac
  refuse_unreachable
  cd /

  take_services
  take_edge
  if [ "$choice" = delete ]; then delete_data; else keep_data; fi
}

usage() {
  cat <<'HELP'
Usage: uninstall.sh [--keep-data | --delete-data]

Takes the services, the program and the command line away. Of the data it asks, where there is a terminal.

  --keep-data     CMP_UNINSTALL_DATA=keep     the database, /var/lib/cmp, the settings and the account stay: the
                                              installer finds them again
  --delete-data   CMP_UNINSTALL_DATA=delete   they go, too, snapshots and keys among them: nothing brings them back.
                                              A database that the installer did not make stays
HELP
}

ask() {
  local answer
  if ! { [ -t 1 ] && : </dev/tty; } 2>/dev/null; then
    fail 'There is nobody to ask what becomes of the data: say --keep-data or --delete-data.'
  fi
  echo 'The data are the database, and in /var/lib/cmp the keys, the uploads and the snapshots.'
  read -r -p 'Type keep to keep them, or delete to delete them for good: ' answer </dev/tty
  case $answer in
    keep | delete) choice=$answer ;;
    *) fail 'Neither was typed: nothing was altered.' ;;
  esac
}

# Before anything is taken away: a database that does not run cannot be deleted.
refuse_unreachable() {
  if [ "$choice" = keep ] || [ ! -e $MADE ]; then return; fi
  find_cluster
  [ -n "$port" ] ||
    fail 'The database cannot be deleted, because PostgreSQL does not run: start it (systemctl start postgresql), or say --keep-data.'
}

take_services() {
  local unit units=()
  for unit in /etc/systemd/system/cmp-*.{service,timer,socket}; do
    if [ -e "$unit" ]; then units+=("$(basename "$unit")"); fi
  done
  if [ ${#units[@]} -gt 0 ]; then
    for unit in "${units[@]}"; do
      # A template is stopped by its instances, below.
      if [[ $unit != *@.service ]]; then systemctl disable --now --quiet "$unit"; fi
    done
    systemctl stop 'cmp-*' 2>/dev/null || true
    for unit in "${units[@]}"; do rm -rf "/etc/systemd/system/$unit" "/etc/systemd/system/$unit.d"; done
    systemctl daemon-reload
    systemctl reset-failed 'cmp-*' 2>/dev/null || true
    gone 'The services.'
  fi
  rm -f /usr/local/sbin/cmp-portal
  rm -rf /usr/local/lib/cmp /run/cmp
}

# What the certificate's and nginx's steps made outside the portal's folders. The certificate itself is data.
take_edge() {
  if grep -qs '^# Made by scripts/linux/nginx.sh' $SITE; then
    rm $SITE
    rm -rf /var/www/cmp-acme
    if systemctl is-active --quiet nginx; then systemctl reload nginx || true; fi
    gone "nginx's site; nginx itself stays."
  fi
  rm -f $HOOK
}

keep_data() {
  rm -rf /srv/cmp/releases /srv/cmp/current /srv/cmp/previous
  gone 'The program.'
  echo 'Kept: the database, /var/lib/cmp, /srv/cmp/.env, /etc/cmp and the account cmp. The installer finds them again.'
}

delete_data() {
  local place
  if [ -e $MADE ]; then
    sql 'drop database if exists cmp with (force)'
    sql 'drop role if exists cmp_app'
    sql 'drop role if exists cmp_owner'
    gone 'The database cmp and its roles; PostgreSQL itself stays.'
  else
    echo 'Kept: the database, which the installer did not make.'
  fi
  if [ -d /etc/letsencrypt/live/cmp ] && command -v certbot >/dev/null; then
    certbot delete --non-interactive --quiet --cert-name cmp && gone 'The certificate.'
  fi
  for place in "${DATA[@]}"; do
    if [ -e "$place" ]; then
      rm -rf "$place"
      gone "$place"
    fi
  done
  if getent passwd cmp >/dev/null; then
    userdel cmp
    gone 'The account cmp.'
  fi
  if getent group cmp >/dev/null; then groupdel cmp; fi
}

# By the owner's address: the other one may lead to a pooler.
find_cluster() {
  port=$(sed -n "s|^DATABASE_OWNER_URL='\{0,1\}postgres://cmp_owner:[0-9a-f]*@127.0.0.1:\([0-9]*\)/cmp.*|\1|p" /srv/cmp/.env 2>/dev/null || true)
  if [ -z "$port" ]; then
    port=$(pg_lsclusters --no-header 2>/dev/null | awk '$4 ~ /^online/ { print $3; exit }')
  fi
  if [ -n "$port" ] && ! sql 'select 1' >/dev/null 2>&1; then port=''; fi
}

# sql STATEMENT
sql() {
  (cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -p "$port" -d postgres) <<<"$1"
}

gone() { printf '  - %s\n' "$*"; }

fail() {
  printf 'cmp: %s\n' "$*" >&2
  exit 1
}

main "$@"
