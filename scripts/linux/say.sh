# shellcheck shell=bash
# Sourced by the steps of the installer: how they speak, and how the installer learns whether anything changed.

# changed TEXT: something is otherwise than before.
changed() {
  printf '  + %s\n' "$*"
  if [ -n "${CMP_CHANGES:-}" ]; then printf '%s\n' "$*" >>"$CMP_CHANGES"; fi
}

# kept TEXT: it was as it should be, and nothing was done.
kept() {
  printf '  = %s\n' "$*"
}

# fail TEXT: ends the step with one sentence, which says what to do.
fail() {
  printf 'cmp: %s\n' "$*" >&2
  exit 1
}
