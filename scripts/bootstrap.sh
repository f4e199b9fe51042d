#!/usr/bin/env bash
# Brings what the installer needs by apt, and starts it. In a checkout, beside install.sh; or alone, by
#   curl -fsSL ADDRESS_OF_THIS_FILE | sudo bash -s -- --repository ADDRESS_OF_THE_REPOSITORY
# which takes the installer of the latest stable release. What follows goes to the installer: install.sh --help.
# CMP_INSTALL_EXPECTED_SHA256 makes the installer verify itself.
# Everything is inside a function, so that half a download runs nothing.
set -euo pipefail

main() {
  local here='' installer
  [ "$(id -u)" = 0 ] || fail 'Packages and services are for root to install: run this as root (sudo).'
  command -v apt-get >/dev/null ||
    fail 'This system has no apt-get: the installer knows Debian and Ubuntu.'
  bring ca-certificates:/etc/ssl/certs/ca-certificates.crt curl:/usr/bin/curl git:/usr/bin/git iproute2:/usr/bin/ss \
    openssl:/usr/bin/openssl

  if [ -f "${BASH_SOURCE[0]:-}" ]; then here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")"); fi
  installer=$here/install.sh
  if [ -z "$here" ] || [ ! -f "$installer" ]; then
    clone_installer "$@"
    installer=$clone/scripts/install.sh
  fi
  # Its standard input may be the rest of this script; what it asks, it asks the terminal.
  bash "$installer" "$@" </dev/null
}

# bring PACKAGE:FILE…: installs those whose file is not there.
bring() {
  local pair missing=() said
  for pair in "$@"; do
    if [ ! -e "${pair#*:}" ]; then missing+=("${pair%%:*}"); fi
  done
  if [ ${#missing[@]} = 0 ]; then return; fi
  echo "Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  said=$({ apt-get install -y --no-install-recommends "${missing[@]}" || { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; }; } 2>&1) ||
    fail "apt-get could not install ${missing[*]}: $(grep '^E:' <<<"$said" | tail -n 1)"
}

# Sets `clone`: of the latest stable tag, or of what the options name. It holds the key of the releases, too.
clone_installer() {
  local wanted=${CMP_CHECKOUT_REF:-} tags
  if [ -n "${CMP_VERSION:-}" ]; then wanted=v$CMP_VERSION; fi
  while [ $# -gt 0 ]; do
    case $1 in
      --repository) CMP_REPOSITORY=${2:-} ;;
      --ref) wanted=${2:-} ;;
      --version) wanted=v${2#v} ;;
    esac
    shift
  done
  [ -n "${CMP_REPOSITORY:-}" ] ||
    fail 'Where the installer lies is not known: say it by CMP_REPOSITORY or --repository, or run this beside install.sh.'
  export CMP_REPOSITORY
  if [ -z "$wanted" ]; then
    tags=$(git ls-remote --refs --tags "$CMP_REPOSITORY" 2>/dev/null) ||
      fail "The releases at $CMP_REPOSITORY cannot be listed: see whether the address is right and this machine reaches it."
    wanted=$(sed -n 's|.*refs/tags/\(v[0-9]*\.[0-9]*\.[0-9]*\)$|\1|p' <<<"$tags" | sort -V | tail -n 1)
    [ -n "$wanted" ] ||
      fail "There is no stable release at $CMP_REPOSITORY, and a prerelease is never taken unasked: say one by --version."
  fi
  clone=$(mktemp -d)
  trap 'rm -rf "$clone"' EXIT
  git clone --quiet "$CMP_REPOSITORY" "$clone" 2>/dev/null || fail "$CMP_REPOSITORY could not be cloned."
  git -C "$clone" checkout --quiet --detach "origin/$wanted" 2>/dev/null ||
    git -C "$clone" checkout --quiet --detach "$wanted" 2>/dev/null ||
    fail "$CMP_REPOSITORY has no branch, tag or commit $wanted."
  [ -f "$clone/scripts/install.sh" ] || fail "$wanted of $CMP_REPOSITORY has no installer: name a newer one."
}

fail() {
  printf 'cmp: %s\n' "$*" >&2
  exit 1
}

main "$@"
