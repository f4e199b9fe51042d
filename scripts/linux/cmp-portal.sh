#!/bin/sh
# The portal's command line, as the account that it runs as: installed as /usr/local/sbin/cmp-portal. What the caller
# has in the environment is not the portal's, and would stand above its .env.
set -eu
program=${CMP_RELEASE:-/srv/cmp/current}/scripts/cmp
cd /
if [ "$(id -un)" = cmp ]; then exec "$program" "$@"; fi
if [ "$(id -u)" != 0 ]; then
  echo "cmp-portal works as the account cmp: run it as root (sudo)." >&2
  exit 1
fi
exec runuser -u cmp -- env -i HOME=/var/lib/cmp PATH=/usr/bin:/bin LANG=C.UTF-8 TERM="${TERM:-dumb}" NODE_ENV=production \
  "$program" "$@"
