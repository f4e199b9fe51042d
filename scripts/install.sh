#!/usr/bin/env bash
# Installs the Customer Management Portal on Debian or Ubuntu: `install.sh --help`. Works alone, too: what else it
# needs lies in the release that it gets. Everything is inside a function, so that half a download runs nothing.
set -euo pipefail

readonly HOME_DIR=/srv/cmp
readonly RELEASES=$HOME_DIR/releases
readonly CONF=/etc/cmp/install.conf
readonly UNIT=cmp-api.service
# With the Node that the source names, what builds a release where the machine has none of its own.
readonly BUILD_NPM=12.2.0
# What install.conf keeps of the answers: the tokens are not among it.
readonly KEPT=(
  CMP_REPOSITORY CMP_RELEASE_KEY_FILE CMP_DOMAIN CMP_EMAIL CMP_PORT CMP_HOST CMP_ENABLE_NGINX CMP_SKIP_CERT
  CMP_CERT_DOMAINS CMP_CERT_HTTP_FALLBACK CMP_DNS_PROPAGATION_SECONDS CMP_DATABASE
)

main() {
  # Whatever the caller's environment calls so: one of them is deleted at the end.
  draft='' release='' placed=''
  read_arguments "$@"
  verify_self
  [ "$(id -u)" = 0 ] || fail 'The installer makes an account and services: run it as root (sudo).'
  if [ "$fetch_only" = 0 ]; then refuse_machine; fi
  refuse_tools
  trap clean_up EXIT
  if [ "$fetch_only" = 1 ]; then
    recall
    stage_release
    place_release
    printf '%s\n' "$release"
    return
  fi

  # Not in /run/lock, where any account could hold it.
  exec 9>/run/cmp-install.lock
  flock -n 9 || fail 'Another installer is at work on this machine: wait until it has ended.'
  recall
  ask_all
  refuse_settings
  say 'Release'
  stage_release
  refuse_database
  place_release
  install_steps
  tell
}

usage() {
  cat <<'HELP'
Usage: install.sh [options]

Installs the Customer Management Portal on this machine, or mends what is installed. Asks for what it is not told,
where there is a terminal. Every option has a variable of the environment; run twice, it changes nothing.

  --domain NAME           CMP_DOMAIN            the name the panel is reached by; empty: no certificate
  --email ADDRESS         CMP_EMAIL             whom the certificate authority writes to
  --port PORT             CMP_PORT              where the portal listens (3001)
  --host ADDRESS          CMP_HOST              the address it listens on; without a certificate 127.0.0.1
  --admin NAME            CMP_ADMIN_USERNAME    makes the first admin and prints its one-time password;
                                                without it a one-time link is printed that makes it
  --nginx                 CMP_ENABLE_NGINX=1    nginx before the portal
  --skip-cert             CMP_SKIP_CERT=1       no certificate
                          CMP_CLOUDFLARE_API_TOKEN  proves the domain by DNS; never an option, which others could read
                          CMP_CERT_DOMAINS, CMP_DNS_PROPAGATION_SECONDS, CMP_CERT_HTTP_FALLBACK=1
                          DATABASE_URL, DATABASE_OWNER_URL  a PostgreSQL of yours, in place of Debian's
  --unattended            CMP_UNATTENDED=1      never asks

What is installed: the latest stable release, unless one of these says otherwise.
  --repository URL        CMP_REPOSITORY        where releases lie; else the origin of the checkout this lies in
  --version X.Y.Z         CMP_VERSION           this release
  --ref REF               CMP_CHECKOUT_REF      built from the source of a branch, tag or commit
                          CMP_SKIP_NODE_AUTO_INSTALL=1  refuses to get a Node for that
  --bundle FILE           CMP_BUNDLE            a release's file, for machines without network; SHA256SUMS and
                                                SHA256SUMS.sig lie beside it
  --release-key FILE      CMP_RELEASE_KEY_FILE  the key that releases are signed with
                          CMP_BUNDLE_SHA256     the file's SHA-256, said by you, in place of a signature
                          CMP_INSTALL_EXPECTED_SHA256   what this script's SHA-256 must be

  --fetch-only            gets and verifies a release, prints its folder, and installs nothing
  --help                  this text
HELP
}

