#!/usr/bin/env bash
# nginx before the portal: CMP_DOMAIN, CMP_PORT (3001), and CMP_CERT_DOMAINS where it has more names than one.
# Until there is a certificate it serves the authority's challenges alone. `nginx.sh --print` prints the whole
# configuration and alters nothing.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"
# shellcheck source=scripts/linux/packages.sh
. "$here/packages.sh"

readonly TEMPLATE=$here/../../deploy/nginx/cmp.conf.template
readonly SITE=/etc/nginx/conf.d/cmp.conf
readonly CHALLENGES=/var/www/cmp-acme
readonly CERTIFICATE=/var/lib/cmp/tls/fullchain.pem
readonly OURS='# Made by scripts/linux/nginx.sh'

main() {
  [ -n "${CMP_DOMAIN:-}" ] || fail 'nginx needs CMP_DOMAIN, the name that the panel is reached by.'
  names=$(names)
  port=${CMP_PORT:-3001}
  [[ $port =~ ^[1-9][0-9]{0,4}$ ]] || fail "CMP_PORT is no port: $port."
  if [ "${1:-}" = --print ]; then
    render
    return
  fi

  refuse_foreign
  install_nginx
  if [ ! -d $CHALLENGES ]; then
    install -d -o root -g root -m 0755 $CHALLENGES
    changed "$CHALLENGES, for the authority's challenges."
  fi
  put_site
  keep_up
}

names() {
  # A wildcard stands for itself, and not for files that lie here.
  local - name all='' named=${CMP_CERT_DOMAINS:-}
  set -f
  for name in "$CMP_DOMAIN" ${named//,/ }; do
    [[ $name =~ ^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$ ]] || fail "$name is no domain name."
    [[ " $all " == *" $name "* ]] || all+="${all:+ }$name"
  done
  printf '%s' "$all"
}

render() {
  local text
  text=$(<"$TEMPLATE")
  text=${text//@NAMES@/$names}
  text=${text//@PORT@/$port}
  # Where IPv6 is switched off, nginx would not start.
  if [ ! -e /proc/net/if_inet6 ]; then text=$(grep -vF 'listen [::]' <<<"$text"); fi
  if [ "${1:-}" = without-tls ]; then text=${text%%# With the certificate:*}; fi
  printf '%s\n' "${text%$'\n'}"
}

refuse_foreign() {
  local name
  if [ -e $SITE ] && ! head -n 1 $SITE | grep -qF "$OURS"; then
    fail "$SITE is not the installer's: take it away, or set up nginx by hand (nginx.sh --print)."
  fi
  if systemctl is-active --quiet nginx; then return; fi
  for name in 80 443; do
    [ -z "$(ss -Hltn "sport = :$name")" ] ||
      fail "Port $name is taken by another program: end it, or install without nginx."
  done
}

install_nginx() {
  if command -v nginx >/dev/null; then
    kept "$(nginx -v 2>&1 | sed 's|.*nginx/|nginx |')"
  else
    apt_install nginx
    changed 'nginx is installed.'
  fi
}

# Tested as nginx will read it, and put back as it was where that says no.
put_site() {
  local wanted former='' said
  if [ -s $CERTIFICATE ]; then wanted=$(render); else wanted=$(render without-tls); fi
  if [ -e $SITE ] && [ "$(<$SITE)" = "$wanted" ]; then
    kept "$SITE"
    is_new=0
    return
  fi
  if [ -e $SITE ]; then
    former=$(mktemp $SITE.XXXXXX)
    cp -p $SITE "$former"
  fi
  # By another name until it is whole: nginx reads *.conf.
  printf '%s\n' "$wanted" >$SITE.new
  mv $SITE.new $SITE
  if said=$(nginx -t 2>&1); then
    rm -f "$former"
    changed "$SITE ($names, to port $port)"
    is_new=1
    return
  fi
  if [ -n "$former" ]; then mv "$former" $SITE; else rm -f $SITE; fi
  fail "nginx refuses the configuration, and the former one is back: $(grep -F '[emerg]' <<<"$said" | head -n 1)"
}

keep_up() {
  if ! systemctl is-enabled --quiet nginx 2>/dev/null; then systemctl enable --quiet nginx; fi
  if ! systemctl is-active --quiet nginx; then
    systemctl start nginx || fail "nginx does not start: journalctl -u nginx shows why."
    changed 'nginx runs.'
  elif [ "$is_new" = 1 ]; then
    systemctl reload nginx || fail "nginx does not take its configuration: journalctl -u nginx shows why."
  fi
}

main "$@"
