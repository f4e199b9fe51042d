# shellcheck shell=bash
# Sourced by the steps of the installer that bring packages of Debian's.

# apt_install PACKAGE...: fails with what apt said. The log is a file, because what a package starts may keep a pipe open.
apt_install() {
  local log said
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 ||
    { apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; }; then
    said=$(grep '^E:' "$log" | tail -n 1 || true)
    rm "$log"
    fail "apt-get could not install $*: $said"
  fi
  rm "$log"
}