read_arguments() {
  fetch_only=0
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h) usage && exit 0 ;;
      --nginx) CMP_ENABLE_NGINX=1 ;;
      --skip-cert) CMP_SKIP_CERT=1 ;;
      --unattended) CMP_UNATTENDED=1 ;;
      --fetch-only) fetch_only=1 ;;
      --domain | --email | --port | --host | --admin | --repository | --version | --ref | --bundle | --release-key)
        [ $# -ge 2 ] || fail "$1 needs a value: install.sh --help shows how."
        take "$1" "$2"
        shift
        ;;
      *) fail "$1 is not an option: install.sh --help shows them all." ;;
    esac
    shift
  done
}

take() {
  case $1 in
    --domain) CMP_DOMAIN=$2 ;;
    --email) CMP_EMAIL=$2 ;;
    --port) CMP_PORT=$2 ;;
    --host) CMP_HOST=$2 ;;
    --admin) CMP_ADMIN_USERNAME=$2 ;;
    --repository) CMP_REPOSITORY=$2 ;;
    --version) CMP_VERSION=${2#v} ;;
    --ref) CMP_CHECKOUT_REF=$2 ;;
    --bundle) CMP_BUNDLE=$2 ;;
    --release-key) CMP_RELEASE_KEY_FILE=$2 ;;
  esac
}

verify_self() {
  self=${BASH_SOURCE[0]:-}
  [ -f "$self" ] && self=$(readlink -f "$self") || self=''
  local expected=${CMP_INSTALL_EXPECTED_SHA256:-} actual
  [ -n "$expected" ] || return 0
  [ -n "$self" ] ||
    fail 'CMP_INSTALL_EXPECTED_SHA256 cannot be checked of a script that is piped: download it to a file first.'
  actual=$(sha256sum "$self" | cut -d' ' -f1)
  [ "$actual" = "${expected,,}" ] ||
    fail "This installer is not the expected one (SHA-256 $actual, expected $expected): get it again."
}

# ── What can be refused before anything is altered ──────────────────────────────────────────────────────────────────

refuse_tools() {
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) fail "There are releases for x86_64 and aarch64, and this machine is $(uname -m)." ;;
  esac
  local tool missing=()
  for tool in curl openssl tar gzip git ss flock sha256sum; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [ ${#missing[@]} = 0 ] ||
    fail "${missing[*]} is missing: run scripts/bootstrap.sh, or apt-get install ca-certificates curl git iproute2 openssl."
}

refuse_machine() {
  local id='' like='' name=''
  if [ -r /etc/os-release ]; then
    # shellcheck source=/dev/null
    IFS='|' read -r id like name < <(. /etc/os-release && echo "${ID:-}|${ID_LIKE:-}|${PRETTY_NAME:-}")
  fi
  case " $id $like " in
    *' debian '* | *' ubuntu '*) ;;
    *) fail "The installer knows Debian and Ubuntu, and this is ${name:-an unknown system}: docs/operations/install.md shows the ways to run the portal elsewhere." ;;
  esac
  [ -d /run/systemd/system ] ||
    fail 'systemd does not run this machine, and the portal is kept by its units: use a container image instead (deploy/docker).'
}

