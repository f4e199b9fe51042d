#!/usr/bin/env bash
# What an operator wants to know when the installer is done.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"
# shellcheck source=scripts/linux/dotenv.sh
. "$here/dotenv.sh"
# shellcheck source=scripts/linux/address.sh
. "$here/address.sh"

at=$(address)
printf '\n  Panel     %s\n' "$at"
"$here/cmp-portal.sh" setup link --address "$at" 2>/dev/null | sed '1s/^/  Setup     /; 2s/^/            /' || true
cat <<TEXT
  Data      /var/lib/cmp, and the database cmp
  Settings  /srv/cmp/.env; after a change: systemctl restart cmp-api cmp-worker cmp-telegram-bot
  Looks     cmp-portal doctor; journalctl -u cmp-api
  Later     /srv/cmp/current/scripts/update.sh, /srv/cmp/current/scripts/uninstall.sh
TEXT
if [ "$at" = "http://localhost:$(setting_of PORT)" ]; then
  printf '  It listens on this machine alone: name a domain, put a proxy before it, or reach it by ssh -L.\n'
fi
if [ "$CMP_ENABLE_NGINX" = 1 ] && [ ! -e /var/lib/cmp/tls/fullchain.pem ]; then
  printf '  nginx answers the certificate authority alone until a certificate lies in /var/lib/cmp/tls.\n'
fi
