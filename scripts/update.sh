#!/usr/bin/env bash
# Brings another release to an installed portal, or goes back to the one before: `update.sh --help`.
# Killed at any moment it leaves the old release serving or the new one, and run again it finishes.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/linux/say.sh
. "$here/linux/say.sh"
# shellcheck source=scripts/linux/dotenv.sh
. "$here/linux/dotenv.sh"
# shellcheck source=scripts/linux/address.sh
. "$here/linux/address.sh"

readonly HOME_DIR=/srv/cmp
readonly RELEASES=$HOME_DIR/releases
readonly CURRENT=$HOME_DIR/current
readonly PREVIOUS=$HOME_DIR/previous
# Is there from before the switch until the new release serves: from where a killed update came.
readonly UNDER_WAY=$HOME_DIR/updating-from
readonly LOG=$HOME_DIR/update.log
readonly KEPT_RELEASES=3
# A release that dies of something that it meets a moment after its start does not serve.
readonly SETTLING_SECONDS=5

main() {
  read_arguments "$@"
  refuse_machine
  write_down
  lock
  recall
  settle

  current=$(readlink -f $CURRENT)
  if [ "$going_back" = 1 ]; then
    [ -d $PREVIOUS/apps ] || fail 'There is no release before this one to go back to.'
    target=$(readlink -f $PREVIOUS)
    go_back
  else
    get_release
    update
  fi
  forget_older
}

usage() {
  cat <<'HELP'
Usage: update.sh [--to X.Y.Z | --bundle FILE | --ref REF | --back]

Brings the latest stable release, or the one that is named, beside the installed one: makes a snapshot and verifies it,
migrates while the installed release goes on serving, switches, and asks whether the new one answers. Where it does
not, the old release is put back, which goes on with the newer schema. What was said is kept in /srv/cmp/update.log.

  --to X.Y.Z      CMP_VERSION       this release, which may be a prerelease
  --bundle FILE   CMP_BUNDLE        a release's file, with SHA256SUMS and SHA256SUMS.sig beside it
  --ref REF       CMP_CHECKOUT_REF  built from the source of a branch, tag or commit
  --back                            the release before this one, without touching the data

Where releases lie, and the key they are signed with, is known from the installation: /etc/cmp/install.conf.
HELP
}

read_arguments() {
  going_back=0
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) usage && exit 0 ;;
      --back) going_back=1 ;;
      --to | --bundle | --ref)
        [ $# -ge 2 ] || fail "$1 needs a value: update.sh --help shows how."
        case $1 in
          --to) export CMP_VERSION=${2#v} ;;
          --bundle) export CMP_BUNDLE=$2 ;;
          --ref) export CMP_CHECKOUT_REF=$2 ;;
        esac
        shift
        ;;
      *) fail "$1 is not an option: update.sh --help shows them all." ;;
    esac
    shift
  done
}

refuse_machine() {
  [ "$(id -u)" = 0 ] || fail 'An update replaces programs and starts services: run it as root (sudo).'
  [ -d "$(readlink -f $CURRENT)/apps" ] || fail 'No portal is installed in /srv/cmp: scripts/install.sh does that.'
  local free
  free=$(($(df -Pk $HOME_DIR | awk 'NR == 2 { print $4 }') / 1024))
  [ "$going_back" = 1 ] || [ "$free" -ge 1200 ] ||
    fail "$HOME_DIR has $free MB left, and a release beside the installed one needs 1200: make room there first."
}

# All that is said is kept, and a terminal that goes away ends nothing: the update would be left in its middle.
write_down() {
  trap '' HUP
  exec > >(trap '' INT TERM && exec tee -a $LOG) 2>&1
  scribe=$!
  trap 'exec >&- 2>&-; wait "$scribe" 2>/dev/null || true' EXIT
  printf -- '── %s: update.sh\n' "$(date -u '+%F %T UTC')"
}

# The installer's own: neither may work on what the other is altering. What a killed run began holds it, too.
lock() {
  exec 9>>/run/cmp-install.lock
  flock -w 90 9 || fail 'An update or the installer is at work on this machine: wait until it has ended.'
}

