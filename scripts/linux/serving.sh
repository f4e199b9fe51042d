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
certificate='' key='' proxies=''
if [ "$CMP_ENABLE_NGINX" = 1 ]; then
  host=127.0.0.1
  proxies=127.0.0.1
elif [ -e $TLS/fullchain.pem ]; then
  host=${CMP_HOST:-0.0.0.0}
  certificate=$TLS/fullchain.pem
  key=$TLS/privkey.pem
fi
setting HOST "$host"
setting TLS_CERT_FILE "$certificate"
setting TLS_KEY_FILE "$key"
# Others may stand before it, which the operator named.
if [ -n "$proxies" ] && [ -z "$(setting_of TRUSTED_PROXIES)" ]; then setting TRUSTED_PROXIES "$proxies"; fi
kept "It listens on $host."
