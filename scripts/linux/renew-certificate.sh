#!/usr/bin/env bash
# Renews the portal's certificate where it is due, and no other of this machine. Takes nothing: the panel has it run as
# root, by cmp-certificate-renew.service. certbot's own timer does the same twice a day.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"
# shellcheck source=scripts/linux/certbot.sh
. "$here/certbot.sh"

[ $# = 0 ] || fail 'The renewal takes no arguments.'
[ -s "$LIVE"/fullchain.pem ] || fail 'There is no certificate to renew: scripts/linux/certificate.sh gets one.'
before=$(openssl x509 -noout -serial -in "$LIVE"/fullchain.pem)
run_certbot renew --cert-name "$LINEAGE" --no-random-sleep-on-renew || fail "$(why_not)"
ends_at=$(date -u -d "$(openssl x509 -noout -enddate -in "$LIVE"/fullchain.pem | cut -d= -f2)" +%F)
if [ "$(openssl x509 -noout -serial -in "$LIVE"/fullchain.pem)" = "$before" ]; then
  kept "The certificate is not due: it lasts until $ends_at."
else
  changed "The certificate is renewed, until $ends_at."
fi