refuse_settings() {
  local name
  for name in "${KEPT[@]}" DATABASE_URL DATABASE_OWNER_URL; do
    [[ ${!name:-} != *[\'$'\n']* ]] || fail "$name may hold neither a quote nor a line break."
  done
  [[ $CMP_PORT =~ ^[1-9][0-9]{0,4}$ && $CMP_PORT -le 65535 ]] || fail "CMP_PORT is no port: $CMP_PORT."
  [[ -z $CMP_DOMAIN || $CMP_DOMAIN =~ ^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$ ]] ||
    fail "CMP_DOMAIN is no domain name: $CMP_DOMAIN."
  [ "${DATABASE_URL:+given}" = "${DATABASE_OWNER_URL:+given}" ] ||
    fail 'A database of yours needs both DATABASE_URL (the role that serves) and DATABASE_OWNER_URL (the one that owns): docs/operations/install.md shows how to make them.'
  [ "$CMP_ENABLE_NGINX" != 1 ] || [ -n "$CMP_DOMAIN" ] ||
    fail 'nginx needs CMP_DOMAIN (--domain), the name that the panel is reached by.'
  refuse_taken "$CMP_PORT" "$UNIT" 'say another one by CMP_PORT or --port'
  if [ "$CMP_ENABLE_NGINX" = 1 ]; then
    for name in 80 443; do refuse_taken "$name" nginx.service 'end what listens there, or install without nginx'; done
  fi
  if [ "$CMP_ENABLE_NGINX" != 1 ] && [ -n "$CMP_DOMAIN" ] && [ "$CMP_SKIP_CERT" != 1 ]; then
    [ "$CMP_PORT" = 3001 ] && name=3002 || name=3001
    refuse_taken "$name" "$UNIT" 'programs of this machine find the portal there; end what listens'
  fi
  refuse_full /srv 2000
  refuse_full /var/lib 1000
  refuse_unresolved
  refuse_database_packages
}

# refuse_taken PORT UNIT MENDING
refuse_taken() {
  local listener own
  listener=$(ss -Hltnp "sport = :$1" | head -n 1)
  [ -n "$listener" ] || return 0
  own=$(systemctl show "$2" -p MainPID --value)
  if [[ $own != 0 && $listener == *"pid=$own,"* ]]; then return; fi
  listener=$(sed -n 's/.*users:(("\([^"]*\)".*/\1/p' <<<"$listener")
  fail "Port $1 is taken${listener:+ by $listener}: $3."
}

# refuse_full FOLDER MEGABYTES
refuse_full() {
  local place=$1 free
  if [ -e $HOME_DIR/current ]; then return; fi
  free=$(($(df -Pk "$place" | awk 'NR == 2 { print $4 }') / 1024))
  [ "$free" -ge "$2" ] || fail "$1 has $free MB left, and the portal needs $2: make room there first."
}

refuse_unresolved() {
  # A wildcard stands for itself, and not for files that lie here.
  local - name
  set -f
  if [ -z "$CMP_DOMAIN" ] || [ "$CMP_SKIP_CERT" = 1 ]; then return; fi
  [ -n "$CMP_EMAIL" ] || fail 'A certificate needs CMP_EMAIL (--email), or CMP_SKIP_CERT=1 for none.'
  for name in ${CMP_CERT_DOMAINS//,/ } "$CMP_DOMAIN"; do
    getent ahosts "${name#\*.}" >/dev/null ||
      fail "The domain $name has no address in DNS, and a certificate is for names that have: add a record, or set CMP_SKIP_CERT=1."
  done
}

refuse_database_packages() {
  local major
  if [ "$CMP_DATABASE" != local ] || command -v pg_lsclusters >/dev/null; then return; fi
  major=$(offered_postgres)
  if [ -z "$major" ] && apt-get update >/dev/null 2>&1; then major=$(offered_postgres); fi
  [ -n "$major" ] ||
    fail 'apt knows no postgresql: run apt-get update, or give a PostgreSQL of yours by DATABASE_URL.'
  [ "$major" -ge 15 ] ||
    fail "This system has PostgreSQL $major, and the portal needs 15 or newer: give one by DATABASE_URL."
}

offered_postgres() {
  apt-cache policy postgresql | sed -n 's/ *Candidate: \([0-9]*\).*/\1/p'
}

refuse_database() {
  step_of "$release" refuse-database || exit 1
}

# ── What the operator wants ─────────────────────────────────────────────────────────────────────────────────────────

recall() {
  local line name
  if [ -r $CONF ]; then
    while IFS= read -r line; do
      name=${line%%=*}
      [[ " ${KEPT[*]} " == *" $name "* ]] || continue
      line=${line#*=\'}
      [ -n "${!name+given}" ] || printf -v "$name" '%s' "${line%\'}"
    done <$CONF
  fi
  if [ -z "${CMP_REPOSITORY:-}" ] && [ -n "$self" ]; then
    CMP_REPOSITORY=$(git -C "$(dirname "$self")" remote get-url origin 2>/dev/null || true)
  fi
}

ask_all() {
  terminal=0
  if [ "${CMP_UNATTENDED:-}" != 1 ] && [ -t 1 ] && { : </dev/tty; } 2>/dev/null; then terminal=1; fi
  ask CMP_DOMAIN 'Domain name of the panel (empty: no certificate)' ''
  if [ -n "$CMP_DOMAIN" ] && [ "${CMP_SKIP_CERT:-}" != 1 ]; then
    ask CMP_EMAIL 'E-mail address for the certificate authority' ''
    [ -e $CONF ] || ask_secretly CMP_CLOUDFLARE_API_TOKEN 'Cloudflare API token (empty: the domain is proved by HTTP)'
  fi
  ask CMP_PORT 'Port of the portal' 3001
  [ -e $HOME_DIR/current ] || ask CMP_ADMIN_USERNAME 'Username of the first admin (empty: a link to set it up)' ''
  : "${CMP_EMAIL=}" "${CMP_HOST=}" "${CMP_ENABLE_NGINX=0}" "${CMP_SKIP_CERT=0}" "${CMP_CLOUDFLARE_API_TOKEN=}"
  : "${CMP_CERT_DOMAINS=}" "${CMP_CERT_HTTP_FALLBACK=0}" "${CMP_DNS_PROPAGATION_SECONDS=10}" "${CMP_ADMIN_USERNAME=}"
  : "${CMP_RELEASE_KEY_FILE=}" "${CMP_REPOSITORY=}"
  if [ -n "${DATABASE_URL:-}" ]; then CMP_DATABASE=given; fi
  : "${CMP_DATABASE=local}"
  export "${KEPT[@]}" CMP_CLOUDFLARE_API_TOKEN CMP_ADMIN_USERNAME
}

# ask NAME QUESTION DEFAULT
ask() {
  local answer=''
  if [ -n "${!1+given}" ]; then return; fi
  if [ "$terminal" = 1 ]; then read -r -p "$2${3:+ [$3]}: " answer </dev/tty; fi
  printf -v "$1" '%s' "${answer:-$3}"
}

# ask_secretly NAME QUESTION
ask_secretly() {
  local answer=''
  if [ -n "${!1+given}" ]; then return; fi
  if [ "$terminal" = 1 ]; then read -r -s -p "$2: " answer </dev/tty && echo; fi
  printf -v "$1" '%s' "$answer"
}

# ── The release ─────────────────────────────────────────────────────────────────────────────────────────────────────

# Sets `release`: the folder of one that is there, or of one unpacked beside, which place_release names.
stage_release() {
  local name
  if [ -n "${CMP_BUNDLE:-}" ]; then
    [ -f "$CMP_BUNDLE" ] || fail "There is no file $CMP_BUNDLE."
    bundle=$(readlink -f "$CMP_BUNDLE")
    name=$(name_of "$bundle")
    if found_release "$name"; then return; fi
    make_draft
    verify_bundle "$(dirname "$bundle")"
  elif [ -n "${CMP_CHECKOUT_REF:-}" ]; then
    clone_ref
    if [ -n "$release" ]; then return; fi
    name=$(name_of "$bundle")
    if found_release "$name"; then return; fi
  elif [ -z "${CMP_VERSION:-}" ] && [ "$fetch_only" = 0 ] && [ -e $HOME_DIR/current ]; then
    release=$(readlink -f $HOME_DIR/current)
    kept "Release $(basename "$release") is installed; scripts/update.sh brings a newer one."
    return
  else
    find_version
    if found_release "$CMP_VERSION"; then return; fi
    make_draft
    download
    verify_bundle "$draft"
    name=$CMP_VERSION
  fi
  unpack "$name"
}

# name_of FILE: what the release in it is called.
name_of() {
  local name
  name=$(basename "$1")
  name=${name#cmp-}
  [[ $name =~ ^([0-9][A-Za-z0-9.+-]*)-linux-$arch\.tar\.gz$ ]] ||
    fail "$(basename "$1") is no release for this machine: their files are called cmp-VERSION-linux-$arch.tar.gz."
  printf '%s' "${BASH_REMATCH[1]}"
}

# found_release NAME
found_release() {
  if [ ! -d "$RELEASES/$1" ]; then return 1; fi
  release=$RELEASES/$1
  refuse_other "$1"
  kept "Release $1 is in $release."
}

# Another version than the installed one is the update's to bring, which makes a snapshot before.
refuse_other() {
  local current
  if [ "$fetch_only" = 1 ] || [ ! -e $HOME_DIR/current ]; then return; fi
  current=$(basename "$(readlink -f $HOME_DIR/current)")
  [ "$current" = "$1" ] ||
    fail "Release $current is installed: $HOME_DIR/current/scripts/update.sh brings $1, and keeps a way back."
}

find_version() {
  local tags
  [ -n "${CMP_REPOSITORY:-}" ] ||
    fail 'Where releases lie is not known: say it by CMP_REPOSITORY or --repository, or give a file by --bundle.'
  known_key >/dev/null
  if [ -n "${CMP_VERSION:-}" ]; then
    [[ $CMP_VERSION =~ ^[0-9][0-9A-Za-z.+-]*$ ]] || fail "CMP_VERSION is no version: $CMP_VERSION."
    return
  fi
  tags=$(git ls-remote --refs --tags "$CMP_REPOSITORY" 2>/dev/null) ||
    fail "The releases at $CMP_REPOSITORY cannot be listed: see whether the address is right and this machine reaches it."
  CMP_VERSION=$(sed -n 's|.*refs/tags/v\([0-9]*\.[0-9]*\.[0-9]*\)$|\1|p' <<<"$tags" | sort -V | tail -n 1)
  [ -n "$CMP_VERSION" ] ||
    fail "There is no stable release at $CMP_REPOSITORY, and a prerelease is never taken unasked: say one by --version."
}

download() {
  local from="$CMP_REPOSITORY/releases/download/v$CMP_VERSION" file
  bundle=$draft/cmp-$CMP_VERSION-linux-$arch.tar.gz
  for file in SHA256SUMS SHA256SUMS.sig "$(basename "$bundle")"; do
    curl --fail --silent --show-error --location --retry 2 --max-filesize 2G --output "$draft/$file" "$from/$file" 2>"$draft/curl" ||
      fail "$file of release $CMP_VERSION could not be downloaded ($(tail -n 1 "$draft/curl")): try again later; nothing was changed."
  done
}

# verify_bundle FOLDER_OF_THE_SUMS
verify_bundle() {
  local expected actual file key
  file=$(basename "$bundle")
  actual=$(sha256sum "$bundle" | cut -d' ' -f1)
  if [ -n "${CMP_BUNDLE_SHA256:-}" ]; then
    expected=${CMP_BUNDLE_SHA256,,}
  else
    key=$(known_key)
    [[ -f $1/SHA256SUMS && -f $1/SHA256SUMS.sig ]] ||
      fail "SHA256SUMS and SHA256SUMS.sig are not beside $file: get them too, or say its hash by CMP_BUNDLE_SHA256."
    openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$1/SHA256SUMS" -sigfile "$1/SHA256SUMS.sig" >/dev/null 2>&1 ||
      fail "The signature of $file is not by the key of the releases ($key): do not use this file."
    expected=$(awk -v file="$file" '$2 == file || $2 == "*" file { print $1 }' "$1/SHA256SUMS")
  fi
  [ -n "$expected" ] || fail "SHA256SUMS does not name $file."
  [ "$actual" = "$expected" ] ||
    fail "$file is not what was released (SHA-256 $actual, expected $expected): get it again."
}

# The key lies where the installer lies, or in the installed release, or where the operator says.
known_key() {
  local key
  for key in "${CMP_RELEASE_KEY_FILE:-}" "${self:+$(dirname "$self")/release.pub}" $HOME_DIR/current/scripts/release.pub; do
    if [ -n "$key" ] && [ -f "$key" ]; then
      readlink -f "$key"
      return
    fi
    [ "$key" != "${CMP_RELEASE_KEY_FILE:-}" ] || [ -z "$key" ] || fail "There is no key in $key."
  done
  fail 'No key is known that releases are signed with: give its file by CMP_RELEASE_KEY_FILE or --release-key.'
}

# Sets `release` where that commit was built before, else `bundle`.
clone_ref() {
  local tree sha name found builder
  [ -n "${CMP_REPOSITORY:-}" ] ||
    fail 'Where the source lies is not known: say it by CMP_REPOSITORY or --repository.'
  make_draft
  tree=$draft/source
  git clone --quiet "$CMP_REPOSITORY" "$tree" 2>"$draft/git" ||
    fail "$CMP_REPOSITORY could not be cloned: $(tail -n 1 "$draft/git")."
  git -C "$tree" checkout --quiet --detach "origin/$CMP_CHECKOUT_REF" 2>/dev/null ||
    git -C "$tree" checkout --quiet --detach "$CMP_CHECKOUT_REF" 2>/dev/null ||
    fail "$CMP_REPOSITORY has no branch, tag or commit $CMP_CHECKOUT_REF."
  sha=$(git -C "$tree" rev-parse HEAD)
  for found in "$RELEASES"/*/RELEASE.json; do
    if grep -qs "\"$sha\"" "$found"; then
      name=$(basename "$(dirname "$found")")
      found_release "$name" && return
    fi
  done
  builder=$tree
  # The commit may be older than the builder; then the one this installer came with builds it.
  [ -f "$builder/scripts/release/bundle.mjs" ] || builder=${self:+$(dirname "$(dirname "$self")")}
  [ -f "$builder/scripts/release/bundle.mjs" ] ||
    fail "$CMP_CHECKOUT_REF has no scripts/release: run the installer of a newer checkout, which can build it."
  find_node "$builder"
  (cd "$builder" && "$node" scripts/release/bundle.mjs --tree "$tree" --out "$draft/out" --arch "$arch") >"$draft/build" 2>&1 ||
    fail "$CMP_CHECKOUT_REF could not be built: $(tail -n 5 "$draft/build")"
  bundle=$(ls "$draft"/out/cmp-*-linux-"$arch".tar.gz)
}

# find_node CHECKOUT: sets `node`, one that can run the checkout's builder.
find_node() {
  local own=$draft/node pinned said
  node=$(command -v node || true)
  if [ -n "$node" ] && [ "$("$node" -p 'process.versions.node.split(".")[0]')" -ge 20 ] && command -v npx >/dev/null; then return; fi
  [ "${CMP_SKIP_NODE_AUTO_INSTALL:-}" != 1 ] ||
    fail 'A build from source needs Node 20 or newer with npm, and CMP_SKIP_NODE_AUTO_INSTALL=1 keeps the installer from getting one: install it, or take a release.'
  # Debian's own is too old to build with, and gets the one that is not, into a folder that is taken away again.
  command -v npm >/dev/null || apt_install npm
  pinned=$(sed -n "s/.*\"node-linux-$arch\": \"\(.*\)\".*/\1/p" "$1/package.json")
  mkdir -p "$own"
  said=$(cd "$own" && npm install --no-audit --no-fund --loglevel=error --prefix "$own" "node-linux-$arch@$pinned" "npm@$BUILD_NPM" 2>&1) ||
    fail "Node could not be got from npm's registry: $(sed -n 's/^npm \(ERR!\|error\) //p' <<<"$said" | head -n 3 | paste -sd ' ')"
  PATH=$own/node_modules/.bin:$PATH
  node=$own/node_modules/.bin/node
}

apt_install() {
  local log=$draft/apt
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 ||
    { apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 ||
    fail "apt-get could not install $*: $(grep '^E:' "$log" | tail -n 1)"
}

make_draft() {
  mkdir -p "$RELEASES"
  # Of runs that were killed.
  find "$RELEASES" -maxdepth 1 -name '.draft-*' -mmin +600 -exec rm -rf {} +
  chmod 755 $HOME_DIR "$RELEASES"
  draft=$(mktemp -d "$RELEASES/.draft-XXXXXX")
}

# unpack NAME: what it is called is inside, too.
unpack() {
  refuse_other "$1"
  mkdir "$draft/tree"
  tar -xzf "$bundle" -C "$draft/tree" --strip-components=1 --no-same-owner 2>"$draft/tar" ||
    fail "$(basename "$bundle") could not be unpacked: $(tail -n 1 "$draft/tar")."
  [ -x "$draft/tree/node_modules/.bin/node" ] || fail "$(basename "$bundle") is no release of the portal."
  chmod -R u+rwX,go+rX,go-w "$draft/tree"
  ln -sfn ../../.env "$draft/tree/.env"
  release=$draft/tree
  placed=$RELEASES/$1
}

place_release() {
  if [ -z "$placed" ]; then return; fi
  mv -T "$release" "$placed"
  release=$placed
  changed "Release $(basename "$placed") is in $placed."
}

clean_up() {
  if [ -n "$draft" ]; then rm -rf "$draft"; fi
  rm -f "${CMP_CHANGES:-}"
  # Nothing was placed there: a refused installation leaves nothing.
  rmdir $RELEASES $HOME_DIR 2>/dev/null || true
}

# ── The steps, which are the release's own ──────────────────────────────────────────────────────────────────────────

install_steps() {
  CMP_CHANGES=$(mktemp)
  export CMP_CHANGES CMP_RELEASE=$release CMP_KEPT="${KEPT[*]}"
  if [ -n "$placed" ]; then echo "Release $release" >>"$CMP_CHANGES"; fi
  run_step account 'Account and folders'
  run_step conf 'What was asked for'
  run_step database 'Database'
  run_step environment 'Settings'
  run_step activate 'Program and schema'
  run_step admin 'First admin'
  if [ -n "$CMP_DOMAIN" ] && [ "$CMP_SKIP_CERT" != 1 ]; then run_step certificate 'Certificate'; fi
  if [ "$CMP_ENABLE_NGINX" = 1 ]; then run_step nginx 'nginx'; fi
  run_step serving 'How it is served'
  run_step units 'Services'
  run_step probe 'Whether it answers'
}

# run_step NAME TITLE
run_step() {
  say "$2"
  step_of "$release" "$1" ||
    fail "The installation stopped at this step ($2); what was done before it stays, and running the installer again goes on from there."
}

# step_of RELEASE NAME: of a release older than these steps, the installer's own do.
step_of() {
  local steps=$1/scripts/linux
  if [ ! -x "$steps/$2.sh" ] && [ -n "$self" ]; then steps=$(dirname "$self")/linux; fi
  [ -x "$steps/$2.sh" ] || fail "Release $(basename "$1") has no step $2: run the installer that came with it."
  CMP_RELEASE=$1 DATABASE_URL=${DATABASE_URL:-} DATABASE_OWNER_URL=${DATABASE_OWNER_URL:-} "$steps/$2.sh" 9>&-
}

tell() {
  say ''
  if [ -s "$CMP_CHANGES" ]; then
    echo "$(wc -l <"$CMP_CHANGES") things changed."
  else
    echo 'Nothing changed.'
  fi
  step_of "$release" tell
}

say() { printf '%s\n' "$*"; }

changed() {
  printf '  + %s\n' "$*" >&2
}

kept() {
  printf '  = %s\n' "$*" >&2
}

fail() {
  printf 'cmp: %s\n' "$*" >&2
  exit 1
}

main "$@"