recall() {
  local line name
  if [ -r /etc/cmp/install.conf ]; then
    while IFS= read -r line; do
      name=${line%%=*}
      line=${line#*=\'}
      if [[ $name =~ ^CMP_[A-Z_]+$ && -z ${!name+given} ]]; then export "$name=${line%\'}"; fi
    done </etc/cmp/install.conf
  fi
  : "${CMP_DOMAIN=}" "${CMP_ENABLE_NGINX=0}"
  export CMP_DOMAIN CMP_ENABLE_NGINX
}

# Finishes what a killed update began.
settle() {
  local from now
  [ -L $UNDER_WAY ] || return 0
  from=$(readlink -f $UNDER_WAY)
  now=$(readlink -f $CURRENT)
  if [ "$from" = "$now" ]; then
    say "An update ended before its switch: $(name "$now") goes on."
    serve "$now" || fail "$(name "$now") does not serve, and nothing newer was switched to: journalctl -u cmp-api shows why."
    rm $UNDER_WAY
    return
  fi
  say "An update from $(name "$from") to $(name "$now") ended in its middle: it is finished first."
  finish "$now" "$from"
}

# ── Forward ─────────────────────────────────────────────────────────────────────────────────────────────────────────

get_release() {
  local told
  say 'Release'
  told=$("$here/install.sh" --fetch-only) || exit 1
  target=$(tail -n 1 <<<"$told")
  [ -d "$target/apps" ] || fail "install.sh gave no release: $told"
  refuse_older
}

refuse_older() {
  local installed wanted
  installed=$(version_of "$current")
  wanted=$(version_of "$target")
  # Of one version, a prerelease comes before the release.
  [ "$(printf '%s\n' "${installed//-/\~}" "${wanted//-/\~}" | sort -V | tail -n 1)" = "${wanted//-/\~}" ] ||
    fail "$(name "$target") is older than $(name "$current"), and need not know its schema: update.sh --back goes to the release before."
}

update() {
  if [ "$target" = "$current" ]; then
    if serves "$current"; then
      kept "Release $(name "$current") is installed, and serves."
    else
      say "Release $(name "$current") is installed, and does not serve: it is started again."
      serve "$current" || fail "$(name "$current") does not serve: journalctl -u cmp-api shows why; update.sh --back goes to the release before."
    fi
    return
  fi
  make_snapshot
  migrate
  # A machine that loses its power now finds the whole release.
  sync -f "$target"
  switch "$target" "$current"
  finish "$target" "$current"
}

make_snapshot() {
  local said file path
  say 'Snapshot'
  said=$(portal "$current" snapshot create --json 2>&1) ||
    fail "Nothing was altered: no snapshot could be made ($(tail -n 1 <<<"$said"))."
  file=$(field fileName "$said")
  path=$(field folder "$said")
  path=${path:-$(data_dir)/snapshots}/$file
  verify "$path" "$(field sha256 "$said")"
  snapshot=$path
  changed "Snapshot $path, which is whole."
}

# verify PATH SHA256: by the release that comes, which knows a schema that the installed one may not after a way back.
verify() {
  local said
  case $1 in
    # The key of an encrypted one need not be on this machine.
    *.age) said=encrypted ;;
    *) said=$(portal "$target" snapshot verify "$1" 2>&1) && return ;;
  esac
  case $said in
    # Neither knows the schema, or none has the key: it is at least as it was written.
    encrypted | *'A newer release made this snapshot'*) [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$2" ] && return ;;
  esac
  fail "Nothing was altered: the snapshot $1 is not whole ($(tail -n 1 <<<"$said"))."
}

migrate() {
  local said
  say 'Schema'
  said=$(portal "$target" migrate 2>&1) ||
    fail "The update to $(name "$target") ended before its switch ($(tail -n 1 <<<"$said")): $(name "$current") goes on serving; no data was lost, and a snapshot from before is $snapshot."
  case $said in
    *'Nothing was missing.'*) kept 'The schema is up to date.' ;;
    *) changed "$(tail -n 1 <<<"$said")" ;;
  esac
}

# switch TO FROM
switch() {
  say 'Switch'
  trap '' INT TERM
  point $UNDER_WAY "$2"
  point $CURRENT "$1"
  changed "$CURRENT is $(name "$1")."
}

# finish TO FROM: the release that is switched to serves, or the other one does again.
finish() {
  trap '' INT TERM
  if serve "$1"; then
    point $PREVIOUS "$2"
    rm $UNDER_WAY
    trap - INT TERM
    changed "Release $(name "$1") serves. $(name "$2") is kept: update.sh --back goes to it."
    return
  fi
  say "$(name "$1") does not serve: $(name "$2") is put back."
  point $CURRENT "$2"
  if serve "$2"; then
    rm $UNDER_WAY
    fail "$(name "$1") did not serve (the reason is above), so $(name "$2") is back and serves; the data was not touched, and the schema is the newer one, which $(name "$2") goes on with."
  fi
  fail "Neither $(name "$1") nor $(name "$2") serves (the reasons are above); the data was not touched, and $CURRENT is $(name "$2"): see journalctl -u cmp-api, then run update.sh again."
}

# ── Back ────────────────────────────────────────────────────────────────────────────────────────────────────────────

go_back() {
  say 'Back'
  switch "$target" "$current"
  finish "$target" "$current"
  say 'The data was not touched; the schema is the newer one, which this release goes on with.'
}

# ── What both do ────────────────────────────────────────────────────────────────────────────────────────────────────

