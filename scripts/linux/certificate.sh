#!/usr/bin/env bash
# A certificate by certbot: CMP_DOMAIN, CMP_EMAIL, CMP_CERT_DOMAINS (all its names, by commas; else CMP_DOMAIN alone).
# The names are proved by DNS where there is a Cloudflare token (CMP_CLOUDFLARE_API_TOKEN, or the file that keeps it;
# CMP_DNS_PROPAGATION_SECONDS), and by HTTP without one, or with CMP_CERT_HTTP_FALLBACK=1 where DNS fails.
# CMP_ACME_SERVER: another authority's directory; REQUESTS_CA_BUNDLE: what vouches for it.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"
# shellcheck source=scripts/linux/certbot.sh
. "$here/certbot.sh"
# shellcheck source=scripts/linux/packages.sh
. "$here/packages.sh"

readonly TOKEN_FILE=/etc/cmp/cloudflare.ini
readonly HOOK=/etc/letsencrypt/renewal-hooks/deploy/cmp
readonly TLS=/var/lib/cmp/tls
readonly CHALLENGES=/var/www/cmp-acme
readonly LEAST_SECONDS=$((30 * 24 * 60 * 60))

main() {
  [ -n "${CMP_DOMAIN:-}" ] || fail 'A certificate needs CMP_DOMAIN, the name that the panel is reached by.'
  read_names
  # Whatever the caller's environment calls so.
  draft='' former=''
  trap 'rm -f "$draft"' EXIT
  if is_good; then
    kept "The certificate for ${names[*]} lasts until $(ends_at)."
  else
    install_certbot
    prove
    changed "A certificate for ${names[*]}, until $(ends_at)."
  fi
  follow_server
  put_hook
  deploy
}

