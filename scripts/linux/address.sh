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
    printf 'https://%s' "${CMP_DOMAIN:-$(hostname)}"
    if [ "$port" != 443 ]; then printf ':%s' "$port"; fi
  else
    printf 'http://localhost:%s' "$port"
  fi
}

# ask_api PATH: what the API itself answers, whatever stands before it.
ask_api() {
  local port
  port=$(setting_of LOCAL_PORT)
  if [ -z "$port" ]; then port=$(setting_of PORT); fi
  curl --fail --silent --show-error --max-time 5 "http://127.0.0.1:$port$1"
}
