#!/usr/bin/env bash
# Waits until the release answers, and says why where it does not.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"
# shellcheck source=scripts/linux/dotenv.sh
. "$here/dotenv.sh"
# shellcheck source=scripts/linux/address.sh
. "$here/address.sh"

wanted=$(cat "$CMP_RELEASE/VERSION")
deadline=$((SECONDS + ${CMP_PROBE_SECONDS:-90}))
while true; do
  answer=$(ask_api /api/health 2>&1 || true)
  case $answer in
    *"\"appVersion\":\"$wanted\""*) if ready=$(ask_api /internal/ready 2>&1); then break; else answer=$ready; fi ;;
  esac
  if [ $SECONDS -ge $deadline ]; then
    fail "The portal does not answer as $wanted (${answer:0:200}): journalctl -u cmp-api -n 50 shows why."
  fi
  sleep 1
done
kept "$wanted answers."
