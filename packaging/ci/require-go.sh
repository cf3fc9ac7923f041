#!/usr/bin/env bash
# Stands right before a release and ends with 0 only if this very commit may go:
#
#     require-go.sh REPORT [OPTION OF tsr-agent gate]...
#
# TSR_DECISION and TSR_DIGEST are what the judging job answered, from its outputs or, where they are not set,
# from tsr.env. They are not trusted alone: the decision is taken again from the report, which has to be
# about the commit that is checked out here. By what it is judged, the commit and the options say: variables of
# aitr are taken away, because in some systems whoever starts a pipeline can set them.
set -euo pipefail

refuse() {
  echo "require-go.sh: $1 Not released." >&2
  exit "${2:-1}"
}

case "${1:-}" in
  "" | -*) refuse "usage: require-go.sh REPORT [OPTION OF tsr-agent gate]..." 2 ;;
esac
report=$1
shift

answer() {
  local name=$1
  if [ -n "${!name+set}" ] || [ ! -f tsr.env ]; then
    printf '%s' "${!name:-}"
  else
    sed -n "s/^$name=//p" tsr.env
  fi
}
decision=$(answer TSR_DECISION)
digest=$(answer TSR_DIGEST)

[ "$decision" = go ] || refuse "The judging job did not answer GO."
head=$(git rev-parse --verify --end-of-options 'HEAD^{commit}') || refuse "There is no commit checked out."
changed=$(git status --porcelain --untracked-files=no) || refuse "The checkout can't be looked at."
[ -z "$changed" ] || refuse "The checkout holds changes that no commit has."
# Elsewhere the built-in policy would take the place of the project's.
top=$(git rev-parse --show-toplevel)
if [ ! -e aitr.toml ] && [ -e "$top/aitr.toml" ]; then
  refuse "aitr.toml is in $top; run this there."
fi

for name in "${!AITR_@}"; do
  unset "$name"
done
again=$(mktemp)
trap 'rm -f -- "$again"' EXIT
code=0
# Our options stand last, so that none of the caller's takes their place.
tsr-agent gate "$report" "$@" --ci none --dotenv "$again" --expect-commit "$head" --expect-digest "$digest" ||
  code=$?
# The exit code alone is not enough: --allow-pending and --help end with 0, too.
if [ "$code" -ne 0 ] || ! grep -qx 'TSR_DECISION=go' "$again" || ! grep -qx "TSR_DIGEST=$digest" "$again"; then
  refuse "The report does not say GO about commit $head." "$((code > 0 ? code : 1))"
fi
