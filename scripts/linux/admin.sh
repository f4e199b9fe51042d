#!/usr/bin/env bash
# The first admin, where one was asked for and nobody can sign in yet.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"

if [ -z "$CMP_ADMIN_USERNAME" ]; then
  kept 'None was asked for.'
  exit 0
fi
case $("$here/cmp-portal.sh" setup link --json 2>/dev/null || true) in
  *'"link": null'*)
    kept 'There is an admin already.'
    exit 0
    ;;
esac
if said=$("$here/cmp-portal.sh" account create --username "$CMP_ADMIN_USERNAME" --role admin </dev/null 2>&1); then
  changed "The account $CMP_ADMIN_USERNAME."
  printf '\n%s\n\n' "$said"
  exit 0
fi
# A release from before the link does not say that there is one.
case $said in
  *'has this username'*) kept "The account $CMP_ADMIN_USERNAME is there." ;;
  *) fail "The account $CMP_ADMIN_USERNAME could not be made: $said" ;;
esac