# serve RELEASE: its units are in place, its processes run, and they answer. Says why where not.
serve() {
  say "Services of $(name "$1")"
  # One that failed often is not begun again by itself.
  systemctl reset-failed 'cmp-*' 2>/dev/null || true
  step "$1" units || return 1
  restart_others "$1" || return 1
  step "$1" probe || return 1
  local pid
  pid=$(pid_of cmp-api)
  sleep $SETTLING_SECONDS
  if [ "$(pid_of cmp-api)" != "$pid" ] || ! serves "$1"; then
    say "$(name "$1") answered, and did not go on: $(last_word cmp-api)"
    return 1
  fi
  walk "$1"
}

# walk RELEASE: signs in and asks for what people use. A release from before there was such a walk is not asked.
walk() {
  local said
  [[ $(portal "$1" doctor --help 2>/dev/null) == *--after-deploy* ]] || return 0
  if said=$(portal "$1" doctor --after-deploy --wait 30 2>&1); then
    kept 'Who signs in finds what is critical.'
    return
  fi
  say "$(name "$1") serves, and not all of it answers:"
  { grep '^BAD' <<<"$said" || tail -n 1 <<<"$said"; } | head -n 5
  return 1
}

# Whoever still runs another release's program, whatever the times of the files say.
restart_others() {
  local unit
  for unit in cmp-worker cmp-api cmp-telegram-bot; do
    if ! systemctl is-enabled --quiet $unit || runs "$unit" "$1"; then continue; fi
    systemctl restart $unit 2>/dev/null || { say "$unit did not start: $(last_word $unit)" && return 1; }
    changed "$unit runs anew."
  done
}

# serves RELEASE: now.
serves() {
  local health
  runs cmp-api "$1" || return 1
  if systemctl is-enabled --quiet cmp-worker; then runs cmp-worker "$1" || return 1; fi
  ask_api /internal/ready >/dev/null 2>&1 || return 1
  # Where a watcher on this machine asks too often, nobody is told: then /proc has to do.
  health=$(ask_api /api/health 2>&1) || [[ $health == *429* ]] || return 1
  # A release from before RELEASE.json was read names no commit.
  [[ $health != *'"gitSha":"'* || $health == *"\"$(field gitSha "$(cat "$1/RELEASE.json")")\""* ]]
}

# runs UNIT RELEASE
runs() {
  local pid
  pid=$(pid_of "$1")
  [ "$pid" -gt 0 ] && [[ $(readlink "/proc/$pid/exe") == "$2"/* ]]
}

pid_of() {
  systemctl show -p MainPID --value "$1"
}

last_word() {
  journalctl -u "$1" -o cat -n 30 --no-pager 2>/dev/null | grep -v "^\(Start\|Stop\|Fail\|Scheduled\|$1\)" | tail -n 1
}

# step RELEASE NAME: of a release older than these steps, our own do.
step() {
  local steps=$1/scripts/linux
  [ -x "$steps/$2.sh" ] || steps=$here/linux
  CMP_RELEASE=$1 CMP_UPDATE=1 "$steps/$2.sh"
}

# portal RELEASE ARGUMENTS: its command line, as the account.
portal() {
  local release=$1
  shift
  if [ ! -e "$release/.env" ]; then ln -sfn ../../.env "$release/.env"; fi
  CMP_RELEASE=$release "$here/linux/cmp-portal.sh" "$@"
}

# point LINK RELEASE: whoever reads it meanwhile gets the one or the other.
point() {
  ln -sfn "releases/$(basename "$2")" "$1.new"
  mv -T "$1.new" "$1"
}

# field NAME JSON: of a text, at the first level.
field() {
  sed -n "s/^  \"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" <<<"$2" | head -n 1
}

data_dir() {
  local said
  said=$(setting_of DATA_DIR)
  printf '%s' "${said:-/var/lib/cmp}"
}

version_of() {
  local version
  version=$(field version "$(cat "$1/RELEASE.json")")
  printf '%s' "${version:-$(name "$1")}"
}

name() {
  basename "$1"
}

say() {
  printf '%s\n' "$*"
}

# Keeps this release, the one before it, and as many as are kept of those before.
forget_older() {
  local release kept=2
  find $RELEASES -maxdepth 1 -name '.draft-*' -mmin +120 -exec rm -rf {} +
  while read -r release; do
    case $release in
      "$(readlink -f $CURRENT)" | "$(readlink -f $PREVIOUS)") continue ;;
    esac
    if [ $kept -lt $KEPT_RELEASES ]; then
      kept=$((kept + 1))
      continue
    fi
    rm -rf "$release"
    changed "$release is gone."
  done < <(find $RELEASES -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%T@ %p\n' | sort -rn | cut -d' ' -f2-)
}

main "$@"
exit
