#!/usr/bin/env bash
# How the portal is reached: behind nginx, by TLS of its own, or from this machine alone.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"
# shellcheck source=scripts/linux/dotenv.sh
. "$here/dotenv.sh"
readonly TLS=/var/lib/cmp/tls

host=${CMP_HOST:-127.0.0.1}
port=$(setting_of PORT)
certificate='' key='' proxies='' here_port=''
if [ "$CMP_ENABLE_NGINX" = 1 ]; then
  host=127.0.0.1
  proxies=127.0.0.1
elif [ -e $TLS/fullchain.pem ]; then
  host=${CMP_HOST:-0.0.0.0}
  certificate=$TLS/fullchain.pem
  key=$TLS/privkey.pem
  # Programs of this machine find it there without TLS.
  here_port=$(setting_of LOCAL_PORT)
  if [ -z "$here_port" ]; then [ "$port" = 3001 ] && here_port=3002 || here_port=3001; fi
fi
setting HOST "$host"
setting TLS_CERT_FILE "$certificate"
setting TLS_KEY_FILE "$key"
setting LOCAL_PORT "$here_port"
setting API_URL "http://127.0.0.1:${here_port:-$port}"
# Others may stand before it, which the operator named.
if [ -n "$proxies" ] && [ -z "$(setting_of TRUSTED_PROXIES)" ]; then setting TRUSTED_PROXIES "$proxies"; fi
kept "It listens on $host."
