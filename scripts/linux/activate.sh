#!/usr/bin/env bash
# The schema, then the release that the services run.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"

if [ ! -e "$CMP_RELEASE/.env" ] && [ ! -L "$CMP_RELEASE/.env" ]; then ln -sfn ../../.env "$CMP_RELEASE/.env"; fi
said=$("$here/cmp-portal.sh" migrate 2>&1) || fail "The database could not be brought up to date: $said"
case $said in
  *'Nothing was missing.'*) kept 'The schema is up to date.' ;;
  *) changed "$said" ;;
esac

if [ "$(readlink -f /srv/cmp/current)" = "$CMP_RELEASE" ]; then
  kept "/srv/cmp/current is $(basename "$CMP_RELEASE")."
else
  ln -sfn "releases/$(basename "$CMP_RELEASE")" /srv/cmp/current.new
  mv -T /srv/cmp/current.new /srv/cmp/current
  changed "/srv/cmp/current is $(basename "$CMP_RELEASE")."
fi
