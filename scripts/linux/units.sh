#!/usr/bin/env bash
# The services: copied, switched on, and only those begun again for which something is new.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=scripts/linux/say.sh
. "$here/say.sh"
readonly PLACE=/etc/systemd/system
readonly SERVICES=(cmp-api cmp-worker cmp-telegram-bot)

main() {
  local unit name units=$CMP_RELEASE/deploy/systemd
  # A release older than the units is run by those the installer came with.
  [ -d "$units" ] || units=$(readlink -f "$here/../../deploy/systemd")
  is_new=0
  fresh=()
  for unit in "$units"/cmp-*.{service,timer,socket}; do put "$unit" "$PLACE/$(basename "$unit")" 644; done
  for name in "${SERVICES[@]}"; do put_older "$name"; done
  put "$here/cmp-portal.sh" /usr/local/sbin/cmp-portal 755
  put "$(dirname "$units")/helper/cmp-helper" /usr/local/lib/cmp/helper 755
  if [ $is_new = 1 ]; then systemctl daemon-reload; fi

  if [ -e /usr/local/lib/cmp/helper ]; then run cmp-helper.socket; fi
  if [ -n "$CMP_DOMAIN" ]; then run cmp-cert-expiry.timer; fi
  for name in "${SERVICES[@]}"; do run "$name.service"; done
}

# put FILE PLACE MODE
put() {
  if [ ! -e "$1" ]; then return; fi
  if cmp -s "$1" "$2" && [ "$(stat -c '%U:%a' "$2")" = "root:$3" ]; then return; fi
  [ -e "$2" ] || fresh+=("$(basename "$2")")
  install -D -o root -g root -m "$3" "$1" "$2"
  is_new=1
  changed "$2"
}

# A release from before the units never tells systemd that it is ready, nor that it lives.
put_older() {
  local place=$PLACE/$1.service.d/older-release.conf
  if [ -d "$CMP_RELEASE/deploy/systemd" ]; then
    if [ -e "$place" ]; then
      rm "$place"
      is_new=1
      changed "$place is gone."
    fi
    return
  fi
  if [ -e "$place" ]; then return; fi
  mkdir -p "$(dirname "$place")"
  printf '[Service]\nType=exec\nWatchdogSec=0\n' >"$place"
  is_new=1
  changed "$place"
}

# run UNIT
run() {
  local said
  if ! systemctl is-enabled --quiet "$1"; then
    if is_left_off "$1"; then
      kept "$1 is switched off, and stays so."
      return
    fi
    systemctl enable --quiet "$1"
    changed "$1 starts with the machine."
  fi
  if ! systemctl is-active --quiet "$1"; then
    said=$(systemctl start "$1" 2>&1) || fail "$1 did not start: $(reason_of "$1" "$said")"
    changed "$1 runs."
  elif is_outdated "$1"; then
    said=$(systemctl restart "$1" 2>&1) || fail "$1 did not start again: $(reason_of "$1" "$said")"
    changed "$1 runs anew."
  else
    kept "$1 runs."
  fi
}

# An update leaves off what the operator switched off, but for the portal itself; the installer mends.
is_left_off() {
  [[ ${CMP_UPDATE:-} == 1 && $1 != cmp-api.service && " ${fresh[*]} " != *" $1 "* ]]
}

# Whether something that it read is newer than it is.
is_outdated() {
  local since newest
  if [[ $1 != *.service ]]; then return 1; fi
  since=$(date -d "$(systemctl show -p ActiveEnterTimestamp --value "$1")" +%s)
  newest=$(stat -c %Y "$PLACE/$1" "$PLACE/$1".d/*.conf /srv/cmp/.env /srv/cmp/current 2>/dev/null | sort -n | tail -n 1)
  [ "$newest" -gt "$since" ]
}

# reason_of UNIT SAID: its own last word, where it had one.
reason_of() {
  local last
  last=$(journalctl -u "$1" -o cat -n 20 --no-pager _TRANSPORT=stdout 2>/dev/null | tail -n 1 | sed 's/.*"msg":"\([^"]*\)".*/\1/')
  printf '%s (journalctl -u %s)' "${last:-${2%%$'\n'*}}" "$1"
}

main
