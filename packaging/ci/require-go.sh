#!/usr/bin/env bash
# Stands right before a release and ends with 0 only if this very commit may go:
#
#     require-go.sh REPORT [OPTION OF tsr-agent gate]...
#
# TSR_DECISION and TSR_DIGEST are what the judging job answered, from its outputs or, where they are not set,
# from tsr.env. They are not trusted alone: the decision is taken again from the report, which has to be
# about the commit that is checked out here.
set -euo pipefail

refuse() {
  echo "require-go.sh: $1 Not released." >&2
  exit "${2:-1}"
}

[ $# -ge 1 ] || refuse "usage: require-go.sh REPORT [OPTION OF tsr-agent gate]..." 2
report=$1
shift

answer() {
  local given=$1 name=$2
  if [ -n "$given" ] || [ ! -f tsr.env ]; then
    printf '%s' "$given"
  else
    sed -n "s/^$name=//p" tsr.env
  fi
}
decision=$(answer "${TSR_DECISION:-}" TSR_DECISION)
digest=$(answer "${TSR_DIGEST:-}" TSR_DIGEST)

[ "$decision" = go ] || refuse "The judging job did not answer GO."
head=$(git rev-parse --verify --end-of-options 'HEAD^{commit}') || refuse "There is no commit checked out."
changed=$(git status --porcelain --untracked-files=no) || refuse "The checkout can't be looked at."
[ -z "$changed" ] || refuse "The checkout holds changes that no commit has."

tsr-agent gate "$report" --ci none --expect-commit "$head" --expect-digest "$digest" "$@" ||
  refuse "The report does not say GO about commit $head." "$?"
