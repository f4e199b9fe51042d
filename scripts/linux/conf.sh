#!/usr/bin/env bash
# Keeps what the installer was told, so that it need not be told again: by itself, update.sh and uninstall.sh.
set -euo pipefail
# shellcheck source=scripts/linux/say.sh
. "$(dirname "$0")/say.sh"

readonly CONF=/etc/cmp/install.conf
readonly KEY=/etc/cmp/release.pub

# Where the operator gave it may be a stick.
if [ -n "${CMP_RELEASE_KEY_FILE:-}" ]; then
  if ! cmp -s "$CMP_RELEASE_KEY_FILE" $KEY; then
    install -o root -g root -m 0644 "$CMP_RELEASE_KEY_FILE" $KEY
    changed "The key of the releases is in $KEY."
  fi
  CMP_RELEASE_KEY_FILE=$KEY
fi

draft=$(mktemp)
trap 'rm -f "$draft"' EXIT
for name in $CMP_KEPT; do
  printf "%s='%s'\n" "$name" "${!name:-}" >>"$draft"
done
if cmp -s "$draft" $CONF; then
  kept "$CONF"
else
  install -o root -g root -m 0600 "$draft" $CONF
  changed "What was asked for is in $CONF."
fi
