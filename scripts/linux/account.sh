#!/usr/bin/env bash
# The account that the portal runs as, and the folders it works in. Never root: it owns its data and nothing else.
set -euo pipefail
# shellcheck source=scripts/linux/say.sh
. "$(dirname "$0")/say.sh"

if getent passwd cmp >/dev/null; then
  [ "$(id -u cmp)" -lt 1000 ] || fail 'A person has the account cmp on this machine: rename it, the portal needs one of its own.'
  kept 'The account cmp is there.'
else
  useradd --system --user-group --home-dir /var/lib/cmp --no-create-home --shell /usr/sbin/nologin cmp
  changed 'The account cmp, which nobody can sign in to.'
fi

# folder PLACE OWNER GROUP MODE
folder() {
  local had
  had=$(stat -c '%U:%G:%a' "$1" 2>/dev/null || true)
  if [ "$had" = "$2:$3:$4" ]; then
    kept "$1"
    return
  fi
  install -d -o "$2" -g "$3" -m "$4" "$1"
  changed "$1 ($2, $4)"
}

folder /srv/cmp root root 755
folder /srv/cmp/releases root root 755
folder /var/lib/cmp cmp cmp 750
folder /etc/cmp root root 755
