#!/usr/bin/env bash
# Stands right before a release and ends with 0 only if a server says that this very commit may go:
#
#     require-server-go.sh URL REPORT ENVIRONMENT [OPTION OF tsr-agent gate]...
#
# REPORT is the file that the judging job made, or the id that it was uploaded under. Which server is asked, the
# pipeline's file says and no variable: variables of aitr are taken away, all but the token, because in some
# systems whoever starts a pipeline can set them. --wait 2h waits for the people who have to approve.
set -euo pipefail

refuse() {
  echo "require-server-go.sh: $1 Not released." >&2
  exit "${2:-1}"
}

usage="usage: require-server-go.sh URL REPORT ENVIRONMENT [OPTION OF tsr-agent gate]..."
[ "$#" -ge 3 ] || refuse "$usage" 2
for word in "$1" "$2" "$3"; do
  case "$word" in
    "" | -*) refuse "$usage" 2 ;;
  esac
done
server=$1 report=$2 environment=$3
shift 3

head=$(git rev-parse --verify --end-of-options 'HEAD^{commit}') || refuse "There is no commit checked out."
changed=$(git status --porcelain --untracked-files=no) || refuse "The checkout can't be looked at."
[ -z "$changed" ] || refuse "The checkout holds changes that no commit has."

for name in "${!AITR_@}"; do
  case "$name" in
    AITR_TOKEN | AITR_TOKEN_FILE) ;;
    *) unset "$name" ;;
  esac
done
again=$(mktemp)
trap 'rm -f -- "$again"' EXIT
code=0
# Our options stand last, so that none of the caller's takes their place.
tsr-agent gate "$report" "$@" --ci none --dotenv "$again" --server "$server" --commit "$head" \
  --environment "$environment" || code=$?
# The exit code alone is not enough: --allow-pending and --help end with 0, too.
if [ "$code" -ne 0 ] || ! grep -qx 'TSR_DECISION=go' "$again"; then
  refuse "The server does not say GO about commit $head." "$((code > 0 ? code : 1))"
fi
