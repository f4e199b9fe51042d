# shellcheck shell=bash
# Sourced by the steps of the installer: where the portal is reached, from this machine and from others.

# address: what an operator opens.
address() {
  local port
  port=$(setting_of PORT)
  if [ "$CMP_ENABLE_NGINX" = 1 ]; then
    if [ -e /var/lib/cmp/tls/fullchain.pem ]; then printf 'https'; else printf 'http'; fi
    printf '://%s' "${CMP_DOMAIN:-$(hostname)}"
  elif [ -n "$(setting_of TLS_CERT_FILE)" ]; then
    printf 'https://%s' "$CMP_DOMAIN"
    if [ "$port" != 443 ]; then printf ':%s' "$port"; fi
  else
    printf 'http://localhost:%s' "$port"
  fi
}

# ask_api PATH: what the API itself answers, whatever stands before it.
ask_api() {
  local port scheme=http
  port=$(setting_of PORT)
  if [ -n "$(setting_of TLS_CERT_FILE)" ]; then scheme=https; fi
  # The name in the certificate is not this machine's loopback.
  curl --fail --silent --show-error --insecure --max-time 5 "$scheme://127.0.0.1:$port$1"
}
