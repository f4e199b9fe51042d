#!/usr/bin/env bash
# The settings that an installed portal starts with. What else is in .env is the operator's, and stays.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"
# shellcheck source=scripts/linux/dotenv.sh
. "$here/dotenv.sh"

setting DATA_DIR /var/lib/cmp
setting PORT "$CMP_PORT"
setting DOMAIN_NAME "$CMP_DOMAIN"
# What the bot proves itself by: it runs without a way to the keys in DATA_DIR.
if [ -z "$(setting_of BOT_SERVICE_TOKEN)" ]; then setting BOT_SERVICE_TOKEN "$(openssl rand -hex 32)"; fi
if [ "$(stat -c '%U:%a' "$DOTENV")" != cmp:600 ]; then
  chown cmp:cmp "$DOTENV"
  chmod 600 "$DOTENV"
  changed "$DOTENV is closed to others."
fi
kept "$DOTENV"