read_names() {
  # A wildcard stands for itself, and not for files that lie here.
  local - name all=${CMP_CERT_DOMAINS:-}
  set -f
  names=()
  for name in ${all//,/ } "$CMP_DOMAIN"; do
    [[ $name =~ ^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$ ]] || fail "$name is no domain name."
    # A wildcard's certificate is for every name directly below it.
    if [[ " ${names[*]} " == *" $name "* || " ${names[*]} " == *" *.${name#*.} "* ]]; then continue; fi
    names+=("$name")
  done
}

# For exactly these names, and for more than thirty days.
is_good() {
  local of
  [ -s $LIVE/fullchain.pem ] || return 1
  openssl x509 -noout -checkend $LEAST_SECONDS -in $LIVE/fullchain.pem >/dev/null || return 1
  of=$(openssl x509 -noout -ext subjectAltName -in $LIVE/fullchain.pem | grep -o 'DNS:[^, ]*' | cut -d: -f2 | sort)
  [ "$of" = "$(printf '%s\n' "${names[@]}" | sort)" ]
}

ends_at() {
  date -u -d "$(openssl x509 -noout -enddate -in $LIVE/fullchain.pem | cut -d= -f2)" +%F
}

install_certbot() {
  local packages=()
  command -v certbot >/dev/null || packages+=(certbot)
  if has_token && [ ! -d /usr/lib/python3/dist-packages/certbot_dns_cloudflare ]; then packages+=(python3-certbot-dns-cloudflare); fi
  if [ ${#packages[@]} = 0 ]; then return; fi
  apt_install "${packages[@]}"
  changed "${packages[*]} is installed."
}

has_token() {
  [ -n "${CMP_CLOUDFLARE_API_TOKEN:-}" ] || [ -s $TOKEN_FILE ]
}

prove() {
  if ! has_token; then
    prove_by_http || fail "$reason"
    return
  fi
  if prove_by_dns; then return; fi
  [ "${CMP_CERT_HTTP_FALLBACK:-0}" = 1 ] || fail "$reason"
  printf '  ! %s The domain is proved by HTTP instead.\n' "$reason"
  prove_by_http || fail "$reason"
}

prove_by_dns() {
  local seconds=${CMP_DNS_PROPAGATION_SECONDS:-10}
  [[ $seconds =~ ^[0-9]+$ ]] || fail "CMP_DNS_PROPAGATION_SECONDS is no number: $seconds."
  put_token
  if issue --dns-cloudflare --dns-cloudflare-credentials $TOKEN_FILE --dns-cloudflare-propagation-seconds "$seconds"; then
    rm -f "$former"
    return
  fi
  # A token that was there before it works, as far as anybody knows.
  if [ -n "$former" ]; then mv "$former" $TOKEN_FILE; elif [ -n "$draft" ]; then rm -f $TOKEN_FILE; fi
  return 1
}

# certbot reads it at each renewal.
put_token() {
  if [ -z "${CMP_CLOUDFLARE_API_TOKEN:-}" ]; then return; fi
  [[ $CMP_CLOUDFLARE_API_TOKEN =~ ^[A-Za-z0-9_-]+$ ]] || fail 'CMP_CLOUDFLARE_API_TOKEN is no token of Cloudflare.'
  install -d -o root -g root -m 0755 "$(dirname $TOKEN_FILE)"
  draft=$(mktemp $TOKEN_FILE.XXXXXX)
  printf 'dns_cloudflare_api_token = %s\n' "$CMP_CLOUDFLARE_API_TOKEN" >"$draft"
  if [ -s $TOKEN_FILE ]; then
    former=$(mktemp $TOKEN_FILE.XXXXXX)
    cat $TOKEN_FILE >"$former"
  fi
  mv "$draft" $TOKEN_FILE
}

prove_by_http() {
  local name
  for name in "${names[@]}"; do
    if [[ $name = \** ]]; then
      reason="$name is proved by DNS alone: give CMP_CLOUDFLARE_API_TOKEN, or name its names one by one in CMP_CERT_DOMAINS."
      return 1
    fi
    if ! getent ahosts "$name" >/dev/null; then
      reason="$name has no address in DNS: add an A or AAAA record that leads here, wait until it is known, and run this again."
      return 1
    fi
  done
  if [ "${CMP_ENABLE_NGINX:-0}" = 1 ]; then "$here/nginx.sh" || exit 1; fi
  if is_behind_nginx; then
    issue --webroot --webroot-path $CHALLENGES
    return
  fi
  if [ -n "$(ss -Hltn 'sport = :80')" ]; then
    reason="Port 80 is taken by $(taker_of_80), and the authority asks there: end it for as long as this takes, or let nginx answer (CMP_ENABLE_NGINX=1)."
    return 1
  fi
  issue --standalone
}

is_behind_nginx() {
  [ "${CMP_ENABLE_NGINX:-0}" = 1 ] || { [ -e /etc/nginx/conf.d/cmp.conf ] && systemctl is-active --quiet nginx; }
}

taker_of_80() {
  ss -Hltnp 'sport = :80' | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | head -n 1 | grep . || echo 'another program'
}

# issue PROOF...: sets `reason` where it fails, and leaves nothing.
issue() {
  local name arguments=(certonly --agree-tos --no-eff-email --cert-name "$LINEAGE" --key-type ecdsa --renew-with-new-domains --keep-until-expiring)
  for name in "${names[@]}"; do arguments+=(--domain "$name"); done
  if [ -n "${CMP_EMAIL:-}" ]; then arguments+=(--email "$CMP_EMAIL"); else arguments+=(--register-unsafely-without-email); fi
  if [ -n "${CMP_ACME_SERVER:-}" ]; then arguments+=(--server "$CMP_ACME_SERVER"); fi
  run_certbot "${arguments[@]}" "$@" || {
    reason=$(why_not)
    return 1
  }
}

# Where nginx came or went since, a renewal would find port 80 taken, or nobody there who answers.
follow_server() {
  local conf=/etc/letsencrypt/renewal/$LINEAGE.conf former wanted=standalone
  former=$(sed -n 's/^authenticator = //p' "$conf")
  if is_behind_nginx; then wanted=webroot; fi
  if [ "$former" = "$wanted" ] || [[ $former != standalone && $former != webroot ]]; then return; fi
  draft=$(mktemp "$conf.XXXXXX")
  awk -v wanted="$wanted" -v names="${names[*]}" -v place="$CHALLENGES" '
    function put_map(  i, n, each) {
      if (is_ours && wanted == "webroot") {
        print "[[webroot_map]]"
        n = split(names, each, " ")
        for (i = 1; i <= n; i++) print each[i] " = " place
      }
    }
    /^\[[^[]/ { put_map(); is_map = 0; is_ours = $0 == "[renewalparams]" }
    /^\[\[/ { is_map = $0 == "[[webroot_map]]" }
    is_map || /^webroot_path = / { next }
    /^authenticator = / { print "authenticator = " wanted; if (wanted == "webroot") print "webroot_path = " place ","; next }
    { print }
    END { put_map() }' "$conf" >"$draft"
  chmod 644 "$draft"
  mv "$draft" "$conf"
  changed "Renewals are proved by $wanted, as the names are served now."
}

# A copy, which a release that is taken away does not take along.
put_hook() {
  if cmp -s "$here/certificate-deployed.sh" $HOOK; then
    kept "$HOOK"
    return
  fi
  install -D -o root -g root -m 0755 "$here/certificate-deployed.sh" $HOOK
  changed "$HOOK gives renewed certificates to who shows them."
}

deploy() {
  if cmp -s $LIVE/fullchain.pem $TLS/fullchain.pem && cmp -s $LIVE/privkey.pem $TLS/privkey.pem &&
    [ "$(stat -c '%U:%G:%a' $TLS/privkey.pem)" = root:cmp:640 ]; then
    kept "$TLS"
    return
  fi
  RENEWED_LINEAGE=$LIVE $HOOK
  changed "The certificate is in $TLS."
}

main
