# shellcheck shell=bash
# Sourced by the steps of the installer: the settings in /srv/cmp/.env, which Node, systemd and shells read alike.

readonly DOTENV=/srv/cmp/.env

# setting NAME VALUE: writes it where it is not so already. An empty value takes the line away.
setting() {
  local line=''
  if [ "$(setting_of "$1")" = "$2" ]; then return; fi
  if [[ $2 =~ [^A-Za-z0-9_./:@%+,=?\&-] ]]; then line="$1='$2'"; else line="$1=$2"; fi
  if [ ! -e "$DOTENV" ]; then install -o cmp -g cmp -m 0600 /dev/null "$DOTENV"; fi
  # Beside and renamed: whoever reads it meanwhile gets the old one or the new one.
  install -o cmp -g cmp -m 0600 /dev/null "$DOTENV.new"
  {
    grep -v "^$1=" "$DOTENV" || true
    if [ -n "$2" ]; then printf '%s\n' "$line"; fi
  } >"$DOTENV.new"
  mv "$DOTENV.new" "$DOTENV"
  changed "$1 is set in $DOTENV."
}

# setting_of NAME: its value, or nothing.
setting_of() {
  local line
  if [ ! -r "$DOTENV" ]; then return; fi
  line=$(grep "^$1=" "$DOTENV" | tail -n 1) || return 0
  line=${line#*=}
  case $line in
    \'*\' | \"*\") line=${line:1:-1} ;;
  esac
  printf '%s' "$line"
}
