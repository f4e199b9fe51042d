#!/usr/bin/env bash
# certbot runs this after it renewed a certificate, from /etc/letsencrypt/renewal-hooks/deploy/cmp: gives the portal's to
# who shows it. Stands alone there, and passes over other certificates of the machine.
set -euo pipefail

readonly TLS=/var/lib/cmp/tls
readonly LIVE=/etc/letsencrypt/live/cmp

main() {
  if [ "${RENEWED_LINEAGE:-}" != $LIVE ]; then exit 0; fi
  enter_folder
  # Beside and renamed: whoever reads meanwhile gets the whole of one.
  draft privkey.pem
  draft fullchain.pem
  mv -f privkey.pem.new privkey.pem
  mv -f fullchain.pem.new fullchain.pem
  tell_server
}

# The account owns the folder above and could lead root elsewhere by a link, even between two of these lines: a folder is
# made and never opened to others by its name, and where this stands is looked at before anything is altered.
enter_folder() {
  mkdir -m 0700 $TLS 2>/dev/null || true
  cd -P $TLS 2>/dev/null || fail "$TLS is no folder: take it away, and run scripts/linux/certificate.sh again."
  [ "$(pwd -P) $(stat -c %U .)" = "$TLS root" ] ||
    fail "$TLS is not root's folder: take it away, and run scripts/linux/certificate.sh again."
  chown root:cmp .
  chmod 0750 .
}

draft() {
  rm -f "$1.new"
  install -o root -g cmp -m 0640 "$LIVE/$1" "$1.new"
}

tell_server() {
  if [ -e /etc/nginx/conf.d/cmp.conf ] && systemctl is-active --quiet nginx; then
    systemctl reload nginx || fail 'nginx does not take the renewed certificate: journalctl -u nginx shows why.'
  elif systemctl is-active --quiet cmp-api; then
    systemctl reload cmp-api || fail 'The portal does not take the renewed certificate: journalctl -u cmp-api shows why.'
  fi
}

fail() {
  printf 'cmp: %s\n' "$*" >&2
  exit 1
}

main
